import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodeTarEntry,
  type NewTarEntry,
  readTar,
  readTarBytes,
  type TarFile,
  tarEnd,
} from '../../src/formats/archives/index.ts';
import { runTool, scratchFolder } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
const long = `${'deep/'.repeat(30)}${'n'.repeat(120)}`;
const names = ['plain', 'with space', 'ünï', `${'p/'.repeat(60)}file`, long, `${'q'.repeat(255)}`];

beforeAll(() => {
  scratch = scratchFolder();
  const tree = join(scratch.folder, 'tree');
  for (const [index, name] of names.entries()) {
    mkdirSync(join(tree, name, '..'), { recursive: true });
    writeFileSync(join(tree, name), 'x'.repeat(index * 300));
  }
  symlinkSync('plain', join(tree, 'link'));
  symlinkSync('z/'.repeat(100), join(tree, 'longlink'));
});
afterAll(() => scratch.remove());

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function streamed(bytes: Uint8Array, size: number): Promise<TarFile[]> {
  const files: TarFile[] = [];
  for await (const { rawHeader, body, ...entry } of readTar(cut(bytes, size), 'x')) {
    const parts: Uint8Array[] = [];
    for await (const piece of body) parts.push(piece);
    expect(rawHeader.byteLength % 512).toBe(0);
    files.push({ ...entry, body: Buffer.concat(parts) });
  }
  return files;
}

const plain = (files: Iterable<TarFile>) =>
  [...files].map((file) => ({ ...file, body: Buffer.from(file.body).toString('hex') }));

describe('the tar reader', () => {
  it.each([
    [
      'bsdtar',
      ['--format=ustar', '-cf', '-', '--exclude', 'n*', '--exclude', 'q*', '--exclude', 'longlink', '.'],
    ],
    ['bsdtar', ['--format=pax', '-cf', '-', '.']],
    ['bsdtar', ['--format=gnutar', '-cf', '-', '.']],
    ['tar', ['--format=gnu', '-cf', '-', '.']],
    ['tar', ['--format=posix', '-cf', '-', '.']],
  ] as const)('reads what %s %j writes, whole and in pieces', async (program, args) => {
    const cwd = join(scratch.folder, 'tree');
    const bytes = runTool(program, args, cwd);
    const whole = plain(readTarBytes(bytes, 'x'));
    expect(whole.length).toBeGreaterThan(3);
    const listed = runTool('bsdtar', ['-tf', '-'], cwd, bytes).toString().trimEnd().split('\n');
    expect(whole.map(({ path }) => path)).toEqual(listed);
    expect(whole.find(({ path }) => path === './link')).toMatchObject({ type: 'symlink', linkPath: 'plain' });
    if (args[0] === '--format=pax') {
      expect(whole.find(({ path }) => path === `./${long}`)?.body).toBe(
        Buffer.from('x'.repeat(1200)).toString('hex'),
      );
    }
    expect(plain(await streamed(bytes, 1))).toEqual(whole);
    expect(plain(await streamed(bytes, 1000))).toEqual(whole);
  });

  it('rejects sparse files with a problem', () => {
    const cwd = join(scratch.folder, 'tree');
    runTool('truncate', ['-s', '1M', join(scratch.folder, 'holes')], cwd);
    for (const format of ['gnu', 'posix']) {
      const bytes = runTool(
        'tar',
        [`--format=${format}`, '-S', '-cf', '-', '-C', scratch.folder, 'holes'],
        cwd,
      );
      expect(() => [...readTarBytes(bytes, 'x')]).toThrow('FMT022');
    }
  });

  it('says so when the archive ends too early, wherever that is', async () => {
    const bytes = Buffer.concat([encodeTarEntry({ path: long }, Buffer.from('y'.repeat(700))), tarEnd]);
    for (const length of [1, 511, 512, 513, 1000, 1024, 1500, 1536, 2000]) {
      const part = bytes.subarray(0, length);
      expect(() => [...readTarBytes(part, 'x')]).toThrow(/FMT020/);
      await expect(streamed(part, 100)).rejects.toThrow(/FMT020/);
    }
  });
});

const entryArbitrary: fc.Arbitrary<NewTarEntry & { body: Uint8Array }> = fc
  .record({
    path: fc
      .array(fc.stringMatching(/^[a-zA-Zü #=.-]{1,60}$/), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join('/').replace(/^\.+/, 'dot').replace(/\/+$/, 'x')),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.nat(3_000_000),
    mtime: fc.oneof(fc.nat(), fc.constant(8 ** 11), fc.constant(1.5)),
    uname: fc.constantFrom('', 'root', 'ü', 'u'.repeat(40)),
    body: fc.uint8Array({ maxLength: 1200 }),
  })
  .map((entry) => entry);

describe('the tar writer', () => {
  it('is read back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entryArbitrary, { maxLength: 4 }),
        fc.integer({ min: 1, max: 2000 }),
        async (entries, size) => {
          const bytes = Buffer.concat([
            ...entries.map(({ body, ...entry }) => encodeTarEntry(entry, body)),
            tarEnd,
          ]);
          const files = [...readTarBytes(bytes, 'x')];
          expect(files).toMatchObject(
            entries.map(({ body, ...entry }) => ({ ...entry, sizeBytes: body.byteLength })),
          );
          expect(plain(await streamed(bytes, size))).toEqual(plain(files));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('writes names of every length so that bsdtar and tar read them', () => {
    const paths = [99, 100, 101, 155, 156, 200, 255, 256, 257, 400].flatMap((length) => [
      'a'.repeat(length),
      `${'b/'.repeat(length / 2)}`.slice(0, length - 1).concat('c'),
      `${'d'.repeat(Math.min(150, length - 20))}/${'e'.repeat(length - Math.min(150, length - 20) - 1)}`,
    ]);
    const unique = [...new Set(paths)];
    const bytes = Buffer.concat([
      ...unique.map((path) => encodeTarEntry({ path }, Buffer.from(path))),
      tarEnd,
    ]);
    for (const program of ['bsdtar', 'tar']) {
      const listed = runTool(program, ['-tf', '-'], scratch.folder, bytes).toString().trimEnd().split('\n');
      expect(listed).toEqual(unique);
      expect(runTool(program, ['-xOf', '-'], scratch.folder, bytes).toString()).toBe(unique.join(''));
    }
  });

  it('is byte-stable', () => {
    const make = () => encodeTarEntry({ path: 'ü', mtime: 1.25, uid: 5 }, Buffer.from('b'));
    expect(Buffer.compare(make(), make())).toBe(0);
  });
});
