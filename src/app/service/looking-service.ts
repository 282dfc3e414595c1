import { readManager } from '../../database/index.ts';
import { fault, messageOf } from '../../diagnostics/index.ts';
import type { LogHub } from '../../logs/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import type { Farm } from '../farm.ts';
import { FarmLook } from './farm-look.ts';
import type { FarmService } from './farm-service.ts';
import { lastTroubles } from './troubles.ts';

const pollMs = 500;

async function refuse(): Promise<never> {
  throw fault('SCH005', { what: 'this web server only shows the farm; its manager is another process' });
}

/**
 * A farm for those who only look: pages and queries work beside a manager of another process, or with none at all
 * (Chaotic Manager's `web`). Whatever would change something is refused with SCH005.
 */
export class LookingService extends FarmLook implements FarmService {
  readonly #listeners = new Set<(event: FarmEvent) => void>();
  readonly #over = new AbortController();
  #seen: number;
  /** Why the last look for events failed. */
  #trouble: string | undefined;

  constructor(farm: Farm, hub: LogHub, logsUrl: string | undefined) {
    super(farm, hub, logsUrl);
    this.#seen = farm.database.events.last();
    void this.#watch();
  }

  close(): void {
    this.#over.abort();
  }

  protected override localBuilders(): undefined {
    return undefined;
  }

  readonly accounts = undefined;
  protected override troubles(): readonly string[] {
    const manager = readManager(this.farm.paths.lock);
    const own = this.#trouble === undefined ? [] : [this.#trouble];
    const others =
      manager === undefined ? ['no manager is at work: nothing is accepted'] : lastTroubles(this.farm);
    return [...own, ...others];
  }

  readonly schedule = refuse;
  readonly removeObsolete = refuse;
  readonly cancel = refuse;
  readonly setUrgency = refuse;
  readonly retry = refuse;
  readonly clearQueue = refuse;
  readonly drain = refuse;
  readonly runUpkeep = refuse;
  readonly pauseUpkeep = refuse;
  readonly requestEbin = refuse;
  readonly dropEbinRequest = refuse;

  subscribe(listener: (event: FarmEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async health() {
    return { ready: true, problems: this.troubles() };
  }

  authenticate(): undefined {
    return undefined;
  }

  mayHandIn(): boolean {
    return false;
  }

  /** Another process writes the events, so they are looked for. */
  async #watch(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.farm.clock.sleep(pollMs, signal);
      if (signal.aborted || this.#listeners.size === 0) continue;
      try {
        this.#tellNews();
        this.#trouble = undefined;
      } catch (error) {
        // a record that cannot be read now can be a moment later; pages go on being served
        this.#trouble = `events cannot be read: ${messageOf(error)}`;
      }
    }
  }

  #tellNews(): void {
    for (const event of this.farm.database.events.since(this.#seen, 1000)) {
      this.#seen = event.id;
      this.views.moved();
      for (const listener of [...this.#listeners]) listener(event);
    }
  }
}
