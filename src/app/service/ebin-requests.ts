import type {
  BuilderView,
  EbinRequest,
  EbinRequestView,
  ScheduleReply,
  ScheduleRequest,
} from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { systemRandom } from '../../host/index.ts';
import { isFinal } from '../../model/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import { gentooLabel } from '../../recipes/ebin/index.ts';
import { thereView, wishView } from '../ebin-targets/wish-views.ts';
import {
  addWish,
  dropWishes,
  type EbinWish,
  ebinWishes,
  settleRequest,
  wishJob,
} from '../ebin-targets/wishes.ts';
import type { Farm } from '../farm.ts';
import { isAtWork } from './architectures.ts';

export interface EbinRequestsParts {
  readonly farm: Farm;
  readonly builders: () => readonly BuilderView[];
  readonly schedule: (request: ScheduleRequest) => Promise<ScheduleReply>;
  readonly cancel: (jobs: readonly string[], reason: string) => Promise<unknown>;
}

const dayMs = 24 * 60 * 60 * 1000;
/** What is there stays in the list for so long, so that who asked for it can see it. */
const keptMs = 30 * dayMs;

/** Whether a builder at work can build with Portage. */
export const hasGentooBuilder = (builders: readonly BuilderView[]): boolean =>
  builders.some((one) => isAtWork(one) && one.labels.includes(gentooLabel));

/** Wishes of a farm and how they stand; changes nothing. */
export const ebinRequestViews = (
  farm: Farm,
  builders: readonly BuilderView[],
): readonly EbinRequestView[] => {
  const isBuildable = hasGentooBuilder(builders);
  return ebinWishes(farm).map((wish) => wishView(farm, wish, isBuildable));
};

/** Combinations of flags that people ask for: written down, and built as soon as somebody can. */
export class EbinRequests {
  readonly #parts: EbinRequestsParts;

  constructor(parts: EbinRequestsParts) {
    this.#parts = parts;
  }

  views(): readonly EbinRequestView[] {
    return ebinRequestViews(this.#parts.farm, this.#parts.builders());
  }

  /**
   * Takes a request: it is on disk when this resolves, and its build in the queue where a builder can make it. One that failed is
   * tried again. What exists already is not written down. Throws EBN101, EBN103.
   */
  async request(request: EbinRequest): Promise<EbinRequestView> {
    const { farm } = this.#parts;
    const { wish, found } = settleRequest(farm, request);
    if (found?.isThere) return thereView(wish, found, farm.clock.nowMs());
    const added = addWish(farm, wish);
    if (hasGentooBuilder(this.#parts.builders()) && !this.#isOpen(added)) await this.#schedule(added);
    return wishView(farm, added, hasGentooBuilder(this.#parts.builders()));
  }

  /** Forgets a request and calls its build off. Throws EBN104 when there is no such request. */
  async drop(id: number): Promise<void> {
    const [wish] = dropWishes(this.#parts.farm, new Set([id]));
    if (!wish) throw fault('EBN104', { what: `there is no request ${id}` });
    if (this.#isOpen(wish)) await this.#parts.cancel([wishJob(wish)], `request ${id} was dropped`);
  }

  /** Puts builds into the queue that waited for a builder; forgets what has been there for long. */
  async tend(): Promise<void> {
    const { farm } = this.#parts;
    const wishes = ebinWishes(farm);
    if (wishes.length === 0) return;
    const isBuildable = hasGentooBuilder(this.#parts.builders());
    const old = new Set<number>();
    for (const wish of wishes) {
      const { state } = wishView(farm, wish, isBuildable);
      if (state === 'there' && farm.clock.nowMs() - wish.requestedMs > keptMs) old.add(wish.id);
      if (state === 'queued' && this.#newest(wish) === undefined) await this.#schedule(wish);
    }
    if (old.size > 0) dropWishes(farm, old);
  }

  /** Has the ebuilds of a package made anew; a request of the same id is the same one. */
  async index(of: {
    readonly target: string;
    readonly source: string | undefined;
    readonly name: string;
    readonly id: string;
  }): Promise<void> {
    const { id, target, source, name } = of;
    await this.#parts.schedule({ id, target, source, arch: 'any', urgency: 0, packages: [{ name }] });
  }

  #newest(wish: EbinWish) {
    return this.#parts.farm.database.views.revisions(wishJob(wish), 1)[0];
  }

  #isOpen(wish: EbinWish): boolean {
    const newest = this.#newest(wish);
    return newest !== undefined && !isFinal(newest.state);
  }

  async #schedule(wish: EbinWish): Promise<void> {
    const job = wishJob(wish);
    const name = parseJobId(job)?.name ?? '';
    await this.#parts.schedule({
      id: `ebin-request-${wish.id}-${systemRandom.hex(6)}`,
      ...{ target: wish.target, source: wish.source, arch: 'any', urgency: 0, packages: [{ name }] },
    });
  }
}
