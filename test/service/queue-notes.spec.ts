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

it('lines that could not be written are written when there is room again, once and in order', async () => {
  const clock = new VirtualClock();
  const database = openFarmDatabase(':memory:', { clock });
  const notes = new QueueNotes({ database, paths: { root } } as unknown as Farm, new LogHub({ clock }));
  const job = { id: 'local/x86_64/lib' as JobId, key: 1 };
  const other = { id: 'local/x86_64/app' as JobId, key: 2 };
  const [path] = notes.revision({ ...job, requestedMs: 0 }).segments();
  if (path === undefined) throw new Error('a log has no file');
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
