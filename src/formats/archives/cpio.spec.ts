import { expect, it } from 'vitest';
import { type CpioMember, encodeCpio } from './index.ts';

const text = (members: readonly CpioMember[]): string =>
  Buffer.concat([...encodeCpio(members)]).toString('latin1');

it('each part of a member begins at a multiple of four, and the archive ends with its trailer', () => {
  const body = Buffer.from('12345');
  const archive = text([
    { path: 'dir', kind: 'folder', mode: 0o755, mtime: 1 },
    { path: 'dir/f', kind: 'file', mode: 0o640, mtime: 255, body },
  ]);
  const second = archive.indexOf('070701', 6);
  expect(second % 4).toBe(0);
  const fields = archive
    .slice(second + 6, second + 110)
    .match(/.{8}/g)
    ?.map((field) => Number.parseInt(field, 16));
  expect(fields).toEqual([2, 0o100_640, 0, 0, 1, 255, 5, 0, 0, 0, 0, 6, 0]);
  expect(archive.slice(second + 110, second + 124)).toBe('dir/f\x0012345\x00\x00\x00');
  expect(archive.length % 4).toBe(0);
  expect(archive).toMatch(/TRAILER!!!\0+$/);
});
