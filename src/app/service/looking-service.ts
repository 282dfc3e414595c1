import { readManager } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { LogHub } from '../../logs/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import type { Farm } from '../farm.ts';
import type { FarmService, LogRevision } from './farm-service.ts';
import { QueueNotes } from './queue-notes.ts';
import { lastTroubles } from './troubles.ts';
import { FarmViews } from './views.ts';

const pollMs = 500;

async function refuse(): Promise<never> {
  throw fault('SCH005', { what: 'this web server only shows the farm; its manager is another process' });
}

/**
 * A farm for those who only look: pages and queries work beside a manager of another process, or with none at all
 * (Chaotic Manager's `web`). Whatever would change something is refused with SCH005.
 */
export class LookingService implements FarmService {
  readonly #farm: Farm;
  readonly #views: FarmViews;
  readonly #notes: QueueNotes;
  readonly #logsUrl: string | undefined;
  readonly #listeners = new Set<(event: FarmEvent) => void>();
  readonly #over = new AbortController();
  #seen: number;

  constructor(farm: Farm, hub: LogHub, logsUrl: string | undefined) {
    this.#farm = farm;
    this.#views = new FarmViews(farm);
    this.#notes = new QueueNotes(farm, hub);
    this.#logsUrl = farm.config.notify['logs-url'] ?? logsUrl;
    this.#seen = farm.database.events.last();
    void this.#watch();
  }

  close(): void {
    this.#over.abort();
  }

  readonly schedule = refuse;
  readonly removeObsolete = refuse;
  readonly cancel = refuse;
  readonly retry = refuse;
  readonly clearQueue = refuse;
  readonly drain = refuse;

  stats() {
    return this.#views.stats(this.#logsUrl);
  }

  queuedPackages(target?: string) {
    return this.#views.queuedPackages(target);
  }

  metrics() {
    return this.#views.metrics();
  }

  job(id: string) {
    return this.#views.job(id);
  }

  builds(filter: { pkgbase?: string; target?: string; limit: number }) {
    return this.#views.builds(filter);
  }

  builders() {
    return this.#views.builders();
  }

  logRevision(id: string, timestamp?: number): LogRevision | undefined {
    const found = this.#views.revision(id, timestamp);
    return found && this.#notes.revision(found);
  }

  events(after: number, limit: number): readonly FarmEvent[] {
    return this.#farm.database.events.since(after, limit);
  }

  subscribe(listener: (event: FarmEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async health() {
    const manager = readManager(this.#farm.paths.lock);
    const problems =
      manager === undefined ? ['no manager is at work: nothing is accepted'] : lastTroubles(this.#farm);
    return { ready: true, problems };
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
      await this.#farm.clock.sleep(pollMs, signal);
      if (signal.aborted || this.#listeners.size === 0) continue;
      for (const event of this.#farm.database.events.since(this.#seen, 1000)) {
        this.#seen = event.id;
        this.#views.moved();
        for (const listener of [...this.#listeners]) listener(event);
      }
    }
  }
}
