// What a build costs that has nothing to do: 10,000 and 100,000 targets, against make and ninja in the same run. Each program is timed
// as a whole process, by the processor time it takes; ours also as a process that is there already, and with somebody who says what was touched.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/host/index.ts';
import { IncrementalBuild } from '../src/incremental/index.ts';
import { copyTargets, placesOf } from './kit/copy-targets.ts';

const ours = join(import.meta.dirname, 'kit/copy-targets.ts');
/** Above it make needs minutes of processor time. */
const mostForMake = 20_000;

/** Prints milliseconds: the median of five, and of make one look at many targets. Numbers of targets may be given. */
export async function run(): Promise<void> {
  const asked = process.argv.slice(3).map(Number);
  for (const count of asked.length > 0 ? asked : [10_000, 100_000]) await compare(count);
}

async function compare(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-incremental-'));
  try {
    lay(folder, count);
    const first = process_(process.execPath, [ours, folder, String(count)], folder);
    const second = process_(process.execPath, [ours, folder, String(count)], folder, `${count} up to date`);
    console.log(`${count} targets, load ${loadavg()[0]?.toFixed(1)}: made ${ms(first)}, then ${ms(second)}`);
    const asProcess = (...more: readonly string[]): number =>
      median(() =>
        process_(process.execPath, [ours, folder, String(count), ...more], folder, `${count} up to date`),
      );
    // ninja's own record of what was made with which command
    process_('ninja', ['-t', 'restat'], folder);
    process_('ninja', ['-j4'], folder);
    const figures: Record<string, number> = {
      'node -e 0': median(() => process_(process.execPath, ['-e', '0'], folder)),
      'process, from the record': asProcess('touched'),
      'process, all files looked at': asProcess(),
      'process with all of the engine, all files looked at': asProcess('engine'),
      ninja: median(() => process_('ninja', [], folder, 'no work to do')),
    };
    const rounds = count > mostForMake ? 1 : 3;
    figures['make'] = median(() => process_('make', ['-q'], folder), rounds);
    const build = new IncrementalBuild({
      root: folder,
      state: join(folder, '.state'),
      targets: copyTargets(count),
      clock: systemClock,
    });
    const inside = async (options: { touched?: readonly string[] }): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        const before = process.cpuUsage();
        const { made } = await build.build(options);
        if (made.length > 0) throw new Error('nothing had changed, and something was made');
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) / 1000);
      }
      return times.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN;
    };
    figures['in a process that is there, all files looked at'] = await inside({});
    figures['in a process that is there, from the record'] = await inside({ touched: [] });
    const ninja = figures['ninja'] ?? Number.NaN;
    for (const [what, took] of Object.entries(figures)) {
      console.log(`  ${what}: ${ms(took)}, ${(took / ninja).toFixed(2)} of ninja`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

function median(measure: () => number, rounds = 5): number {
  const times = Array.from({ length: rounds }, measure).sort((a, b) => a - b);
  return times[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** Processor time in milliseconds (a busy machine says little by the clock); fails when the program fails, or does not say what it should. */
function process_(program: string, args: readonly string[], cwd: string, says?: string): number {
  const shell = ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', program, ...args];
  const { status, stdout, stderr } = spawnSync('bash', shell, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // as packmill's own launcher does
    env: { ...process.env, NODE_COMPILE_CACHE: join(cwd, '.compiled') },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status} ${stderr}`);
  if (says !== undefined && !stdout.includes(says))
    throw new Error(`${program} says: ${stdout.slice(0, 500)}`);
  const [user = Number.NaN, system = Number.NaN] = (stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return 1000 * (user + system);
}

/** Sources, and the same rules for make and for ninja: each file is copied, in folders of a thousand. */
function lay(folder: string, count: number): void {
  const ninja = ['rule copy', '  command = cp $in $out'];
  const make: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { source, output } = placesOf(at);
    if (at % 1000 === 0) {
      mkdirSync(join(folder, source, '..'), { recursive: true });
      mkdirSync(join(folder, output, '..'), { recursive: true });
    }
    writeFileSync(join(folder, source), `source ${at}`);
    utimesSync(join(folder, source), 1_000_000_000, 1_000_000_000);
    ninja.push(`build ${output}: copy ${source}`);
    make.push(`${output}: ${source}\n\tcp $< $@`);
  }
  const all = Array.from({ length: count }, (_, at) => placesOf(at).output);
  writeFileSync(join(folder, 'build.ninja'), `${ninja.join('\n')}\n`);
  writeFileSync(join(folder, 'Makefile'), `all: ${all.join(' ')}\n${make.join('\n')}\n`);
}
