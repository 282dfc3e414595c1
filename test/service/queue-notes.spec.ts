// What the manager says of jobs while the disk does not take it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { QueueNotes } from '../../src/app/service/queue-notes.ts';
import { openFarmDatabase } from '../../src/database/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { LogHub } from '../../src/logs/index.ts';
import type { JobId } from '../../src/primitives/index.ts';

const root = mkdtempSync(join(tmpdir(), 'packmill-notes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function scene() {
  const clock = new VirtualClock();
  const database = openFarmDatabase(':memory:', { clock });
  const notes = new QueueNotes({ database, paths: { root } } as unknown as Farm, new LogHub({ clock }));
  const pathOf = (id: JobId, key: number): string => {
    const [path] = notes.revision({ id, key, requestedMs: 0 }).segments();
    if (path === undefined) throw new Error('a log has no file');
    return path;
  };
  return { database, notes, pathOf };
}

it('a line that cannot be written keeps neither other lines back nor the log from being read', async () => {
  const { database, notes, pathOf } = scene();
  const tool = { id: 'other/x86_64/tool' as JobId, key: 3 };
  const doc = { id: 'other/x86_64/doc' as JobId, key: 4 };
  const path = pathOf(tool.id, tool.key);
  mkdirSync(dirname(dirname(path)), { recursive: true });
  writeFileSync(dirname(path), '');
  await expect(notes.added([tool, doc], 0)).rejects.toThrow('SYS004');
  expect(readFileSync(pathOf(doc.id, doc.key), 'utf8')).toContain('Added to build queue');
  expect(pathOf(tool.id, tool.key)).toBe(path);
  rmSync(dirname(path));
  await notes.writeWaiting();
  expect(readFileSync(path, 'utf8')).toContain('Added to build queue');
  database.close();
});

it('lines that could not be written are written when there is room again, once and in order', async () => {
  const { database, notes, pathOf } = scene();
  const job = { id: 'local/x86_64/lib' as JobId, key: 1 };
  const other = { id: 'local/x86_64/app' as JobId, key: 2 };
  const path = pathOf(job.id, job.key);
  // a file where a folder has to be
  mkdirSync(dirname(dirname(path)), { recursive: true });
  writeFileSync(dirname(path), '');
  expect(() => notes.note(job, 'first')).toThrow('SYS004');
  expect(() => notes.note(job, 'second')).toThrow('SYS004');
  await expect(notes.added([other], 0)).rejects.toThrow('SYS004');
  rmSync(dirname(path));
  await notes.writeWaiting();
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  notes.note(job, 'third');
  await notes.writeWaiting();
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\nthird\n');
  database.close();
});
