import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compressDatabase,
  type DatabaseCompression,
  type DatabaseEntry,
  databaseTarEnd,
  databaseTarEntry,
  entryFromPackage,
  readDatabase,
  readPackage,
  writeDatabase,
} from '../../src/formats/pacman/index.ts';
import { xzCodec } from '../../src/host/index.ts';
import { buildRecipe, runTool, scratchFolder, unpackedPieces } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
let ours: readonly DatabaseEntry[];
const codecs = { xz: xzCodec };
const extensions = { gzip: 'gz', zstd: 'zst', xz: 'xz' } as const;
type Compressed = keyof typeof extensions;

async function entryOf(path: string): Promise<DatabaseEntry> {
  const bytes = readFileSync(path);
  const read = await readPackage(unpackedPieces(path), basename(path));
  expect(read.problems).toEqual([]);
  if (!read.package) throw new Error('no package');
  let signature: Uint8Array | undefined;
  try {
    signature = readFileSync(`${path}.sig`);
  } catch {}
  return entryFromPackage({
    pkginfo: read.package.pkginfo,
    fileName: basename(path),
    sizeBytes: bytes.byteLength,
    md5: createHash('md5').update(bytes).digest('hex'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signature,
    files: read.package.files,
  });
}

const odd = `# comment
pkgname = odd
pkgver = 1:2-3
pkgdesc =   two   words =
url = https://example.org/?a=b
size = 12
arch = any
packager = A B <a@b> = x
license =
depend = foo=
depend = libx.so==
provides = odd=1 =
optdepend = a: b	c   d
unknown = kept
group =
group = never seen
builddate = 1
`;

/** A package that makepkg would not make. */
function oddPackage(folder: string): string {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'usr/share/ü'), { recursive: true });
  mkdirSync(join(root, '.hidden'), { recursive: true });
  writeFileSync(join(root, '.PKGINFO'), odd);
  writeFileSync(join(root, '.hidden/file'), '');
  for (const name of ['B', 'a', '_', 'ü/Ω', '\u{1f4a1}', '\uff5e'])
    writeFileSync(join(root, 'usr/share', name), '');
  const path = join(folder, 'odd-1:2-3-any.pkg.tar.gz');
  runTool('bsdtar', ['-czf', path, '-C', root, '.PKGINFO', '.hidden', 'usr', 'usr/share/a'], folder);
  return path;
}

beforeAll(async () => {
  scratch = scratchFolder();
  const repository = join(scratch.folder, 'repository');
  mkdirSync(repository);
  const packages = ['split', 'plain', 'library'].flatMap((name) => buildRecipe(name, scratch.folder));
  packages.push(oddPackage(scratch.folder));
  for (const path of packages) copyFileSync(path, join(repository, basename(path)));
  writeFileSync(
    join(repository, `${basename(packages[0] ?? '')}.sig`),
    Buffer.from([0x88, ...Array(299).keys()]),
  );
  const entries: DatabaseEntry[] = [];
  for (const path of packages) entries.push(await entryOf(join(repository, basename(path))));
  ours = entries.sort((a, b) => (`${a.name}-${a.version}` < `${b.name}-${b.version}` ? -1 : 1));
  const files = packages.map((path) => join(repository, basename(path)));
  for (const extension of Object.values(extensions)) {
    runTool('repo-add', ['-q', join(repository, `real.db.tar.${extension}`), ...files], repository);
  }
});
afterAll(() => scratch.remove());

const inRepository = (name: string): string => join(scratch.folder, 'repository', name);
const byName = (entries: readonly DatabaseEntry[]) => [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));

describe('entryFromPackage', () => {
  it.each(Object.values(extensions))(
    'makes the entries of repo-add byte for byte (read from .%s)',
    (extension) => {
      const read = readDatabase(
        readFileSync(inRepository(`real.files.tar.${extension}`)),
        'real.files',
        codecs,
      );
      expect(read.problems).toEqual([]);
      expect(byName(read.entries)).toEqual(byName(ours));
      const db = readDatabase(readFileSync(inRepository(`real.db.tar.${extension}`)), 'real.db', codecs);
      expect(byName(db.entries)).toEqual(byName(ours.map(({ files: _, ...rest }) => rest)));
    },
  );
});

/** What bsdtar sees: every file's text by path. */
function asBsdtarReads(path: string): string {
  return runTool('bsdtar', ['-xOf', path], scratch.folder).toString();
}

function pacmanList(folder: string, database: string): string {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'db/sync'), { recursive: true });
  copyFileSync(database, join(root, 'db/sync/farm.db'));
  writeFileSync(
    join(root, 'pacman.conf'),
    '[options]\nArchitecture = x86_64\nSigLevel = Never\n[farm]\nServer = file:///nowhere\n',
  );
  const options = ['--config', join(root, 'pacman.conf'), '--dbpath', join(root, 'db'), '--root', root];
  return runTool('pacman', [...options, '--noconfirm', '-Sl', 'farm'], folder).toString();
}

describe('writeDatabase', () => {
  const compressions = Object.keys(extensions) as Compressed[];

  it.each(compressions)('writes %s databases that bsdtar and pacman read', (compression) => {
    const folder = scratchFolder();
    try {
      const db = join(folder.folder, 'local.db');
      writeFileSync(db, writeDatabase(ours, { kind: 'db', compression, codecs }));
      expect(asBsdtarReads(db)).toBe(ours.map(({ desc }) => desc).join(''));
      expect(pacmanList(folder.folder, db)).toBe(
        ours.map(({ name, version }) => `farm ${name} ${version}\n`).join(''),
      );
      const files = join(folder.folder, 'local.files');
      writeFileSync(files, writeDatabase(ours, { kind: 'files', compression, codecs }));
      expect(asBsdtarReads(files)).toBe(ours.map(({ desc, files: list }) => desc + list).join(''));
    } finally {
      folder.remove();
    }
  });

  it.each(compressions)('writes %s databases that repo-add goes on with', (compression) => {
    const folder = scratchFolder();
    try {
      const [first, ...rest] = ours;
      const name = `local.db.tar.${extensions[compression]}`;
      const database = join(folder.folder, name);
      writeFileSync(database, writeDatabase(rest, { kind: 'db', compression, codecs }));
      const filesName = database.replace('.db.', '.files.');
      writeFileSync(filesName, writeDatabase(rest, { kind: 'files', compression, codecs }));
      const path = inRepository(/%FILENAME%\n(.+)\n/.exec(first?.desc ?? '')?.[1] ?? '');
      runTool('repo-add', ['-q', database, path], folder.folder);
      const read = readDatabase(readFileSync(filesName), name, codecs);
      expect(read).toEqual({ entries: expect.anything(), problems: [] });
      expect(byName(read.entries)).toEqual(byName(ours));
    } finally {
      folder.remove();
    }
  });

  it.each(['gzip', 'zstd'] as const)(
    'may be joined from separately compressed pieces (%s)',
    (compression: DatabaseCompression) => {
      const folder = scratchFolder();
      try {
        const pieces = [...ours.map((entry) => databaseTarEntry(entry, 'files')), databaseTarEnd];
        const whole = Buffer.concat(pieces.map((piece) => compressDatabase(piece, compression)));
        const path = join(folder.folder, 'local.files');
        writeFileSync(path, whole);
        expect(readDatabase(whole, 'local.files')).toEqual({ entries: ours, problems: [] });
        expect(asBsdtarReads(path)).toBe(ours.map(({ desc, files }) => desc + files).join(''));
        const expected = ours.map(({ name, version }) => `farm ${name} ${version}\n`).join('');
        expect(pacmanList(folder.folder, path)).toBe(expected);
      } finally {
        folder.remove();
      }
    },
  );
});
