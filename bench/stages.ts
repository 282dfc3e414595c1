import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture, captureFormat, unpackArchive } from '../src/captures/index.ts';
import { steadyCompressor } from '../src/host/index.ts';
import { median, print, seconds, timed } from './measure/figures.ts';

const packmill = join(import.meta.dirname, '../bin/packmill');
const rounds = 3;

/** Folders of this machine that a root file system would have, too. */
const contents = ['/usr/lib/python3', '/usr/share/perl', '/usr/lib/gcc', '/etc'];

/** Empties what the system has in memory to be written, so that one round does not pay for another. */
const settle = (): void => void spawnSync('sync');

/** Middle of the times of two things that are done in turns, the other first in every second round. */
async function inTurns(
  ours: (round: number) => Promise<unknown>,
  theirs: (round: number) => Promise<unknown>,
): Promise<readonly [ours: number, theirs: number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      settle();
      times[index].push(await timed(async () => await (index === 0 ? ours : theirs)(round)));
    }
  }
  return [median(times[0]), median(times[1])];
}

/** A shell command that has to succeed. */
function shell(text: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', text, 'bash', ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

function ratioLine(what: string, [ours, theirs]: readonly [number, number]): void {
  const percent = ((ours / theirs - 1) * 100).toFixed(1);
  print(what, `${seconds(ours)}, tar and the compressor ${seconds(theirs)} (${percent} %)`);
}

async function captures(folder: string, tree: string): Promise<void> {
  for (const [compression, level, suffix] of [
    ['zstd', 3, '.tar.zst'],
    ['gzip', 6, '.tar.gz'],
    ['xz', 1, '.tar.xz'],
  ] as const) {
    const path = join(folder, `ours${suffix}`);
    const other = join(folder, `theirs${suffix}`);
    const { program, args } = steadyCompressor(compression, { level });
    const pair = await inTurns(
      async () => {
        rmSync(path, { force: true });
        await capture({ root: tree, path, format: captureFormat(path), time: 0, level });
      },
      async () =>
        shell(
          `tar -C "$1" --sort=name -cf - . | ${program} ${args.join(' ')} > "$2" && sync "$2"`,
          tree,
          other,
        ),
    );
    ratioLine(`pack (${compression} -${level})`, pair);
    const unpacked = await inTurns(
      async (round) => {
        const to = join(folder, `a${suffix}${round}`);
        mkdirSync(to);
        await unpackArchive({ archive: path, folder: to });
      },
      async (round) => {
        const to = join(folder, `b${suffix}${round}`);
        mkdirSync(to);
        shell(`${program} -dc "$1" | tar -xpf - -C "$2"`, path, to);
      },
    );
    ratioLine(`unpack (${compression})`, unpacked);
    for (let round = 0; round < rounds; round += 1) {
      for (const name of [`a${suffix}${round}`, `b${suffix}${round}`])
        rmSync(join(folder, name), { recursive: true });
    }
  }
}

/** A mirror whose seed is the tree; one target that changes a file of it. */
function writeSpecification(folder: string, tree: string): string {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const place = 'mirror/b/x86-64bit/s';
  write(`${place}/.control/strategy/build`, 'local\n');
  write(`${place}/.control/strategy/seed`, 'stage3\n');
  write(`${place}/.control/version/stage3`, '2026-01-01\n');
  mkdirSync(join(folder, place, '2026-01-01'));
  shell('tar -C "$1" -cf "$2" .', tree, join(folder, place, '2026-01-01/stage3-s-b-2026-01-01.tar'));
  return write(
    'farm.conf',
    `[section path]
mirror: ${folder}/mirror
[section target]
build: b
arch_desc: x86-64bit
subarch: s
version: 2026-01-31
compression: zstd
[section steps]
chroot/run: [
#!/bin/sh
echo built > /etc/built
]
`,
  );
}

function builds(folder: string, tree: string): void {
  const file = writeSpecification(folder, tree);
  const once = (...more: readonly string[]): number => {
    const start = performance.now();
    execFileSync(packmill, [
      '-q',
      '--farm',
      join(folder, 'farm'),
      'stage',
      'build',
      file,
      'stage3-freshen',
      ...more,
    ]);
    return performance.now() - start;
  };
  print('a stage whose step does next to nothing, first time', seconds(once()));
  print('the same with another version: the seed is unpacked', seconds(once('target/version=2026-01-30')));
  const again = Array.from({ length: 9 }, () => once());
  print('the same once more, nothing has changed (whole command)', `${Math.round(median(again))} ms`);
}

/**
 * Stages: packing and unpacking a root beside tar and the same compressor with the same level, and a build that has nothing to do.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-stages-'));
  try {
    const tree = join(folder, 'tree');
    for (const name of ['bin', 'dev', 'etc', 'proc', 'run', 'tmp'])
      mkdirSync(join(tree, name), { recursive: true });
    for (const path of contents) {
      mkdirSync(join(tree, dirname(path)), { recursive: true });
      shell('cp -a "$1" "$2"', path, join(tree, dirname(path)));
    }
    shell('cp /bin/busybox "$1/bin/busybox" && ln -s busybox "$1/bin/sh"', tree);
    const plain = join(folder, 'plain.tar');
    shell('tar -C "$1" -cf "$2" .', tree, plain);
    const files = execFileSync('tar', ['-tf', plain], { maxBuffer: 1 << 28 }).filter(
      (byte) => byte === 10,
    ).length;
    print('the root', `${files} entries, ${Math.round(statSync(plain).size / 2 ** 20)} MiB as a tar`);
    rmSync(plain);
    await captures(folder, tree);
    builds(folder, tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
