import type { Command } from 'commander';
import { isFarm } from '../../app/index.ts';
import { openStages, type RunEnd, runRequest, runTargets, type StageEvent } from '../../app/stages/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { addStageLooks } from './stage-looks.ts';
import { type StageWords, splitWords, withStageOptions } from './stage-words.ts';

const help = `
A stage is made in the tree of its seed, in a sandbox without network, and packed. Nothing is built when neither seed nor package
tree nor instructions have changed: then the result is found again. FILE is a file of the Metro language; TARGET may be left out
where the file says which ('target', 'multi').

Examples:
  packmill stage plan farm.conf stage1 target/version=2026-01-31
  packmill stage build farm.conf stage1 target/version=2026-01-31
  packmill stage build farm.conf multi=yes multi/mode=full
  packmill stage verify farm.conf stage3`;

/** `packmill stage ...`: builds of stages. */
export function addStage(program: Command, shell: Shell): void {
  const stage = program
    .command('stage')
    .description('builds of stages: plan, build, look, verify')
    .addHelpText('after', help);
  withStageOptions(stage.command('build'))
    .description('build one target, or those that the file says, and publish what comes of it')
    .argument('<file>', 'file to begin with')
    .argument('[words...]', 'the target, and name=value')
    .option('--replace', 'make results anew that are in the mirror')
    .option('--show', 'print what steps print')
    .action(async (file: string, words: readonly string[], options: StageWords) => {
      await interruptible((signal) => build(shell, { file, words, options, signal }));
    });
  addStageLooks(stage, shell);
}

interface BuildWords {
  readonly file: string;
  readonly words: readonly string[];
  readonly options: StageWords;
  readonly signal: AbortSignal;
}

async function build(shell: Shell, { file, words, options, signal }: BuildWords): Promise<void> {
  const { target, values } = splitWords(words);
  const hands = openStages(stateFarm(shell, options), {
    onEvent: (event) => show(shell, event, options),
    signal,
  });
  const request = {
    file,
    values,
    target,
    overrides: options.override ?? [],
    replace: options.replace === true,
  };
  conclude(shell, await runTargets(hands, runRequest(request)));
}

/** Folder of the farm whose store and work folders are used. */
export const stateFarm = (shell: Shell, { state }: StageWords): string =>
  state === undefined ? shell.farmFolder(isFarm) : machine.absolute(state);

/** Tells what happens; what steps print only where it was asked for. */
export function show(shell: Shell, event: StageEvent, options: Pick<StageWords, 'show'>): void {
  switch (event.kind) {
    case 'begin':
      shell.tell(`${event.plan.name}: key ${event.key.slice(0, 16)}`);
      return;
    case 'phase':
      shell.tell(`  ${phaseWords[event.phase]}`);
      return;
    case 'step':
      shell.tell(`  ${event.element} (${event.number} of ${event.count})`);
      return;
    case 'output':
      if (options.show === true || shell.verbose)
        shell.console.err(Buffer.from(event.bytes).toString('utf8'));
      return;
    case 'problem':
      shell.complain(event.problem);
  }
}

const phaseWords = {
  fetch: 'fetching',
  unpack: 'unpacking what it begins with',
  capture: 'packing',
  publish: 'publishing',
};

/** Prints how a run ended and sets the exit code. */
export function conclude(shell: Shell, end: RunEnd): void {
  shell.printJson(end);
  for (const one of end.targets) {
    const size = one.sizeBytes === undefined ? '' : `, ${formatBytes(one.sizeBytes)}`;
    shell.print(`${one.target}: ${one.how}${one.result === undefined ? '' : ` ${one.result}`}${size}`);
  }
  if (end.problem) shell.complain(end.problem, true);
  if (end.end === 'interrupted') shell.exitCode = exitCodes.interrupted;
  else if (end.end === 'failed') shell.exitCode = exitCodes.failed;
  else if (end.end === 'locked') shell.exitCode = exitCodes.world;
}
