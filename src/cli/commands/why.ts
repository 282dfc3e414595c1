import type { Command } from 'commander';
import type { WhyAnswer, WhyLine } from '../../api/index.ts';
import { systemClock } from '../../host/index.ts';
import type { ManagerOption } from '../asked-farm.ts';
import { looking, whenText } from '../look-ahead.ts';
import type { Shell } from '../shell.ts';

const help = `
With a manager at work that one answers; without one the farm's folder says what it can.

Examples:
  packmill why hello
  packmill why local/x86_64/hello --history`;

/** `packmill why NAME`: why a job was planned, why it waits, was blocked or is not published, when it will be done, and what to do. */
export function addWhy(program: Command, shell: Shell): void {
  program
    .command('why')
    .description(
      'tell why a job was planned, why it stands where it does, when it will be done, and what to do',
    )
    .argument('<name>', 'a recipe, or a whole job id target/arch/name')
    .option('--manager <url>', 'web address of the manager')
    .option('--history', 'each move and attempt, too')
    .addHelpText('after', help)
    .action(async (name: string, options: ManagerOption & { readonly history?: boolean }) => {
      await looking(shell, options, async (look) => {
        const answer = await look.why(name);
        shell.printJson(answer);
        shell.print(...linesOf(answer, options.history === true, systemClock.nowMs()));
      });
    });
}

function linesOf(answer: WhyAnswer, withHistory: boolean, nowMs: number): readonly string[] {
  const { when, next } = answer;
  return [
    `${answer.id}: ${answer.state}`,
    'planned:',
    ...answer.planned.map(indented),
    'now:',
    ...answer.now.map(indented),
    ...(when === null ? [] : [`when: ${whenText(when, nowMs)}`]),
    `next: ${next.text}`,
    ...next.commands.map((command) => `  ${command}`),
    ...(withHistory ? ['history:', ...answer.explanation.map((line) => `  ${line}`)] : []),
    ...answer.attempts.slice(0, withHistory ? 20 : 3).map((one) => `  attempt ${one.id}: ${one.text}`),
  ];
}

const indented = ({ depth, text }: WhyLine): string => `${'  '.repeat(depth + 1)}${text}`;
