import type { Command } from 'commander';
import { runTargets } from '../../app/stages/index.ts';
import { interruptible } from '../../host/index.ts';
import type { Shell } from '../shell.ts';
import { conclude, openCall } from './stage-display.ts';
import { addStageLooks } from './stage-looks.ts';
import { addStageMirror } from './stage-mirror.ts';
import { addStageSeed } from './stage-seed.ts';
import { type StageWords, withStageOptions } from './stage-words.ts';

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
    .description('builds of stages: plan, build, look, verify, mirrors, seeds')
    .addHelpText('after', help);
  withStageOptions(stage.command('build'))
    .description('build one target, or those that the file says, and publish what comes of it')
    .argument('<file>', 'file to begin with')
    .argument('[words...]', 'the target, and name=value')
    .option('--replace', 'make results anew that are in the mirror')
    .option('--show', 'print what steps print')
    .action(async (file: string, words: readonly string[], options: StageWords) => {
      await interruptible(async (signal) => {
        const { hands, request } = openCall(shell, { file, words, options, signal });
        conclude(shell, await runTargets(hands, request));
      });
    });
  addStageLooks(stage, shell);
  addStageMirror(stage, shell);
  addStageSeed(stage, shell);
}
