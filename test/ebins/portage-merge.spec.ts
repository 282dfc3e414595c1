import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexFolder, openBuild, writeGpkg, writeXpak } from '../../src/ebins/index.ts';
import {
  type Compression,
  indexValue,
  packagePath,
  parsePackagesIndex,
  type Stanza,
} from '../../src/formats/gentoo/index.ts';
import { pieces } from './made.ts';
import { besideImages, checkout, PortageLab } from './portage-lab.ts';
import { factsOfImage, factsOfRoot } from './root-facts.ts';
import { demo, facts, sample } from './sample.ts';

const imageFacts = (file: string): ReturnType<typeof factsOfImage> =>
  factsOfImage(facts.find((one) => one.file === file)?.image ?? []);

/** Writes a package of the sample anew with our own writers, its image packed in another way. */
async function rewrite(from: string, to: string, compression: Compression): Promise<void> {
  const build = await openBuild(from);
  const { imageOffset, imageBytes } = build.container;
  const packed = readFileSync(from).subarray(imageOffset, imageOffset + imageBytes);
  const programs: Partial<Record<Compression, string>> = {
    zstd: 'zstd',
    bzip2: 'bzip2',
    xz: 'xz',
    gzip: 'gzip',
  };
  const program = programs[build.container.compression];
  const tar =
    program === undefined ? packed : execFileSync(program, ['-dc'], { input: packed, maxBuffer: 1 << 28 });
  mkdirSync(dirname(to), { recursive: true });
  const what = { records: build.records, image: pieces(tar), compression };
  if (build.format === 'xpak') await writeXpak(to, what);
  else await writeGpkg(to, { ...what, base: build.container.base ?? '', mtime: build.buildTime });
}

/** What an index says of each package, what is inherited from its header included, by path. */
function indexValues(pkgdir: string): Readonly<Record<string, unknown>> {
  const index = parsePackagesIndex(readFileSync(join(pkgdir, 'Packages'), 'utf8'));
  const values = (stanza: Stanza) =>
    [...new Set([...stanza.keys(), 'CHOST', 'REPO'])]
      .sort()
      .map((key) => [key, indexValue(index, stanza, key)]);
  return Object.fromEntries(index.packages.map((stanza) => [packagePath(stanza), values(stanza)]));
}

describe.skipIf(checkout === undefined)(
  'binary packages beside Portage (set PACKMILL_PORTAGE to a checkout to run this)',
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'packmill-portage-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
      ['gpkg', 9, 'gzip'],
      ['gpkg', 9, 'none'],
      ['gpkg', 9, 'xz'],
      ['gpkg', 9, 'zstd'],
      ['gpkg', 9, 'bzip2'],
      ['xpak', 1, 'gzip'],
      ['xpak', 1, 'none'],
      ['xpak', 1, 'zstd'],
      ['xpak', 1, 'xz'],
      ['xpak', 1, 'bzip2'],
    ] as const)(
      '2.8: emerge -K installs what the writer of %s made of build %i with %s, and the root is the image',
      async (format, id, compression) => {
        const own = join(folder, `${format}-${compression}`);
        const pkgdir = join(own, 'pkgdir');
        const path = demo(format, id).slice(sample.length + format.length + 2);
        await rewrite(demo(format, id), join(pkgdir, path), compression);
        await indexFolder(pkgdir);
        const lab = new PortageLab(own, { pkgdir });
        const ended = await lab.run(['emerge', '-1K', '--nodeps', '=app-misc/ebindemo-1.0'], {
          apart: true,
          // Portage takes the setting for the writer as the way to unpack whatever has no suffix of its own
          env: { USE: 'alpha -beta -doc', BINPKG_COMPRESS: compression === 'none' ? '' : 'zstd' },
        });
        expect(ended.code, ended.text).toBe(0);
        expect(factsOfRoot(lab.root, besideImages)).toEqual(imageFacts(`${format}/${path}`));
      },
      120_000,
    );

    it.each(['gpkg', 'xpak', 'usedep', 'gpkg-single', 'xpak-single'] as const)(
      '2.3: our index of the folder %s says what that of emaint says',
      async (name) => {
        const [ours, theirs] = [join(folder, `ours-${name}`), join(folder, `theirs-${name}`, 'pkgdir')];
        for (const pkgdir of [ours, theirs]) {
          cpSync(join(sample, name), pkgdir, { recursive: true, preserveTimestamps: true });
          for (const index of ['Packages', 'Packages.gz']) rmSync(join(pkgdir, index), { force: true });
        }
        const { problems } = await indexFolder(ours);
        expect(problems).toEqual([]);
        const lab = new PortageLab(dirname(theirs), { pkgdir: theirs });
        const ended = await lab.run(['emaint', '--fix', 'binhost'], { apart: true });
        expect(existsSync(join(theirs, 'Packages')), ended.text).toBe(true);
        expect(indexValues(ours)).toEqual(indexValues(theirs));
      },
      60_000,
    );
  },
);
