// What a run of autogens costs: a kit of a thousand packages, cold, with nothing changed, with one template changed, one alone.
// PACKMILL_METATOOLS names a checkout of the original, which then runs the same kit with the same upstream; PYTHONPATH has to
// lead to what it imports.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BenchSide,
  benchEnvironment,
  measureBoth,
  originalEnvironment,
  program,
} from './kit/both-programs.ts';
import { changedTemplate, oneTemplate, template, writeKit } from './kit/thousand.ts';
import { type BenchCommand, type CommandCost, costOf } from './measure/command.ts';
import { median } from './measure/figures.ts';

const rounds = 3;

/** Prints medians in seconds, and processor time. */
export async function run(): Promise<void> {
  await measureBoth({ ours, theirs }, measure);
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

const ours: Doit = ({ home, root }, words) => ({
  program,
  args: ['-q', 'doit', ...words.map((word) => `${word}.ts`)],
  cwd: root,
  env: benchEnvironment(home),
});

const theirs =
  (original: string): Doit =>
  ({ home, root }, words) => ({
    program: 'python3',
    args: [join(original, 'bin/doit'), '--fast', ...words.map((word) => `${word}.py`)],
    cwd: root,
    env: {
      ...benchEnvironment(home),
      ...originalEnvironment(original),
    },
  });

async function measure({ who, command, home, upstream, url }: BenchSide<Doit>): Promise<void> {
  const fixups = makeFixups(home, url);
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
