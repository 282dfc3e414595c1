import type { Command } from 'commander';
import type { ForecastView } from '../../api/index.ts';
import { type FarmStatus, farmStatus, isFarm, openFarm } from '../../app/index.ts';
import { systemClock } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { ebinRequestLines } from '../ebin-request-lines.ts';
import { looking, rangeText } from '../look-ahead.ts';
import type { Shell } from '../shell.ts';
import { upkeepLines } from './upkeep.ts';

/** `packmill status`: the newest plan's jobs and states, and what is published. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status')
    .description('show the jobs of the newest plan with their states, and what is published')
    .option('--all', 'up-to-date jobs too')
    .action(async (options: { all?: boolean }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const status = await farmStatus(farm);
        const forecast = await foreseen(shell, status);
        shell.printJson({ ...status, forecast: forecast ?? null });
        const holder =
          status.manager === undefined
            ? 'no packmill is at work here'
            : `process ${status.manager} is at work`;
        shell.print(`farm ${status.farm}: ${holder}`);
        for (const { name, arch, generation, packages } of status.repositories) {
          shell.print(`repository ${name}/${arch}: generation ${generation}, ${packages} packages`);
        }
        // those of recipe sources are told with their sources below
        const others = status.troubles.filter((line) => !line.startsWith('upkeep of '));
        for (const line of others) shell.print(`trouble: ${line}`);
        const open = Object.entries(status.open).map(([state, count]) => `${count} ${state}`);
        if (open.length > 0) shell.print(`open jobs: ${open.join(', ')}`);
        for (const { name, state, slots, busy, trouble } of status.builders)
          shell.print(
            `builder ${name}: ${state}, ${busy.length} of ${slots} slots busy${trouble === undefined ? '' : `; takes no jobs: ${trouble}`}`,
          );
        for (const view of status.upkeep) shell.print(...upkeepLines(view, systemClock.nowMs()));
        for (const line of status.ebinRequests.flatMap(ebinRequestLines)) shell.print(line);
        for (const { arch, jobs } of status.shortages)
          shell.print(
            `${jobs} ${jobs === 1 ? 'job waits' : 'jobs wait'} for a builder of architecture '${arch}': none is at work`,
          );
        const nowMs = systemClock.nowMs();
        for (const { plan, end, open, stuck } of forecast?.plans ?? [])
          shell.print(
            `plan ${plan} has ${open} open ${open === 1 ? 'job' : 'jobs'}: ${end === null ? 'nobody knows when they are done' : `done ${rangeText(end, nowMs)}`}${stuck === 0 ? '' : `; ${stuck} will not run as things stand (packmill why NAME)`}`,
          );
        if (status.plan === undefined) return shell.print('nothing has been planned yet');
        const counts = Object.entries(status.counts).map(([state, count]) => `${count} ${state}`);
        shell.print(`plan ${status.plan}: ${counts.join(', ')}`);
        const shown = status.jobs.filter((job) => options.all === true || job.state !== 'already-built');
        for (const job of shown) {
          const time = job.durationMs ? ` (${formatDuration(job.durationMs)})` : '';
          shell.print(`  ${job.state.padEnd(13)} ${job.id}${time}${job.reason ? `: ${job.reason}` : ''}`);
        }
      } finally {
        await farm.close();
      }
    });
}

/** When open plans will be done; only asked for where something is open and somebody is at work. */
async function foreseen(shell: Shell, status: FarmStatus): Promise<ForecastView | undefined> {
  if (status.manager === undefined || Object.values(status.open).every((count) => !count)) return undefined;
  let found: ForecastView | undefined;
  await looking(shell, {}, async (look) => {
    found = await look.forecast({ limit: 0 });
  });
  return found;
}
