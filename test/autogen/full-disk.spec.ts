import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStores, openFastpull } from '../../src/fastpull/index.ts';
import { Kit, ok, pushWith, Upstream } from './kit.ts';
import { ended, environmentOf, program } from './program.ts';

/** A folder is a disk of its own while a script runs in it; what is on it then is copied back. */
const onSmallDisk = `
mount -t tmpfs -o "size=$2" small "$3.disk" && cp -a "$3/." "$3.disk" && mount --move "$3.disk" "$3" || exit 99
"$1" doit --jobs 1
code=$?
cp -a "$3" "$3.after"
exit $code
`;

/** Runs `packmill doit` while a folder lies on a disk of so many bytes; returns what it said, and the disk's last state. */
async function doitOn(kit: Kit, folder: string, sizeKiB: number) {
  execFileSync('mkdir', ['-p', folder, `${folder}.disk`]);
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const words = [...own, '--mount', 'sh', '-c', onSmallDisk, 'sh', program, `${sizeKiB}k`, folder];
  const done = await ended(spawn('unshare', words, { cwd: kit.root, env: environmentOf(kit) }));
  return { ...done, after: `${folder}.after` };
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();

describe('a disk that is full', () => {
  it('while ebuilds are written spoils the package that has no room, whole, and no other one', async () => {
    const kit = new Kit();
    for (const name of ['a', 'b', 'c']) kit.autogen(`app-misc/${name}`, ok);
    kit.write('app-misc/b/b-0.9.ebuild', 'EAPI=8\n');
    // more than the disk has, less than another file of the folder leaves
    kit.write('app-misc/b/templates/b.tmpl', `EAPI=8\n# {{ 'x' * 200000 }}\n`);
    const { code, err, after } = await doitOn(kit, join(kit.root, 'app-misc', 'b'), 128);
    expect([code, err.match(/error [A-Z]+\d+/g)]).toEqual([1, ['error SYS004']]);
    expect(err).toContain('app-misc/b');
    expect(filesIn(after)).toEqual(['autogen.ts', 'b-0.9.ebuild', 'templates/b.tmpl']);
    expect(readFileSync(join(after, 'b-0.9.ebuild'), 'utf8')).toBe('EAPI=8\n');
    for (const name of ['a', 'c']) expect(kit.names(`app-misc/${name}`)).toContain(`${name}-1.0.ebuild`);
  });

  it('while files are downloaded fails those who want the file, and leaves the stores sound', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const size = { a: 1_000, b: 6_000_000, c: 1_000 };
    for (const [name, bytes] of Object.entries(size))
      kit.autogen(`app-misc/${name}`, pushWith(upstream.serve(`/${name}.bin`, Buffer.alloc(bytes, name))));
    const { code, err, after } = await doitOn(kit, kit.workspace, 4_096);
    expect([code, err.match(/error [A-Z]+\d+/g)]).toEqual([1, ['error SYS004']]);
    expect(['a', 'b', 'c'].map((name) => kit.has(`app-misc/${name}/${name}-1.0.ebuild`))).toEqual([
      true,
      false,
      true,
    ]);
    expect(filesIn(join(after, 'tmp'))).toEqual([]);
    const stores = openFastpull({ root: after, distfilesHost: undefined });
    try {
      expect(await checkStores(stores.parts, { full: true })).toMatchObject({
        records: 2,
        objects: 2,
        troubles: [],
      });
    } finally {
      await stores.close();
    }
  });
});
