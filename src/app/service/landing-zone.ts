import type { ResultsHome, WorkOrder } from '../../api/index.ts';
import type { FarmConfig } from '../../config/index.ts';
import { fault } from '../../diagnostics/index.ts';
import {
  type Clock,
  copyHashing,
  ensureFolder,
  entryFacts,
  namesIn,
  removeEntry,
  removeTree,
  renameEntry,
  setMode,
  systemClock,
} from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';

const sweepAfterMs = 24 * 60 * 60 * 1000;

/** A file that a builder says it has put into the landing zone. */
export interface Landed {
  readonly path: string;
  readonly object: string;
  readonly sizeBytes: number;
}

/**
 * The folder in which builders without HTTP leave results and find inputs, over SFTP (specification 14.7). Each
 * attempt has a folder of its own in it, which is removed by the attempt's end and not by age (defect 16): `in` holds
 * what it needs, `out` what it made.
 */
export class LandingZone {
  readonly #zone: NonNullable<FarmConfig['service']['landing-zone']>;
  readonly #store: ObjectStore;
  readonly #clock: Clock;

  constructor(
    zone: NonNullable<FarmConfig['service']['landing-zone']>,
    store: ObjectStore,
    clock: Clock = systemClock,
  ) {
    this.#zone = zone;
    this.#store = store;
    this.#clock = clock;
    ensureFolder(zone.path);
  }

  /** The address that builders are told. */
  get home(): ResultsHome {
    const { host, port, user, path, advertised } = this.#zone;
    return { kind: 'sftp', host, port, user, path: advertised ?? path };
  }

  /** Lays out an attempt's inputs. */
  async prepare(order: WorkOrder): Promise<void> {
    const folder = this.#folder(order.attempt, order.fence);
    for (const name of ['in', 'out']) ensureFolder(`${folder}/${name}`, 0o755);
    // the SSH account may be another user
    setMode(`${folder}/out`, 0o777);
    const needed = [
      order.recipe.object,
      ...order.dependencies.map(({ artifact }) => (artifact as { object: string }).object),
    ];
    for (const object of needed) {
      const target = `${folder}/in/${object}`;
      if (entryFacts(target)) continue;
      // a copy, because whoever may write in the zone must not reach into the store through a second name
      removeEntry(`${target}.part`);
      await copyHashing(await this.#store.path(object as Digest), `${target}.part`, 0o444);
      renameEntry(`${target}.part`, target);
    }
  }

  /** Takes what an attempt left into the store. Throws BLD042 for a file that is not what it is said to be. */
  async takeIn(attempt: number, fence: number, landed: readonly Landed[]): Promise<void> {
    const folder = this.#folder(attempt, fence);
    for (const { object, sizeBytes } of landed) {
      if (await this.#store.has(object as Digest)) continue;
      const path = `${folder}/out/${object}`;
      const facts = /^[0-9a-f]{64}$/.test(object) ? entryFacts(path) : undefined;
      if (facts?.kind !== 'file' || facts.sizeBytes !== sizeBytes) {
        throw fault('BLD042', { what: `the landing zone has no file '${object}' of ${sizeBytes} bytes` });
      }
      const stored = await this.#store.putFile(path);
      if (stored.digest !== object)
        throw fault('BLD042', { what: `'${object}' in the landing zone is '${stored.digest}'` });
    }
  }

  /** Removes what belongs to an attempt. */
  async clear(attempt: number, fence: number): Promise<void> {
    await removeTree(this.#folder(attempt, fence));
  }

  /** Removes folders that are older than a day and whose attempt is over. */
  async sweep(isUnderWay: (attempt: number, fence: number) => boolean): Promise<void> {
    for (const name of namesIn(this.#zone.path)) {
      const match = /^(\d+)-(\d+)$/.exec(name);
      const path = `${this.#zone.path}/${name}`;
      const facts = entryFacts(path);
      if (!match || !facts || isUnderWay(Number(match[1]), Number(match[2]))) continue;
      if (this.#clock.nowMs() - facts.modifiedMs > sweepAfterMs) await removeTree(path);
    }
  }

  #folder(attempt: number, fence: number): string {
    return `${this.#zone.path}/${attempt}-${fence}`;
  }
}
