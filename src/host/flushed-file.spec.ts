import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FlushedFile } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-flushed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('shares the flush that begins after a call, never the one that runs already', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'bytes');
  const file = new FlushedFile(path);
  const ended: string[] = [];
  const note = (what: string) => (): number => ended.push(what);
  const first = file.flush();
  const second = file.flush();
  const third = file.flush();
  expect(second).not.toBe(first);
  expect(third).toBe(second);
  // asked for at the very end of the first one, before the second begins
  const fourth = first.then(() => file.flush());
  await Promise.all([first.then(note('first')), second.then(note('second')), fourth.then(note('fourth'))]);
  expect(ended[0]).toBe('first');
  expect(ended.sort()).toEqual(['first', 'fourth', 'second']);
  const last = file.flush();
  file.close();
  file.close();
  await last;
});

it("rejects with the system's error, and tries again when asked again", async () => {
  const file = new FlushedFile('/dev/null');
  const both = [file.flush(), file.flush()];
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(file.flush()).rejects.toMatchObject({ code: 'EINVAL' });
  file.close();
  expect(() => new FlushedFile(join(folder, 'missing'))).toThrow('ENOENT');
});
