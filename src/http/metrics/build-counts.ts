import { Counter, Histogram, type Registry } from 'prom-client';
import type { FarmService } from '../../app/index.ts';
import { catalogue } from '../../diagnostics/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import { parseJobId } from '../../primitives/index.ts';

type Moved = Extract<FarmEvent, { kind: 'job-moved' }>;

/** Statuses of ended builds, by the state of the job; `blocked` jobs were never built. */
const statusOfState: Readonly<Record<string, string>> = {
  succeeded: 'success',
  'already-built': 'already-built',
  skipped: 'skipped',
  failed: 'failed',
  'timed-out': 'timed-out',
  canceled: 'canceled',
};

const minute = 60;
const buckets = [10, 30, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute].concat(
  [1, 2, 4, 8, 16].map((hours) => hours * 60 * minute),
);

/** Counts builds as their events come. A job of a status has ended for good; one that is offered again is a requeue. */
export class BuildCounts {
  readonly #service: FarmService;
  readonly #hasPkgname: boolean;
  readonly #builds: Counter;
  readonly #requeues: Counter;
  readonly #elapsed: Histogram;

  constructor(registry: Registry, service: FarmService, pkgnameLabel: boolean) {
    this.#service = service;
    this.#hasPkgname = pkgnameLabel;
    const registers = [registry];
    const place = ['target_repo', 'arch', ...(pkgnameLabel ? ['pkgname'] : [])];
    this.#builds = new Counter({
      name: 'packmill_builds_total',
      help: 'Builds that have ended, by status.',
      labelNames: [...place, 'build_class', 'status', 'replaced'],
      registers,
    });
    this.#requeues = new Counter({
      name: 'packmill_requeues_total',
      help: 'Attempts that ended without a result, so that the job was offered again.',
      labelNames: place,
      registers,
    });
    this.#elapsed = new Histogram({
      name: 'packmill_builds_time_elapsed_seconds',
      help: 'How long builds took that ran on a builder.',
      labelNames: [...place, 'status'],
      buckets,
      registers,
    });
  }

  note(event: FarmEvent): void {
    if (event.kind !== 'job-moved') return;
    const place = this.#placeOf(event.job);
    if (event.from === 'running' && event.to === 'ready') this.#requeues.inc(place);
    const status = this.#statusOf(event);
    if (status === undefined) return;
    const view = this.#service.job(event.job);
    const replaced = String(event.to === 'canceled' && /\breplaced\b/.test(event.reason));
    this.#builds.inc({ ...place, build_class: String(view?.buildClass ?? ''), status, replaced });
    if (event.from === 'running' && typeof view?.durationMs === 'number')
      this.#elapsed.observe({ ...place, status }, view.durationMs / 1000);
  }

  /** A failure is packmill's own (`software`) when the problem it ended with is our bug. */
  #statusOf(event: Moved): string | undefined {
    const status = statusOfState[event.to];
    if (status !== 'failed') return status;
    const code = this.#service.job(event.job)?.code;
    return code && catalogue[code]?.blame === 'bug' ? 'software-failure' : status;
  }

  #placeOf(job: string): Record<string, string> {
    const { target = '', arch = '', name = '' } = parseJobId(job) ?? {};
    return { target_repo: target, arch, ...(this.#hasPkgname ? { pkgname: name } : {}) };
  }
}
