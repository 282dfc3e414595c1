import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeTarEntry, type NewTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import { packRecipe, packRecipeBytes, unpackRecipe } from '../../src/recipes/pkgbuild/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-recipe-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pack = async (path: string): Promise<Buffer> => Buffer.from(await packRecipeBytes(path));

/** A tree as text: kind, executable bit, bytes or destination of each path. */
function describeTree(root: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const facts = lstatSync(join(root, path));
    if (facts.isSymbolicLink()) found[path] = `link ${readlinkSync(join(root, path))}`;
    else if (facts.isDirectory()) Object.assign(found, { [path]: 'folder' }, describeTree(root, path));
    else if (facts.isFile()) {
      found[path] = `${(facts.mode & 0o777).toString(8)} ${readFileSync(join(root, path)).toString('hex')}`;
    }
  }
  return found;
}

type Entry =
  | { kind: 'file'; bytes: Uint8Array; isProgram: boolean }
  | { kind: 'link'; to: string }
  | { kind: 'folder' };

/** Names that file systems take and tar headers find hard. */
const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    fc.string({ minLength: 90, maxLength: 120, unit: fc.constantFrom('a', 'b', 'é') }),
    fc.constantFrom('PKGBUILD', '.SRCINFO', '.git', 'src', 'pkg', '-n', 'new\nline', ' ', 'a b', '"', '\\'),
  )
  .filter(
    (text) =>
      !/[/\0]/.test(text) &&
      text !== '.' &&
      text !== '..' &&
      Buffer.byteLength(text) <= 255 &&
      text.isWellFormed(),
  );
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    bytes: fc.uint8Array({ maxLength: 1500 }),
    isProgram: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    to: fc.oneof(
      fc.constantFrom('../../../etc/passwd', '/etc', 'PKGBUILD', '.', 'nowhere'),
      fc.string({ minLength: 1, maxLength: 200 }).filter((text) => !text.includes('\0')),
    ),
  }),
  fc.record({ kind: fc.constant('folder' as const) }),
);
const tree = fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 4 }), entry), { maxLength: 12 });

/** Makes what can be made of the entries: a name below a file or one that is taken is left out. */
function makeTree(root: string, entries: readonly (readonly [readonly string[], Entry])[]): void {
  mkdirSync(root);
  for (const [parts, made] of entries) {
    const path = join(root, ...parts);
    try {
      mkdirSync(dirname(path), { recursive: true });
      if (made.kind === 'folder') mkdirSync(path);
      else if (made.kind === 'link') symlinkSync(made.to, path);
      else writeFileSync(path, made.bytes, { flag: 'wx', mode: made.isProgram ? 0o755 : 0o644 });
    } catch (error) {
      if (!['EEXIST', 'ENOTDIR', 'ENOENT', 'ELOOP'].includes((error as { code: string }).code)) throw error;
    }
  }
}

describe('a recipe archive', () => {
  it('gives the same tree back, without what is no part of the recipe', async () => {
    let count = 0;
    const property = fc.asyncProperty(tree, async (entries) => {
      count += 1;
      // A link to a folder outside must not let the other entries out of the scratch folder.
      const inside = entries.filter(([, made]) => made.kind !== 'link');
      const root = join(folder, `tree-${count}`);
      makeTree(root, [...inside, ...entries.filter(([, made]) => made.kind === 'link')]);
      const bytes = await pack(root);
      await unpackRecipe(bytes, join(folder, `again-${count}`));
      const expected = Object.entries(describeTree(root)).filter(
        ([path]) => !['.git', 'src', 'pkg'].includes(path.split('/')[0] ?? ''),
      );
      expect(describeTree(join(folder, `again-${count}`))).toEqual(Object.fromEntries(expected));
      expect((await pack(join(folder, `again-${count}`))).equals(bytes)).toBe(true);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('has the same bytes whatever times, permissions and order of making', async () => {
    const make = (root: string, names: readonly string[], loose: boolean): void => {
      mkdirSync(join(root, '.CI'), { recursive: true });
      for (const file of names) writeFileSync(join(root, file), file, { mode: loose ? 0o666 : 0o600 });
      symlinkSync('b', join(root, 'link'));
      chmodSync(join(root, 'b'), loose ? 0o777 : 0o700);
      if (loose) chmodSync(join(root, '.CI'), 0o700);
      utimesSync(join(root, 'a'), loose ? 5 : 7, 9);
    };
    make(join(folder, 'one'), ['a', 'b', '.CI/config'], false);
    make(join(folder, 'two'), ['.CI/config', 'b', 'a'], true);
    expect((await pack(join(folder, 'one'))).equals(await pack(join(folder, 'two')))).toBe(true);
    writeFileSync(join(folder, 'two/a'), 'A');
    expect((await pack(join(folder, 'one'))).equals(await pack(join(folder, 'two')))).toBe(false);
  });

  it('is a tar that bsdtar unpacks to the same', async () => {
    const root = join(folder, 'recipe');
    mkdirSync(join(root, 'deep', 'x'.repeat(120), 'y'.repeat(120)), { recursive: true });
    writeFileSync(join(root, 'deep', 'x'.repeat(120), 'y'.repeat(120), 'ümlaut'), 'long');
    writeFileSync(join(root, 'PKGBUILD'), 'pkgname=x');
    writeFileSync(join(root, 'large'), Buffer.alloc(3_000_001, 'z'));
    symlinkSync('z'.repeat(150), join(root, 'link'));
    chmodSync(join(root, 'PKGBUILD'), 0o755);
    writeFileSync(join(folder, 'a.tar'), await pack(root));
    mkdirSync(join(folder, 'out'));
    execFileSync('bsdtar', ['-xf', join(folder, 'a.tar'), '-C', join(folder, 'out')]);
    expect(describeTree(join(folder, 'out'))).toEqual(describeTree(root));
    await unpackRecipe(join(folder, 'a.tar'), join(folder, 'again'));
    expect(describeTree(join(folder, 'again'))).toEqual(describeTree(root));
  });

  it('leaves pipes out, and is refused when the folder changes meanwhile', async () => {
    const root = join(folder, 'recipe');
    mkdirSync(root);
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(join(root, 'file'), 'x'.repeat(1000));
    await unpackRecipe(await pack(root), join(folder, 'out'));
    expect(readdirSync(join(folder, 'out'))).toEqual(['file']);
    for (const size of [999, 1001]) {
      writeFileSync(join(root, 'file'), 'x'.repeat(1000));
      const pieces = packRecipe(root);
      await pieces.next();
      writeFileSync(join(root, 'file'), 'x'.repeat(size));
      const rest = async () => {
        for await (const piece of pieces) void piece;
      };
      await expect(rest()).rejects.toMatchObject({ problem: { code: 'BLD031' } });
    }
  });
});

describe('a hostile recipe archive', () => {
  const inner: NewTarEntry = { path: 'd/', type: 'folder' };
  const out: NewTarEntry = { path: 'out', type: 'symlink', linkPath: '..' };
  const hostile: Record<string, readonly NewTarEntry[]> = {
    'climbs out': [{ path: '../evil' }],
    'climbs out of a folder': [inner, { path: 'd/../../evil' }],
    'climbs out with a folder': [{ path: '../evil/', type: 'folder' }],
    'climbs out with a link': [{ path: '../evil', type: 'symlink', linkPath: '/etc/passwd' }],
    'is absolute': [{ path: '/tmp/packmill-evil' }],
    'names itself': [{ path: '.' }],
    'names nothing': [{ path: '' }],
    'has an empty part': [inner, { path: 'd//evil' }],
    'has a dot in the middle': [inner, { path: 'd/./evil' }],
    'writes through a link': [out, { path: 'out/evil' }],
    'makes a folder behind a link': [out, { path: 'out/evil/', type: 'folder' }],
    'writes to a link': [{ path: 'out', type: 'symlink', linkPath: '../evil' }, { path: 'out' }],
    'puts a link in the place of a folder': [inner, { path: 'd', type: 'symlink', linkPath: '..' }],
    'puts a folder in the place of a link': [out, { path: 'out/', type: 'folder' }],
    'names a file twice': [{ path: 'a' }, { path: 'a' }],
    'names a folder twice': [inner, inner],
    'has a file as a folder': [{ path: 'a' }, { path: 'a/evil' }],
    'leaves a folder out': [{ path: 'nowhere/evil' }],
    'holds a device': [{ path: 'null', type: 'character-device' }],
    'holds a disk': [{ path: 'sda', type: 'block-device' }],
    'holds a pipe': [{ path: 'pipe', type: 'fifo' }],
    'holds a hard link': [{ path: 'a' }, { path: 'b', type: 'hardlink', linkPath: 'a' }],
    'holds a hard link to elsewhere': [{ path: 'b', type: 'hardlink', linkPath: '/etc/passwd' }],
    'has a link to nowhere': [{ path: 'a', type: 'symlink', linkPath: '' }],
    'has a name with NUL': [{ path: `${'x'.repeat(101)}\0/../../evil` }],
  };

  it.each(Object.keys(hostile))('is refused: %s', async (what) => {
    const entries = (hostile[what] ?? []).map((one) => encodeTarEntry(one, Buffer.from('evil')));
    mkdirSync(join(folder, 'place'));
    const unpacked = unpackRecipe(Buffer.concat([...entries, tarEnd]), join(folder, 'place/recipe'));
    await expect(unpacked).rejects.toMatchObject({ problem: { code: 'BLD030' } });
    expect(readdirSync(folder)).toEqual(['place']);
    expect(readdirSync(join(folder, 'place'))).toEqual([]);
    expect(existsSync('/tmp/packmill-evil')).toBe(false);
  });

  it('is refused when it is cut off or no tar, and leaves nothing', async () => {
    const whole = Buffer.concat([encodeTarEntry({ path: 'a' }, Buffer.alloc(2000)), tarEnd]);
    for (const bytes of [whole.subarray(0, 1200), Buffer.alloc(700, 'x')]) {
      await expect(unpackRecipe(bytes, join(folder, 'out'))).rejects.toMatchObject({
        problem: { code: expect.stringMatching(/^FMT02/) },
      });
      expect(existsSync(join(folder, 'out'))).toBe(false);
    }
  });

  it('gets no say in set-id bits, and never goes into a folder with something in it', async () => {
    const bytes = Buffer.concat([
      encodeTarEntry({ path: 'a', mode: 0o6777, uid: 7 }, Buffer.from('x')),
      tarEnd,
    ]);
    await unpackRecipe(bytes, join(folder, 'out'));
    expect(lstatSync(join(folder, 'out/a')).mode & 0o7777).toBe(0o755);
    await expect(unpackRecipe(bytes, join(folder, 'out'))).rejects.toMatchObject({
      problem: { code: 'BLD030' },
    });
    expect(readFileSync(join(folder, 'out/a'), 'utf8')).toBe('x');
  });

  it('never reaches beyond its folder, whatever its bytes', async () => {
    const bytes = Buffer.concat([
      encodeTarEntry(inner),
      encodeTarEntry({ path: 'd/file' }, Buffer.from('text')),
      encodeTarEntry({ path: 'd/link', type: 'symlink', linkPath: '../../..' }),
      encodeTarEntry({ path: `d/${'n'.repeat(150)}` }, Buffer.from('long')),
      tarEnd,
    ]);
    const before = readdirSync(folder);
    const edits = fc.array(
      fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0, 46, 47, 48, 49, 50, 53, 120)),
      {
        maxLength: 6,
      },
    );
    const property = fc.asyncProperty(edits, async (changes) => {
      const changed = Buffer.from(bytes);
      for (const [at, value] of changes) changed[at] = value;
      for (let start = 0; start < changed.length; start += 512) seal(changed, start);
      mkdirSync(join(folder, 'p'));
      await unpackRecipe(changed, join(folder, 'p/q')).catch((error: unknown) => {
        expect((error as { problem?: { code: string } }).problem?.code).toMatch(/^(BLD030|FMT02\d|SYS004)$/);
      });
      expect(readdirSync(join(folder, 'p')).filter((found) => found !== 'q')).toEqual([]);
      rmSync(join(folder, 'p'), { recursive: true });
      expect(readdirSync(folder)).toEqual(before);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

/** Gives a header its checksum back, so that changes get further than the first check. */
function seal(bytes: Buffer, start: number): void {
  const block = bytes.subarray(start, start + 512);
  if (block.toString('latin1', 257, 262) !== 'ustar') return;
  block.fill(32, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
