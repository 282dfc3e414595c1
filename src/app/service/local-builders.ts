import { type BuilderView, protocolVersion } from '../../api/index.ts';
import { type BuilderOptions, runBuilder } from '../../builder/index.ts';
import type { BegunAttempt, Dispatcher } from '../../dispatcher/index.ts';
import { machine } from '../../host/index.ts';
import { type BuilderName, builderName, type JobId } from '../../primitives/index.ts';
import type { QueueBackend } from '../../queue/index.ts';
import { indexingBuilder } from '../../recipes/ebin/index.ts';
import { targetOf } from '../attempt-inputs.ts';
import { gentooLabels } from '../ebin-targets/gentoo-root.ts';
import type { Farm } from '../farm.ts';
import { performAttempt } from '../perform-attempt.ts';
import { pythonLabels } from '../python-targets/open-hands.ts';
import { kindOf } from '../recipe-kinds.ts';
import { stageLabels } from '../stage-targets/hands.ts';
import type { WorkOrders } from './work-orders.ts';

export interface LocalBuildersOptions {
  readonly farm: Farm;
  readonly dispatcher: Dispatcher;
  readonly queue: QueueBackend;
  readonly orders: WorkOrders;
  /** Kinds of machine that they build for; the farm's usual one is among them. */
  readonly arches: readonly string[];
  /** 0: this machine builds nothing. */
  readonly slots: number;
  readonly onTrouble: (error: unknown) => void;
}

type OwnBuilder = Pick<BuilderOptions<BegunAttempt>, 'name' | 'builderClass' | 'slots' | 'labels'>;

/**
 * Builders within the manager's own process: `packmill up` has no others. Where a farm has ebins, stages or symbol data, one does what has to be
 * done where the manager is, even where this machine builds nothing.
 */
export class LocalBuilders {
  readonly #options: LocalBuildersOptions;
  readonly #busy = new Map<JobId, BuilderName>();
  readonly #name = builderName(machine.name());
  readonly #waiting = new Set<() => void>();
  #isDrained = false;
  #atWork: readonly OwnBuilder[] = [];

  constructor(options: LocalBuildersOptions) {
    this.#options = options;
  }

  /** Works until the signal aborts; attempts under way then go back to the queue. */
  async run(signal: AbortSignal): Promise<void> {
    const { farm, slots } = this.#options;
    const kinds = new Set(Object.values(farm.config.targets).map(({ kind }) => kind));
    const isIndexing = kinds.has('ebins') || kinds.has('stages') || kinds.has('python');
    const labels = [
      ...gentooLabels(farm.config.sandbox['gentoo-root']),
      ...(kinds.has('stages') ? stageLabels() : []),
      ...(kinds.has('python') ? pythonLabels(await farm.sandboxRoot()) : []),
    ];
    this.#atWork = [
      ...(slots > 0 ? [{ name: this.#name, builderClass: Number.MAX_SAFE_INTEGER, slots, labels }] : []),
      // takes nothing but what has to be done on this machine
      ...(isIndexing ? [{ name: builderName(indexingBuilder), builderClass: undefined, slots: 1 }] : []),
    ];
    await Promise.all(this.#atWork.map((one) => this.#run(one, signal)));
  }

  async #run({ name, builderClass, slots, labels }: OwnBuilder, signal: AbortSignal): Promise<void> {
    const { farm, dispatcher, queue, orders, onTrouble } = this.#options;
    const processors = Math.max(1, Math.ceil(machine.processors() / slots));
    await runBuilder(
      {
        queue,
        clock: farm.clock,
        name,
        builderClass,
        labels,
        arches: () => ({ arches: this.#options.arches }),
        leaseMs: Math.max(60_000, farm.config.service.lease),
        slots,
        mayClaim: (stop) => this.#mayClaim(stop),
        onTrouble,
        workplace: {
          begin: (lease) => dispatcher.begin(lease, { isHere: true }),
          perform: async (begun, stop) => {
            const { id } = begun.job;
            this.#busy.set(id, name);
            try {
              const kind = await kindOf(farm, targetOf(id).target);
              const recipeOf = () => orders.recipeOf(begun);
              return await performAttempt({ farm, kind, recipeOf, processors }, begun, stop);
            } finally {
              this.#busy.delete(id);
            }
          },
          report: (lease, attempt, end) => dispatcher.report(lease, attempt, end),
        },
      },
      signal,
    );
  }

  /** No new jobs for these builders, until this manager ends or says otherwise; false when another one is meant. */
  drain(name: string, drained: boolean): boolean {
    if (!this.#atWork.some((one) => one.name === name)) return false;
    this.#isDrained = drained;
    for (const wake of [...this.#waiting]) wake();
    return true;
  }

  async #mayClaim(signal: AbortSignal): Promise<void> {
    while (this.#isDrained && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  views(): readonly BuilderView[] {
    return this.#atWork.map(({ name, slots, labels = [] }) => this.#view(name, slots, labels));
  }

  #view(name: BuilderName, slots: number, labels: readonly string[]): BuilderView {
    const busy = [...this.#busy].flatMap(([job, builder]) => (builder === name ? [job] : []));
    return {
      name,
      instance: String(machine.processId()),
      class: null,
      labels: [...labels],
      arches: [...this.#options.arches],
      slots,
      busy,
      protocol: protocolVersion,
      state: this.#isDrained ? 'draining' : busy.length >= slots ? 'busy' : 'idle',
      lastSeenMs: this.#options.farm.clock.nowMs(),
    };
  }
}
