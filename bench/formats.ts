import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compareVersions,
  type DatabaseEntry,
  parseSrcinfo,
  readDatabase,
  writeDatabase,
} from '../src/formats/pacman/index.ts';

interface Row {
  readonly what: string;
  readonly oursMs: number;
  readonly theirs: string;
  readonly theirsMs: number;
}

function timeMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function tool(program: string, args: readonly string[], cwd: string, input?: string): void {
  const result = spawnSync(program, args, {
    cwd,
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  });
  if (result.status !== 0) throw new Error(`'${program}' ends with ${result.status}: ${result.stderr}`);
}

const srcinfoOf = (index: number): string => {
  const depends = Array.from({ length: 20 }, (_, n) => `\tdepends = lib${index}-${n}>=1.${n}\n`).join('');
  const head = `pkgbase = pkg${index}\n\tpkgdesc = number ${index}\n\tpkgver = 1.${index}\n\tpkgrel = 1\n\tarch = x86_64\n`;
  return `${head}${depends}\tsource = https://example.org/${index}.tar.gz\n\tsha256sums = SKIP\n\npkgname = pkg${index}\n`;
};

function entryOf(index: number): DatabaseEntry {
  const name = `pkg${index}`;
  const version = `1.${index}-1`;
  const depends = Array.from({ length: 12 }, (_, n) => `lib${n}>=1.${index % 7}\n`).join('');
  const desc = `%FILENAME%\n${name}-${version}-any.pkg.tar.zst\n\n%NAME%\n${name}\n\n%VERSION%\n${version}\n\n%DEPENDS%\n${depends}\n`;
  const files = Array.from({ length: 30 }, (_, n) => `usr/share/${name}/file${n}\n`).join('');
  return { name, version, desc, files: `%FILES%\n${files}` };
}

function srcinfoRow(folder: string): Row {
  const count = 2500;
  const paths: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const path = join(folder, `pkg${index}`);
    mkdirSync(path);
    writeFileSync(join(path, '.SRCINFO'), srcinfoOf(index));
    paths.push(join(path, '.SRCINFO'));
  }
  const theirsMs = timeMs(() => tool('xargs', ['cat'], folder, paths.join('\n')));
  const texts = paths.map((path) => readFileSync(path, 'utf8'));
  const oursMs = timeMs(() => {
    for (const [index, text] of texts.entries()) parseSrcinfo(text, paths[index] ?? '');
  });
  return { what: `parse ${count} .SRCINFO files`, oursMs, theirs: 'cat', theirsMs };
}

function versionRow(folder: string): Row {
  const pairs = Array.from(
    { length: 2000 },
    (_, n) => [`1:${n % 7}.${n}rc${n % 3}-1`, `1:${n % 5}.${n}-2`] as const,
  );
  const theirsMs = timeMs(() => tool('xargs', ['-n', '2', 'vercmp'], folder, pairs.flat().join('\n')));
  const oursMs = timeMs(() => {
    for (const [a, b] of pairs) compareVersions(a, b);
  });
  return { what: `compare ${pairs.length} pairs of versions`, oursMs, theirs: 'vercmp', theirsMs };
}

function databaseRows(folder: string): readonly Row[] {
  const entries = Array.from({ length: 10_000 }, (_, index) => entryOf(index));
  const path = join(folder, 'bench.files');
  let bytes: Uint8Array = new Uint8Array(0);
  const writeMs = timeMs(() => {
    bytes = writeDatabase(entries, { kind: 'files', compression: 'zstd' });
  });
  writeFileSync(path, bytes);
  const readMs = timeMs(() => readDatabase(bytes, path));
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  const unpackMs = timeMs(() => tool('bsdtar', ['-xf', path, '-C', tree], folder));
  const packMs = timeMs(() =>
    tool('bsdtar', ['--zstd', '-cf', join(folder, 'again.files'), '-C', tree, '.'], folder),
  );
  return [
    { what: 'read 10,000 entries (.files, zstd)', oursMs: readMs, theirs: 'bsdtar -x', theirsMs: unpackMs },
    { what: 'write 10,000 entries (.files, zstd)', oursMs: writeMs, theirs: 'bsdtar -c', theirsMs: packMs },
  ];
}

/** Parsers and writers of pacman's formats beside the system's programs; milliseconds, one cold run each. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-formats-'));
  try {
    const rows = [srcinfoRow(folder), versionRow(folder), ...databaseRows(folder)];
    console.log('what                                    ours ms   theirs ms  ratio');
    for (const { what, oursMs, theirs, theirsMs } of rows) {
      const ratio = (theirsMs / oursMs).toFixed(1);
      console.log(
        `${what.padEnd(38)} ${oursMs.toFixed(1).padStart(8)} ${theirsMs.toFixed(1).padStart(11)}  ${ratio} x (${theirs})`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
