import { fault, isFault, messageOf } from '../diagnostics/index.ts';
import {
  distributionKey,
  distributionText,
  type GraphView,
  type ResourceKind,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import type { Clock } from '../host/index.ts';
import type { ResourceSource, Sized, TableKind, TableOf } from './resource-source.ts';

export interface CacheLimits {
  /** Distributions of which something is in memory at one time. */
  readonly distributions: number;
  /** About how much memory all of them may take; the one in use stays whatever it takes. */
  readonly bytes: number;
  /** A distribution that nobody asked for in this time is dropped. */
  readonly idleMs: number;
  /** How often a datafile is tried. */
  readonly attempts: number;
  /** Pause before the second attempt; before the third it is twice as long, and so on. */
  readonly pauseMs: number;
}

interface Kept {
  usedMs: number;
  bytes: number;
  readonly parts: Map<ResourceKind, Promise<unknown>>;
}

/** What is in memory of each distribution: loaded when it is asked for, kind by kind, and dropped in the order of use. */
export class ResourceCache {
  readonly #source: ResourceSource;
  readonly #limits: CacheLimits;
  readonly #clock: Clock;
  /** The one that was used last is last. */
  readonly #kept = new Map<string, Kept>();

  constructor(source: ResourceSource, limits: CacheLimits, clock: Clock) {
    this.#source = source;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** About how many bytes are taken. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += bytes;
    return sum;
  }

  has(distribution: PythonDistribution): boolean {
    this.sweep();
    return this.#kept.has(distributionKey(distribution));
  }

  /** The graph; undefined: there is none. Throws MPY336. */
  graph(distribution: PythonDistribution): Promise<GraphView | undefined> {
    return this.#part(distribution, 'SymbolGraph', () => this.#source.graph(distribution));
  }

  /** A table; undefined: there is none. Throws MPY336. */
  table<K extends TableKind>(distribution: PythonDistribution, kind: K): Promise<TableOf<K> | undefined> {
    return this.#part(distribution, kind, () => this.#source.table(distribution, kind));
  }

  /** Drops what was not used for too long. */
  sweep(): void {
    const oldest = this.#clock.nowMs() - this.#limits.idleMs;
    for (const [key, { usedMs }] of this.#kept) {
      if (usedMs >= oldest) return;
      this.#kept.delete(key);
    }
  }

  clear(): void {
    this.#kept.clear();
  }

  #part<T>(
    distribution: PythonDistribution,
    kind: ResourceKind,
    load: () => Sized<T> | undefined,
  ): Promise<T | undefined> {
    const kept = this.#use(distribution);
    const known = kept.parts.get(kind);
    if (known !== undefined) return known as Promise<T | undefined>;
    const loading = this.#tryOften(distribution, load).then(
      (loaded) => {
        kept.bytes += loaded?.bytes ?? 0;
        this.#makeRoom(kept);
        return loaded?.value;
      },
      (error) => {
        kept.parts.delete(kind);
        if (kept.parts.size === 0) this.#kept.delete(distributionKey(distribution));
        throw error;
      },
    );
    kept.parts.set(kind, loading);
    return loading;
  }

  #use(distribution: PythonDistribution): Kept {
    const key = distributionKey(distribution);
    const known = this.#kept.get(key);
    const kept = known ?? { usedMs: 0, bytes: 0, parts: new Map() };
    kept.usedMs = this.#clock.nowMs();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (known === undefined) this.#makeRoom(kept);
    this.sweep();
    return kept;
  }

  #makeRoom(inUse: Kept): void {
    let bytes = this.bytes;
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size <= this.#limits.distributions && bytes <= this.#limits.bytes) return;
      if (kept === inUse) continue;
      this.#kept.delete(key);
      bytes -= kept.bytes;
    }
  }

  async #tryOften<T>(
    distribution: PythonDistribution,
    load: () => Sized<T> | undefined,
  ): Promise<Sized<T> | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return load();
      } catch (cause) {
        if (attempt < this.#limits.attempts) await this.#clock.sleep(attempt * this.#limits.pauseMs);
        else
          throw fault('MPY336', {
            what: `'${distributionText(distribution)}' cannot be loaded: ${isFault(cause) ? cause.problem.what : messageOf(cause)}`,
            cause,
          });
      }
    }
  }
}
