import type {
  ForecastView,
  JobForecastView,
  SimulateQuery,
  SimulationReply,
  TimeRangeView,
  WhyAnswer,
} from '../api/index.ts';
import { connectToManager } from '../app/client/index.ts';
import { isFarm, lookAhead, managerUrl, openFarm } from '../app/index.ts';
import { isFault } from '../diagnostics/index.ts';
import { formatDuration } from '../primitives/index.ts';
import type { ManagerOption } from './asked-farm.ts';
import type { Shell } from './shell.ts';

/** What may be asked of a manager at work, and of a farm's folder as well. */
export interface Looking {
  why(of: string): Promise<WhyAnswer>;
  forecast(query: { readonly plan?: number; readonly limit?: number }): Promise<ForecastView>;
  simulate(query: SimulateQuery): Promise<SimulationReply>;
}

/**
 * Asks the manager that the option, the environment or the farm of this machine leads to, who knows its own builders; where none is at
 * work, the farm's folder says what it can.
 */
export async function looking(
  shell: Shell,
  options: ManagerOption,
  work: (look: Looking) => Promise<void>,
): Promise<void> {
  const folder = shell.farmFolder(isFarm);
  const client = await connectToManager({ farm: folder, url: options.manager }).catch(absent);
  if (client) {
    try {
      await work(client);
      return;
    } catch (error) {
      // a manager that was killed leaves its address behind
      if (managerUrl(options.manager) !== undefined) throw error;
      absent(error);
    } finally {
      await client.close();
    }
  }
  const farm = await openFarm(folder, 'read');
  try {
    await work(await lookAhead(farm));
  } finally {
    await farm.close();
  }
}

/** Nobody is there: what any other error says is to be heard. */
function absent(error: unknown): undefined {
  if (isFault(error) && error.problem.code === 'SCH005') return undefined;
  throw error;
}

/** A range of times as spans from now: `in 4m05s to 12m00s`. */
export function rangeText({ earlyMs, lateMs }: TimeRangeView, nowMs: number): string {
  const early = formatDuration(earlyMs - nowMs);
  const late = formatDuration(lateMs - nowMs);
  return early === late ? `in ${early}` : `in ${early} to ${late}`;
}

/** When a job will be done, for people. */
export function whenText(job: JobForecastView, nowMs: number): string {
  if (job.end === null)
    return job.state === 'running' ? 'nobody knows when it ends' : 'it will not run as things stand';
  const guess = job.withoutHistory > 0 ? ` (a guess: ${noHistoryText(job)})` : '';
  const place =
    job.position === null ? '' : `, after ${job.position} other ${job.position === 1 ? 'job' : 'jobs'}`;
  const start =
    job.state === 'running' || job.start === null ? '' : `starts ${rangeText(job.start, nowMs)}${place}, `;
  return `${start}done ${rangeText(job.end, nowMs)}${guess}`;
}

const noHistoryText = ({ basis, withoutHistory }: JobForecastView): string =>
  basis === 'no-history' && withoutHistory === 1
    ? 'no history'
    : `no history of ${withoutHistory} ${withoutHistory === 1 ? 'job' : 'jobs'}`;
