import type { Command } from 'commander';
import {
  openStages,
  plansFor,
  type SubarchStatus,
  snapshotFor,
  statusOf,
  type TargetView,
  tidyState,
  verifyTarget,
  viewTargets,
} from '../../app/stages/index.ts';
import { interruptible, pathExists } from '../../host/index.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { openCall, type StageCall, stateFarm } from './stage-display.ts';
import { farmStages } from './stage-farm.ts';
import { type StageWords, withStageOptions } from './stage-words.ts';

const planHelp = `
Shows what 'stage build' would do and why: the seed and how it was found, the key, whether the same was built before, the steps
and where they are written. Builds nothing.

Example:
  packmill stage plan farm.conf multi=yes multi/mode=full`;

const verifyHelp = `
Builds a stage again from the same inputs and compares it with what was built, byte by byte. The mirror stays as it is. Exit code 1
when something differs; the first member that does is named.

Example:
  packmill stage verify farm.conf stage3`;

const dayMs = 86_400_000;

/** `packmill stage plan`, `status`, `tidy` and `verify`. */
export function addStageLooks(stage: Command, shell: Shell): void {
  withStageOptions(stage.command('plan'))
    .description('what would be built, from what, and why')
    .argument('<file>', 'file to begin with')
    .argument('[words...]', 'the target, and name=value')
    .option('--replace', 'as if results that are in the mirror were made anew')
    .addHelpText('after', planHelp)
    .action(async (file: string, words: readonly string[], options: StageWords) => {
      const { hands, request } = openCall(shell, { file, words, options });
      const plans = plansFor(request);
      const tree = snapshotFor(request)?.path;
      const views = await viewTargets(hands, plans, tree === undefined ? [] : [tree]);
      shell.printJson(views);
      if (tree !== undefined)
        shell.print(`snapshot: ${pathExists(tree) ? 'stays' : 'to be packed'}: ${tree}`);
      shell.print(...views.flatMap((view) => viewLines(view, shell.verbose)));
      if (views.some(({ state }) => state === 'missing')) shell.exitCode = exitCodes.failed;
    });
  withStageOptions(stage.command('status'))
    .description('control files, locks and results of a subarch; without a file, those of the farm')
    .argument('[file]', 'file to begin with')
    .argument('[words...]', 'the target, and name=value')
    .action(async (file: string | undefined, words: readonly string[], options: StageWords) => {
      if (file === undefined) return await farmStages(shell, options);
      const { hands, request } = openCall(shell, { file, words, options });
      const status = await statusOf(hands, plansFor(request));
      shell.printJson(status);
      if (status) shell.print(...statusLines(status));
    });
  stage
    .command('tidy')
    .description('remove seeds that were unpacked and not used for a time, and trees of builds that failed')
    .option('--state <dir>', "folder of store and work (default: the farm's)")
    .option('--unused <days>', 'seeds that were not used for so many days (default: 30)', parseCount)
    .action(async (options: StageWords & { readonly unused?: number }) => {
      const { state, clock } = openStages(stateFarm(shell, options), {
        onEvent: () => {},
        signal: undefined,
      });
      const tidied = await tidyState(state, { unusedMs: (options.unused ?? 30) * dayMs, clock });
      shell.printJson(tidied);
      const { layers, work, records } = tidied;
      shell.print(`removed ${layers.length} unpacked seeds, ${work.length} trees, ${records.length} records`);
    });
  withStageOptions(stage.command('verify'))
    .description('build a stage again and compare')
    .argument('<file>', 'file to begin with')
    .argument('[words...]', 'the target, and name=value')
    .addHelpText('after', verifyHelp)
    .action(async (file: string, words: readonly string[], options: StageWords) => {
      await interruptible((signal) => verify(shell, { file, words, options, signal }));
    });
}

async function verify(shell: Shell, call: StageCall): Promise<void> {
  const { hands, request } = openCall(shell, call);
  const results = [];
  for (const plan of plansFor(request)) results.push(await verifyTarget(hands, plan));
  shell.printJson(results);
  for (const { name, isSame, digest, problem } of results) {
    if (isSame) shell.print(`${name}: the same, sha256 ${digest}`);
    else if (problem) shell.complain(problem, true);
  }
}

function viewLines(view: TargetView, isLong: boolean): readonly string[] {
  const steps = view.steps.map(
    ({ element, where, lines, at }) => `    ${element} (${where}, ${lines} lines) at ${at}`,
  );
  return [
    `${view.target}: ${stateWords[view.state]}: ${view.why}`,
    `  result    ${view.result ?? 'none (not official)'}`,
    `  seed      ${view.seed.path} (${view.seed.why})`,
    ...(view.snapshot === undefined ? [] : [`  snapshot  ${view.snapshot}`]),
    ...(view.key === undefined ? [] : [`  key       ${view.key}`]),
    `  packs     ${view.packed}`,
    ...view.control.map(({ name, value }) => `  then      ${name} = ${value}`),
    ...(isLong
      ? ['  steps', ...steps]
      : [`  steps     ${view.steps.map(({ element }) => element).join(', ')}`]),
  ];
}

const stateWords: Readonly<Record<TargetView['state'], string>> = {
  build: 'to be built',
  found: 'nothing to build',
  present: 'stays',
  after: 'to be built',
  fetch: 'to be built',
  missing: 'cannot be built',
};

function statusLines(status: SubarchStatus): readonly string[] {
  return [
    status.controlFolder,
    ...Object.entries(status.control).map(([name, value]) => `  ${name}: ${value}`),
    ...(status.failures === 0 ? [] : [`  failures in a row: ${status.failures}`]),
    ...(status.status === undefined ? [] : [`  last run: ${status.status}`]),
    ...status.locks.map(
      ({ path, holder }) => `  ${path}: ${holder === undefined ? 'left behind, free' : `held by ${holder}`}`,
    ),
    ...status.results.map(
      ({ target, path, isThere, latest }) =>
        `  ${target}: ${isThere ? path : 'not there'}${latest === undefined ? '' : ` (latest: ${latest})`}`,
    ),
  ];
}
