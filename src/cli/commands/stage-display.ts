import { isFarm } from '../../app/index.ts';
import {
  openStages,
  type RunEnd,
  type RunRequest,
  runRequest,
  type StageEvent,
  type StageHands,
} from '../../app/stages/index.ts';
import { machine } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { type StageWords, splitWords } from './stage-words.ts';

/** The farm whose store, work folders and key are used: the one that is named, or the one we are in. */
export const stateFarm = (shell: Shell, { state }: Pick<StageWords, 'state'>): string =>
  state === undefined ? shell.farmFolder(isFarm) : machine.absolute(state);

/** What a command that builds or looks at stages is called with. */
export interface StageCall {
  readonly file: string;
  readonly words: readonly string[];
  readonly options: StageWords;
  readonly signal?: AbortSignal;
}

/** What a call asks for, and the hands for it; what happens is told. Throws what `openStages` throws. */
export function openCall(
  shell: Shell,
  { file, words, options, signal }: StageCall,
): { readonly hands: StageHands; readonly request: RunRequest } {
  const { target, values } = splitWords(words);
  const hands = openStages(stateFarm(shell, options), {
    onEvent: (event) => showStageEvent(shell, event, options),
    signal,
  });
  const { override: overrides = [], replace = false } = options;
  return { hands, request: runRequest({ file, values, target, overrides, replace }) };
}

/** Tells what happens; what steps print only where it was asked for. */
export function showStageEvent(shell: Shell, event: StageEvent, options: Pick<StageWords, 'show'>): void {
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
