import { type Command, Option } from 'commander';
import { isFarm, openFarm, planRecipes, renderPlan, targetRef } from '../../app/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface PlanOptions {
  readonly format: 'text' | 'json' | 'dot';
  readonly rebuild?: boolean;
  readonly only?: string[];
  readonly target?: string;
  readonly explain?: string;
}

/** `packmill plan PATH…`: what would be built, in which order, and why; builds nothing. */
export function addPlan(program: Command, shell: Shell): void {
  program
    .command('plan')
    .description('show what would be built, in which order, and why; build nothing')
    .argument('<path...>', 'recipe folders, or folders of recipe folders')
    .addOption(
      new Option('--format <format>', 'text, json or dot').choices(['text', 'json', 'dot']).default('text'),
    )
    .option('--rebuild', 'as if everything had to be built')
    .option('--only <name...>', 'only these recipes, and what they need')
    .option('--target <name>', 'what it is for (default: setting repository)')
    .option('--explain <name>', 'only this job: why it is in the plan and what it waits for')
    .addHelpText(
      'after',
      '\nExamples:\n  packmill plan ./recipes\n  packmill plan ./recipes --format dot | dot -Tsvg > plan.svg',
    )
    .action(async (paths: string[], options: PlanOptions) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const planned = await planRecipes(farm, {
          paths,
          rebuild: options.rebuild === true,
          only: options.only,
          target: options.target === undefined ? undefined : await targetRef(farm, options.target),
        });
        for (const problem of planned.problems) shell.complain(problem);
        const format = shell.json ? 'json' : options.format;
        shell.console.out(await renderPlan(planned, format, options.explain));
        if (planned.problems.some((problem) => problem.severity === 'error'))
          shell.exitCode = exitCodes.failed;
      } finally {
        await farm.close();
      }
    });
}
