import type { Command } from 'commander';
import { isFarm, openFarm, whyJob } from '../../app/index.ts';
import type { Shell } from '../shell.ts';

/** `packmill why NAME`: why a job was in the newest plan, what it waited for, and how it ended. */
export function addWhy(program: Command, shell: Shell): void {
  program
    .command('why')
    .description('tell why a job was planned, what it waits or waited for, and how it ended')
    .argument('<name>', 'a recipe, or a whole job id target/arch/name')
    .action(async (name: string) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const answer = await whyJob(farm, name);
        shell.printJson(answer);
        shell.print(`${answer.id}: ${answer.state}${answer.reason ? `: ${answer.reason}` : ''}`);
        shell.print(...answer.explanation.map((line) => `  ${line}`));
        for (const attempt of answer.attempts) shell.print(`  attempt ${attempt.id}: ${attempt.text}`);
      } finally {
        await farm.close();
      }
    });
}
