// What a run of autogens costs: a kit of a thousand packages, cold, with nothing changed, with one template changed, one alone.
// PACKMILL_METATOOLS names a checkout of the original, which then runs the same kit with the same upstream; PYTHONPATH has to
// lead to what it imports.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchUpstream, changedTemplate, oneTemplate, packages, template, writeKit } from './kit/thousand.ts';
import { type BenchCommand, type CommandCost, costOf } from './measure/command.ts';
import { median } from './measure/figures.ts';

const program = join(import.meta.dirname, '..', 'bin', 'packmill');
const rounds = 3;

/** Prints medians in seconds, and processor time. */
export async function run(): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  const upstream = new BenchUpstream();
  const original = process.env['PACKMILL_METATOOLS'];
  try {
    const url = await upstream.start();
    console.log(`${packages} packages, load ${loadavg()[0]?.toFixed(1)}`);
    await measure('packmill', ours, upstream, makeFixups(join(top, 'ours'), url));
    if (original === undefined) console.log('the original: set PACKMILL_METATOOLS to a checkout of it');
    else await measure('the original', theirs(original), upstream, makeFixups(join(top, 'theirs'), url));
  } finally {
    upstream.stop();
    rmSync(top, { recursive: true, force: true });
  }
}

/** A release that both take. */
const release = `release:
  repositories: []
  remotes: { dev: {}, prod: {} }
  source-collections: { none: [] }
  kit-definitions: { defaults: {}, kits: [] }
`;

interface Fixups {
  /** Parent of the repository, and workspace of who works in it. */
  readonly home: string;
  readonly root: string;
}

function makeFixups(home: string, url: string): Fixups {
  const repository = join(home, 'kit-fixups');
  const root = join(repository, 'bench-kit', 'curated');
  writeKit(root, url);
  mkdirSync(join(repository, 'releases/next'), { recursive: true });
  mkdirSync(join(repository, '.git'));
  writeFileSync(join(repository, 'releases/next/repositories.yaml'), release);
  return { home, root };
}

type Doit = (fixups: Fixups, words: readonly string[]) => BenchCommand;

const environment = (home: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  METATOOLS_WORKSPACE: home,
  METATOOLS_DISTFILES_HOST: 'https://cdn.example',
});

const ours: Doit = ({ home, root }, words) => ({
  program,
  args: ['-q', 'doit', ...words.map((word) => `${word}.ts`)],
  cwd: root,
  env: environment(home),
});

const theirs =
  (original: string): Doit =>
  ({ home, root }, words) => ({
    program: 'python3',
    args: [join(original, 'bin/doit'), '--fast', ...words.map((word) => `${word}.py`)],
    cwd: root,
    env: {
      ...environment(home),
      PYTHONPATH: [original, process.env['PYTHONPATH'] ?? ''].join(':'),
      LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] ?? '',
    },
  });

async function measure(who: string, command: Doit, upstream: BenchUpstream, fixups: Fixups): Promise<void> {
  const told = async (what: string, prepare: (round: number) => void, words: readonly string[] = []) => {
    const costs: CommandCost[] = [];
    const times = what.startsWith('cold') ? 1 : rounds;
    for (let round = 0; round < times; round += 1) {
      prepare(round);
      upstream.asked = 0;
      costs.push(await costOf(command(fixups, words)));
    }
    const wall = median(costs.map(({ seconds }) => seconds)).toFixed(2);
    const cpu = median(costs.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2);
    console.log(
      `${`${who}: ${what}`.padEnd(36)} ${wall.padStart(7)} s ${cpu.padStart(7)} s CPU  ${upstream.asked} requests`,
    );
  };
  await told('cold', () => undefined);
  await told('nothing changed', () => undefined);
  await told('one changed', (round) =>
    writeFileSync(join(fixups.root, oneTemplate), round % 2 === 0 ? changedTemplate : template),
  );
  await told('one alone', () => undefined, ['app-misc/p7x/autogen']);
}
