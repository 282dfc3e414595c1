// Overlays that a builder unpacks for orders: one archive for many jobs.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Overlays } from '../../src/app/autogen-orders.ts';
import { MirrorList } from '../../src/autogen/index.ts';
import { packOverlay } from '../../src/recipes/autogen/index.ts';

const top = mkdtempSync(join(tmpdir(), 'packmill-overlays-'));
const archive = join(top, 'overlay.tar');

beforeAll(async () => {
  const repository = join(top, 'kit');
  mkdirSync(join(repository, 'metadata'), { recursive: true });
  writeFileSync(join(repository, 'metadata/layout.conf'), 'masters =\n');
  writeFileSync(archive, await packOverlay({ overlay: repository, repository }));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

const open = (folder: string): Overlays => new Overlays(join(top, folder), Date.now);
const wish = (digest: string, name = 'kit') => ({ digest, name, path: async () => archive });

it('are not removed while they are unpacked', async () => {
  const overlays = open('tidied');
  const isWanted = Promise.withResolvers<void>();
  const arrives = Promise.withResolvers<string>();
  const path = (): Promise<string> => {
    isWanted.resolve();
    return arrives.promise;
  };
  const getting = overlays.get({ digest: 'aa', name: 'kit', path });
  await isWanted.promise;
  const [fresh = ''] = readdirSync(join(top, 'tidied'));
  await overlays.tidy(new Set(['aa']));
  expect(readdirSync(join(top, 'tidied'))).toEqual([fresh]);
  arrives.resolve(archive);
  expect(existsSync(join(await getting, 'metadata/layout.conf'))).toBe(true);
  await overlays.tidy(new Set(['aa']));
  expect(existsSync(join(await getting, 'metadata/layout.conf'))).toBe(true);
});

it('are unpacked once for each name that a repository has', async () => {
  const overlays = open('named');
  const paths = await Promise.all([overlays.get(wish('aa')), overlays.get(wish('aa', 'fork'))]);
  for (const path of paths) expect(existsSync(join(path, 'metadata/layout.conf')), path).toBe(true);
  expect(await overlays.get(wish('aa'))).toBe(paths[0]);
});

it('are unpacked anew by the next process, since a power loss may have cut files off', async () => {
  const file = join(await open('kept').get(wish('aa')), 'metadata/layout.conf');
  writeFileSync(file, '');
  const overlay = await open('kept').get(wish('aa'));
  expect(readFileSync(join(overlay, 'metadata/layout.conf'), 'utf8')).toBe('masters =\n');
});

it('go when nothing used them lately, and what an earlier process left half unpacked goes, too', async () => {
  const overlays = open('old');
  mkdirSync(join(top, 'old/.new-0123'), { recursive: true });
  for (const digest of ['a', 'b', 'c', 'd', 'e', 'f']) await overlays.get(wish(digest));
  await overlays.tidy(new Set(['a']));
  expect(readdirSync(join(top, 'old')).sort()).toEqual(['a.kit', 'c.kit', 'd.kit', 'e.kit', 'f.kit']);
});

it('bring the lists of mirrors that the overlays beside them have, and no packages of theirs', async () => {
  const repository = join(top, 'kit-fixups');
  const files = {
    'test-kit/curated/metadata/layout.conf': 'masters = core-kit\n',
    'core-kit/curated/profiles/thirdpartymirrors': 'near https://near.example/files\n',
    'core-kit/curated/app-misc/foo/foo-1.ebuild': '',
    'profiles/thirdpartymirrors': 'far https://far.example/files\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(repository, path, '..'), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  const packed = join(top, 'fixups.tar');
  writeFileSync(packed, await packOverlay({ overlay: join(repository, 'test-kit/curated'), repository }));
  const path = async (): Promise<string> => packed;
  const fixups = await open('fixups').get({ digest: 'aa', name: 'kit-fixups', path });
  const mirrors = new MirrorList({ root: join(fixups, 'test-kit/curated'), fixups });
  expect(mirrors.expand('mirror://near/a.tar')).toEqual(['https://near.example/files/a.tar']);
  expect(mirrors.expand('mirror://far/a.tar')).toEqual(['https://far.example/files/a.tar']);
  expect(readdirSync(join(fixups, 'core-kit/curated'))).toEqual(['profiles']);
});
