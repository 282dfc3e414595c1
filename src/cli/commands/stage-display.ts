import { isFarm } from '../../app/index.ts';
import type { RunEnd, StageEvent } from '../../app/stages/index.ts';
import { machine } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import type { StageWords } from './stage-words.ts';

/** Folder of the farm whose store and work folders are used. */
export const stateFarm = (shell: Shell, { state }: StageWords): string =>
  state === undefined ? shell.farmFolder(isFarm) : machine.absolute(state);

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
