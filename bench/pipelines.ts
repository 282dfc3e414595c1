// Pipelines of a recipe repository of real size, as whole processes: what a push costs, and what a timer costs.
// PACKMILL_BENCH_REPOSITORY names a repository to copy instead of a made-up one, PACKMILL_BENCH_ROUNDS how often each is
// measured (5), PACKMILL_BENCH_HOSTS on how many servers git repositories are spread (40).
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ServiceFixture } from '../test/service/service-fixture.ts';
import { print } from './measure/figures.ts';
import { type Command, measured, Table } from './pipelines/measured.ts';
import { type Moment, Scene } from './pipelines/scene.ts';

const program = join(dirname(import.meta.dirname), 'bin', 'packmill');
const rounds = Number(process.env['PACKMILL_BENCH_ROUNDS'] ?? 5);
const hosts = Number(process.env['PACKMILL_BENCH_HOSTS'] ?? 40);
/** Between two requests to one host; see the budget of src/fetcher. */
const gapMs = 50;

type Commands = Readonly<Record<string, Command>>;

/** Runs the parts that are named behind `pipelines` (`push`, `timer`); all without a name. */
export async function run(): Promise<void> {
  const [, , , part] = process.argv;
  const scene = await Scene.open(hosts);
  try {
    const { packages, srcinfos } = scene;
    print('packages, .SRCINFO files', `${packages.length}, ${srcinfos.length}`);
    print('rounds, load', `${rounds}, ${loadavg()[0]?.toFixed(1)}`);
    if (part === undefined || part === 'push') await pushes(scene);
    if (part === undefined || part === 'timer') await timers(scene);
  } finally {
    await scene.close();
  }
}

const packmill = (scene: Scene, ...args: readonly string[]): Command => ({
  words: [program, ...args],
  cwd: scene.checkout,
  env: scene.env,
});

const other = (scene: Scene, ...words: readonly string[]): Command => ({
  words,
  cwd: scene.checkout,
  env: scene.env,
});

/** What bounds a push from below, whoever evaluates it. */
function limits(scene: Scene): Commands {
  const twice = `"${process.execPath}" -e 0; "${process.execPath}" -e 0`;
  return {
    'limit: cat of every .SRCINFO': other(scene, 'cat', ...scene.srcinfos),
    'limit: git push of a tag': other(
      scene,
      'git',
      'push',
      '--quiet',
      '--force',
      'origin',
      'main:refs/tags/scheduled',
    ),
    'node -e 0, twice': other(scene, 'sh', '-c', twice),
  };
}

async function pushes(scene: Scene): Promise<void> {
  const farm = await ServiceFixture.make();
  try {
    farm.settings('', `recipes: { url: ${scene.remote} }`);
    await farm.manager();
    await warm(scene, farm);
    const subjects: Commands = {
      ...limits(scene),
      'packmill ci on-commit --hand-over': packmill(scene, 'ci', 'on-commit', '--hand-over'),
      'packmill ci on-commit, to a manager': {
        ...packmill(scene, '--farm', farm.farm, 'ci', 'on-commit'),
        mayFail: isPartlyRefused,
      },
      ...(scene.hasPeer ? { 'peer: on-commit.sh': other(scene, '.ci/on-commit.sh') } : {}),
    };
    if (!scene.hasPeer) console.log('the peer is missing: this repository has no .ci/on-commit.sh');
    const compared = scene.hasPeer ? 'packmill ci on-commit --hand-over' : 'limit: git push of a tag';
    const { packages } = scene;
    const one = await inTurns(scene, subjects, (round) => {
      const name = packages[((round + 1) * 617) % packages.length] ?? '';
      const path = join(name, 'PKGBUILD');
      const text = readFileSync(join(scene.checkout, path), 'utf8');
      return scene.push(`chore(update): ${name}`, new Map([[path, `${text}# ${round}\n`]]));
    });
    one.print('a push that changes one package', compared);
    const moment = scene.push('chore: counted [deploy all]', new Map());
    printGit((await withCountedGit(scene, packmill(scene, 'ci', 'on-commit', '--hand-over'))).git);
    scene.restore({ ...moment, scheduled: moment.main });
    const all = await inTurns(scene, subjects, (round) =>
      scene.push(`chore: round ${round} [deploy all]`, new Map()),
    );
    all.print('a push with [deploy all]', compared);
  } finally {
    await farm.dispose();
  }
}

/**
 * A real repository has recipes for other architectures and some that nobody can read: they are refused, which counts
 * as a failure, and all others are scheduled.
 */
function isPartlyRefused(code: number | null, said: string): boolean {
  const [, taken = 0, asked = 0] = /^scheduled (\d+) of (\d+)$/m.exec(said)?.map(Number) ?? [];
  const refused = said.match(/^error CIC018 /gm)?.length ?? 0;
  return process.env['PACKMILL_BENCH_REPOSITORY'] !== undefined && code === 1 && taken + refused === asked;
}

/** Lets the manager read all recipes once, which it remembers. */
async function warm(scene: Scene, farm: ServiceFixture): Promise<void> {
  const [name = ''] = scene.packages;
  const taken = await measured(packmill(scene, '--farm', farm.farm, 'ci', 'schedule', name), scene.notes);
  const start = performance.now();
  while ((await farm.stats()).waiting.count === 0) await setTimeout(250);
  const ms = taken.wallMs + performance.now() - start;
  print("a manager's first plan of this repository", `${(ms / 1000).toFixed(1)} s`);
}

/** Each subject once per round from the same moment; the first round only warms up. */
async function inTurns(scene: Scene, subjects: Commands, prepare: (round: number) => Moment): Promise<Table> {
  const table = new Table();
  for (let round = 0; round <= rounds; round += 1) {
    const moment = prepare(round);
    for (const [name, command] of Object.entries(subjects)) {
      scene.restore(moment);
      const taken = await measured(command, scene.notes);
      if (round > 0) table.add(name, taken);
    }
    scene.restore({ ...moment, scheduled: moment.main });
  }
  return table;
}

async function timers(scene: Scene): Promise<void> {
  const start = scene.moment();
  scene.restore({ ...start, scheduled: start.main });
  const subject = packmill(scene, 'ci', 'on-schedule', '--hand-over');
  // branches are noted, and answers are kept
  const first = await measured(subject, scene.notes);
  print(
    '\nfirst run, which notes commits and versions',
    `${first.wallMs.toFixed(0)} ms, CPU ${first.cpuMs.toFixed(0)} ms`,
  );
  expectWords(first.said, /: 0 updated, 0 /);
  const noted = scene.moment();
  await timer(scene, noted, { title: 'a timer, nothing changed', words: /: 0 updated, 0 / });
  scene.move();
  await timer(scene, noted, { title: 'a timer, forty packages changed', words: /: 30 updated, 40 / });
  console.log(
    "the peer's on-schedule.sh is left out: the addresses of its services are fixed, and it needs the network",
  );
}

interface Wanted {
  readonly title: string;
  /** What the summary of the run has to say. */
  readonly words: RegExp;
}

async function timer(scene: Scene, moment: Moment, { title, words }: Wanted): Promise<void> {
  const subject = packmill(scene, 'ci', 'on-schedule', '--hand-over');
  const subjects: Commands = { ...limits(scene), 'packmill ci on-schedule --hand-over': subject };
  const table = new Table();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, command] of Object.entries(subjects)) {
      scene.restore(moment);
      const taken = await measured(command, scene.notes);
      if (command === subject) expectWords(taken.said, words);
      if (round > 0) table.add(name, taken);
    }
  }
  table.print(title, 'limit: cat of every .SRCINFO');
  scene.restore(moment);
  scene.upstreams.forget();
  const { said, git } = await withCountedGit(scene, subject);
  expectWords(said, words);
  const asked = [...scene.upstreams.asked.values()];
  const most = Math.max(0, ...asked);
  print('requests, and to the busiest host', `${asked.reduce((sum, count) => sum + count, 0)}, ${most}`);
  print(`limit: those at one every ${gapMs} ms`, `${most * gapMs} ms`);
  printGit(git);
}

/** A run beside those that are measured, with a git in front of git that writes down what it is called for. */
async function withCountedGit(
  scene: Scene,
  command: Command,
): Promise<{ said: string; git: readonly string[] }> {
  const folder = join(scene.folder, 'counted');
  const log = join(folder, 'log');
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, '');
  const path = command.env['PATH'] ?? '';
  // what is called, behind options of git itself
  const script = `#!/bin/sh
for word; do
  case $word in -*|*=*|/*|"$last") ;; *) echo "$word" >>'${log}'; break;; esac
  case $word in -c|-C) last=skip;; esac
done
PATH='${path}' exec git "$@"
`;
  writeFileSync(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
  const env = { ...command.env, PATH: `${folder}:${path}` };
  const { said } = await measured({ ...command, env }, scene.notes);
  return { said, git: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

function printGit(words: readonly string[]): void {
  print('git processes', `${words.length}`);
  for (const [name, count] of counted(words)) print(`  git ${name}`, `${count}`);
}

function counted(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function expectWords(said: string, words: RegExp): void {
  if (!words.test(said))
    throw new Error(`the run did not do what it was to do (${words}):\n${said.slice(-4_000)}`);
}
