import { type BuilderView, protocolVersion } from '../../api/index.ts';
import { runBuilder } from '../../builder/index.ts';
import type { Dispatcher } from '../../dispatcher/index.ts';
import { machine } from '../../host/index.ts';
import { builderName, type JobId } from '../../primitives/index.ts';
import type { QueueBackend } from '../../queue/index.ts';
import { targetOf } from '../attempt-inputs.ts';
import type { Farm } from '../farm.ts';
import { performAttempt } from '../perform-attempt.ts';
import { kindOf } from '../recipe-kinds.ts';
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

/** Builders within the manager's own process: `packmill up` has no others. */
export class LocalBuilders {
  readonly #options: LocalBuildersOptions;
  readonly #busy = new Set<JobId>();
  readonly #name = builderName(machine.name());
  readonly #waiting = new Set<() => void>();
  #isDrained = false;
  #isAtWork = false;

  constructor(options: LocalBuildersOptions) {
    this.#options = options;
  }

  /** Works until the signal aborts; attempts under way then go back to the queue. */
  async run(signal: AbortSignal): Promise<void> {
    const { farm, dispatcher, queue, orders, slots, onTrouble } = this.#options;
    if (slots === 0) return;
    this.#isAtWork = true;
    const processors = Math.max(1, Math.ceil(machine.processors() / slots));
    await runBuilder(
      {
        queue,
        clock: farm.clock,
        name: this.#name,
        builderClass: Number.MAX_SAFE_INTEGER,
        arches: () => ({ arches: this.#options.arches }),
        leaseMs: Math.max(60_000, farm.config.service.lease),
        slots,
        mayClaim: (stop) => this.#mayClaim(stop),
        onTrouble,
        workplace: {
          begin: (lease) => dispatcher.begin(lease, { isHere: true }),
          perform: async (begun, stop) => {
            const { id } = begun.job;
            this.#busy.add(id);
            try {
              const kind = kindOf(farm, targetOf(id).target);
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
    if (!this.#isAtWork || name !== this.#name) return false;
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
    const { slots, farm } = this.#options;
    if (!this.#isAtWork) return [];
    return [
      {
        name: this.#name,
        instance: String(machine.processId()),
        class: null,
        labels: [],
        arches: [...this.#options.arches],
        slots,
        busy: [...this.#busy],
        protocol: protocolVersion,
        state: this.#isDrained ? 'draining' : this.#busy.size >= slots ? 'busy' : 'idle',
        lastSeenMs: farm.clock.nowMs(),
      },
    ];
  }
}
