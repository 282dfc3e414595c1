import type { Command } from 'commander';
import { type BuildReport, buildRecipes, isFarm, openFarm, targetRef } from '../../app/index.ts';
import { interruptible, systemClock } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { BuildDisplay } from '../build-display.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface BuildOptions {
  readonly jobs?: number;
  readonly failFast?: boolean;
  readonly rebuild?: boolean;
  readonly only?: string[];
  readonly target?: string;
}

/** `packmill build PATH…`: plan, build, store, sign and publish. */
export function addBuild(program: Command, shell: Shell): void {
  program
    .command('build')
    .description('build what changed in recipe folders, in dependency order, and publish it')
    .argument('<path...>', 'recipe folders, or folders of recipe folders')
    .option(
      '-j, --jobs <n>',
      'builds at one time (default: setting jobs, else one per processor)',
      parseCount,
    )
    .option('--fail-fast', 'start nothing more after the first failure (default: keep going)')
    .option('--rebuild', 'build even what is up to date, with a raised pkgrel')
    .option('--only <name...>', 'only these recipes, and what they need')
    .option('--target <name>', 'what is built for (default: setting repository)')
    .addHelpText(
      'after',
      `
Only what must be built is built: new recipes, changed ones, and dependants that lost a soname.
'packmill plan PATH' shows beforehand what that is, and why. An interrupted build goes on when the
same command is run again.

Example:
  packmill --farm ./farm build ./examples/pkgbuilds --jobs 2`,
    )
    .action(async (paths: string[], options: BuildOptions) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'write');
      const display = new BuildDisplay(shell, systemClock);
      const run = async (signal: AbortSignal): Promise<void> => {
        const report = await buildRecipes(
          farm,
          {
            paths,
            jobs: options.jobs,
            failFast: options.failFast === true,
            rebuild: options.rebuild === true,
            only: options.only,
            target: options.target === undefined ? undefined : await targetRef(farm, options.target),
          },
          { onEvent: (event) => display.show(event), signal },
        );
        display.end();
        conclude(shell, report);
        if (signal.aborted) {
          shell.exitCode = exitCodes.interrupted;
          shell.tell('interrupted: the same command goes on from here');
        }
      };
      try {
        await interruptible(run, () => display.interrupted());
      } finally {
        display.end();
        await farm.close();
      }
    });
}

/** Says how a build ended. */
export function conclude(shell: Shell, report: BuildReport): void {
  for (const problem of report.problems) shell.complain(problem);
  const { jobs, problems, repository, held } = report;
  shell.printJson({ jobs, problems, repository, ...(held.length === 0 ? {} : { held }) });
  for (const job of report.jobs) {
    if (job.outcome === 'failed' || job.outcome === 'timed-out' || job.state === 'blocked') {
      shell.print(`${job.state}: ${job.id}: ${job.reason}${job.log ? `\n  log: ${job.log}` : ''}`);
      if (job.excerpt) shell.print(...job.excerpt.split('\n').map((line) => `    ${line}`));
    }
  }
  const counts = new Map<string, number>();
  for (const job of report.jobs) counts.set(job.state, (counts.get(job.state) ?? 0) + 1);
  const summary = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  if (report.failed) shell.exitCode = exitCodes.failed;
  if (shell.quiet) return;
  shell.print(`${summary || 'nothing to do'} in ${formatDuration(report.durationMs)}`);
  for (const { id, held, rebuild } of report.held) {
    const [made, waits] = [held, rebuild].map((all) => all.map(({ base }) => base).join(', '));
    shell.print(`held back: ${made} would break ${waits}; 'packmill rebuild list' shows why`);
    shell.print(`  'packmill rebuild go ${id}' builds ${rebuild.length === 1 ? 'it' : 'them'} anew`);
  }
  if (report.repository) {
    const { name, arch, generation, packages, path } = report.repository;
    shell.print(`repository ${name}/${arch}: generation ${generation}, ${packages} packages, at ${path}`);
  }
}
