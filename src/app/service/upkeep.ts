import type { ScheduleReply, ScheduleRequest, UpkeepRunReply, UpkeepRunRequest } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import type { Measurement } from './farm-service.ts';
import { ownWork } from './own-work.ts';
import { keptSource, keptSources } from './upkeep-look.ts';
import { runKey } from './upkeep-memory.ts';
import { SourceUpkeep } from './upkeep-source.ts';

export interface UpkeepParts {
  readonly farm: Farm;
  /** Token with which its runs hand over what they schedule. */
  readonly token: string;
  readonly say: (line: string) => void;
  readonly trouble: (subject: string, error: unknown) => void;
  readonly sources: RecipeSources;
  /** Puts autogens into the queue. */
  readonly schedule: (request: ScheduleRequest) => Promise<ScheduleReply>;
}

/** All recipe sources that the farm keeps up to date by itself; sources are independent of each other. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #sources = new Map<string, SourceUpkeep>();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Works until it is called off. `url`: the web address of this manager. */
  async work(url: string, signal: AbortSignal): Promise<void> {
    const { farm, token, say, trouble, sources, schedule } = this.#parts;
    for (const [source, config] of keptSources(farm)) {
      const subject = `upkeep of '${source}'`;
      const one = new SourceUpkeep({
        ...{ farm, source, config, say },
        manager: { url, token },
        own: ownWork({ farm, source, config, sources, schedule, say }),
        trouble: (error) => trouble(subject, error),
      });
      this.#sources.set(source, one);
    }
    await Promise.all([...this.#sources.values()].map((one) => one.work(signal)));
  }

  /** Puts a run in the line of its source. Throws CIF001, and SCH005 while the manager starts. */
  run(source: string, { kind, trigger, packages }: UpkeepRunRequest): UpkeepRunReply {
    return this.#of(source).want({ kind, trigger, packages, by: 'hand' });
  }

  /** Throws CIF001. */
  pause(source: string, paused: boolean): void {
    this.#of(source).pause(paused);
  }

  #of(source: string): SourceUpkeep {
    keptSource(this.#parts.farm, source);
    const found = this.#sources.get(source);
    if (found) return found;
    throw fault('SCH005', { what: 'the manager is still starting' });
  }

  /** Numbers for `/metrics`. */
  measurements(): readonly Measurement[] {
    return [...this.#sources].flatMap(([source, { memory }]) => {
      const runs = Object.values(memory.runs).flatMap((run): readonly Measurement[] => {
        const labels = { source, run: runKey(run) };
        const begun = gauge(
          'upkeep_last_run_timestamp_seconds',
          'When the newest run that is over began.',
          run.startedMs / 1000,
          labels,
        );
        const seconds = ((run.endedMs ?? run.startedMs) - run.startedMs) / 1000;
        const isWell = Number(run.outcome === 'done');
        return [
          begun,
          gauge('upkeep_last_run_ok', 'Whether the newest run that is over went well.', isWell, labels),
          gauge(
            'upkeep_last_run_duration_seconds',
            'How long the newest run that is over took.',
            seconds,
            labels,
          ),
        ];
      });
      const packages = Object.entries(memory.packages).map(([state, count]) =>
        gauge('upkeep_packages', 'Packages by what the upkeep knows of them.', count, { source, state }),
      );
      const failures: Measurement = {
        name: 'upkeep_failures_total',
        help: 'Runs that did not go well.',
        kind: 'counter',
        value: memory.failures,
        labels: { source },
      };
      return [...runs, ...packages, failures];
    });
  }
}

function gauge(
  name: string,
  help: string,
  value: number,
  labels: Readonly<Record<string, string>>,
): Measurement {
  return { name, help, kind: 'gauge', value, labels };
}
