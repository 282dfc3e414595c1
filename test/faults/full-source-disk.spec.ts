import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { laidOut, ScratchRepository } from '../git/scratch-repository.ts';
import { SmallDisk } from './small-disk.ts';

it('a source on a full disk says that it is the disk, and lays its commit out when there is room', async () => {
  const scratch = new ScratchRepository();
  const disk = new SmallDisk(join(scratch.folder, 'disk'), 16);
  try {
    scratch.commit({ 'a/PKGBUILD': randomBytes(1_000_000).toString('hex') });
    const source = await scratch.open({ folder: join(disk.folder, 'source') });
    const commit = await source.fetch();
    disk.fill();
    await expect(laidOut(source, commit)).rejects.toMatchObject({
      // not GIT006, which is given up after a while
      problem: { code: 'SYS004', what: expect.stringContaining('cannot be laid out') },
    });
    disk.empty();
    expect(Object.keys(await laidOut(source, commit))).toEqual(['a']);
  } finally {
    disk.unmount();
    scratch.dispose();
  }
});
