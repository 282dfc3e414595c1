import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { steadyCompressor } from '../src/host/index.ts';
import { median, print, seconds } from './measure/figures.ts';

const packmill = join(import.meta.dirname, '../bin/packmill');
const rounds = 3;

/** Folders of this machine that a root file system would have, too. */
const contents = ['/usr/lib/python3', '/usr/share/perl', '/usr/lib/gcc', '/etc'];

/** Wall time, and time of processors of a command with all that it starts, in milliseconds. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** Runs a command once; what was written before is on the disk by then, so that one round does not pay for another. */
function spend(words: readonly string[]): Spent {
  spawnSync('sync');
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3';
  const run = spawnSync('bash', ['-c', script, 'bash', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'inherit'],
  });
  const [wall = 0, user = 0, system = 0] = run.stderr
    .trim()
    .split(' ')
    .map((text) => Number(text) * 1000);
  if (run.status !== 0) throw new Error(`'${words.join(' ')}' ends with ${run.status}`);
  return { wall, cpu: user + system };
}

/** Middle of what two things cost that are done in turns, the other first in every second round. */
function inTurns(
  ours: (round: number) => Spent,
  theirs: (round: number) => Spent,
  count = rounds,
): readonly [Spent, Spent] {
  const spent: [Spent[], Spent[]] = [[], []];
  for (let round = 0; round < count; round += 1) {
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      spent[index].push((index === 0 ? ours : theirs)(round));
    }
  }
  const middle = (all: readonly Spent[]): Spent => ({
    wall: median(all.map(({ wall }) => wall)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  return [middle(spent[0]), middle(spent[1])];
}

/** Ours in a process of its own, without what it takes to start that: a build that packs runs already. */
function inProcess(folder: string, call: string): Spent {
  const room = JSON.stringify(join(import.meta.dirname, '../src/captures/index.ts'));
  const end = join(folder, 'end.json');
  const script = `import { capture, captureFormat, unpackArchive } from ${room};
import { writeFileSync } from 'node:fs';
const start = performance.now();
await ${call};
writeFileSync(${JSON.stringify(end)}, JSON.stringify({ wall: performance.now() - start }));`;
  const idle = spend([process.execPath, '--input-type=module', '-e', script.replace(`await ${call};`, '')]);
  const whole = spend([process.execPath, '--input-type=module', '-e', script]);
  const { wall } = JSON.parse(readFileSync(end, 'utf8')) as { wall: number };
  return { wall, cpu: whole.cpu - idle.cpu };
}

/** A shell command that has to succeed. */
function shell(text: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', text, 'bash', ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

function ratioLine(what: string, [ours, theirs]: readonly [Spent, Spent]): void {
  const percent = (one: number, other: number): string => `${((one / other - 1) * 100).toFixed(1)} %`;
  const wall = `${seconds(ours.wall)} and ${seconds(theirs.wall)} (${percent(ours.wall, theirs.wall)})`;
  const cpu = `processors ${seconds(ours.cpu)} and ${seconds(theirs.cpu)} (${percent(ours.cpu, theirs.cpu)})`;
  print(what, `ours and tar with the compressor: ${wall}, ${cpu}`);
}

function captures(folder: string, tree: string): void {
  for (const [compression, level, suffix] of [
    ['zstd', 3, '.tar.zst'],
    ['gzip', 6, '.tar.gz'],
    ['xz', 1, '.tar.xz'],
    ['xz', 6, '.tar.xz'],
  ] as const) {
    const path = join(folder, `ours${suffix}`);
    const other = join(folder, `theirs${suffix}`);
    const { program, args } = steadyCompressor(compression, { level });
    const request = JSON.stringify({ root: tree, path, time: 0, level });
    const pack = `tar -C "$1" --sort=name -cf - . | ${program} ${args.join(' ')} > "$2" && sync "$2"`;
    // the usual level of stages takes half a minute each time: once is enough to see a hundredth
    const isSlow = compression === 'xz' && level > 1;
    for (const [what, script] of [
      ['', pack],
      ...(isSlow ? [] : [[' and sha256sum', `${pack} && sha256sum "$2"`] as const]),
    ] as const) {
      const packed = inTurns(
        () => {
          rmSync(path, { force: true });
          return inProcess(
            folder,
            `capture({ ...${request}, format: captureFormat(${JSON.stringify(path)}) })`,
          );
        },
        () => spend(['bash', '-o', 'pipefail', '-c', script, 'bash', tree, other]),
        isSlow ? 1 : rounds,
      );
      ratioLine(`pack (${compression} -${level})${what}`, packed);
    }
    if (isSlow) continue;
    const fresh = (name: string): string => {
      rmSync(join(folder, name), { recursive: true, force: true });
      mkdirSync(join(folder, name));
      return join(folder, name);
    };
    const unpack = `${program} -dc "$1" | tar -xpf - -C "$2"`;
    const unpacked = inTurns(
      () => inProcess(folder, `unpackArchive(${JSON.stringify({ archive: path, folder: fresh('a') })})`),
      () => spend(['bash', '-o', 'pipefail', '-c', unpack, 'bash', path, fresh('b')]),
    );
    ratioLine(`unpack (${compression})`, unpacked);
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
compression/level: 3
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
    captures(folder, tree);
    builds(folder, tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
