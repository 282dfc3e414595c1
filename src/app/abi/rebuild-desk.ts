import type { ScheduleReply, ScheduleRequest } from '../../api/index.ts';
import type { RebuildRecord } from '../../database/index.ts';
import { catalogue, fault } from '../../diagnostics/index.ts';
import { systemRandom } from '../../host/index.ts';
import { type JobId, jobId } from '../../primitives/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { usualSource } from '../farm-names.ts';
import { joinReplies } from '../service/join-replies.ts';
import type { OpenRebuild } from './abi-gate.ts';
import { type PreviewSubject, previewRebuild, type RebuildPreview } from './preview.ts';
import {
  agreeToRebuild,
  dropRebuild,
  jobsAskedFor,
  listRebuilds,
  openRebuild,
  releaseRebuild,
  type ShownRebuild,
} from './rebuilds.ts';
import { pacmanTarget } from './target.ts';

/** What may be decided about results that are held back: build what they break, publish them as they are, throw them away. */
export type RebuildDecision = 'go' | 'publish' | 'drop';

/** What a manager does for rebuilds. */
export interface RebuildHands {
  schedule(request: ScheduleRequest): Promise<ScheduleReply>;
  /** Something may be published now. */
  nudge(): void;
  /** Does something while nothing is being published; throws what it does. */
  quietly(work: () => void): Promise<void>;
  /** Ends jobs that are not over, by their ids; those at work are asked to stop. */
  cancel(jobs: readonly JobId[], reason: string): Promise<unknown>;
}

/** Rebuilds of a farm for its faces: what waits, what would be, and what is decided. */
export class RebuildDesk {
  readonly #farm: Farm;
  readonly #hands: RebuildHands | undefined;

  /** Without hands it only shows. */
  constructor(farm: Farm, hands: RebuildHands | undefined) {
    this.#farm = farm;
    this.#hands = hands;
  }

  /** Newest first; `open`: those that are not over. */
  list(open: boolean): readonly ShownRebuild[] {
    return listRebuilds(this.#farm, { open });
  }

  /** As `previewRebuild`, for a target by name. Throws ABI001, ABI002. */
  preview(
    target: string | undefined,
    arch: string | undefined,
    subjects: readonly PreviewSubject[],
  ): Promise<RebuildPreview> {
    return previewRebuild(this.#farm, pacmanTarget(this.#farm, target, arch), subjects);
  }

  /** Does what was decided; packages that get no job are in the reply. Throws ABI003, ABI004, SCH005 without a manager. */
  async decide(id: number, decision: RebuildDecision, by: string | undefined): Promise<ScheduleReply> {
    if (!this.#hands)
      throw fault('SCH005', { what: 'this web server only shows the farm; its manager is another process' });
    const record = openRebuild(this.#farm, id);
    if (decision === 'go') {
      const bases = agreeToRebuild(this.#farm, id, by);
      return await this.#build(record, id, bases);
    }
    if (decision === 'drop') await this.#drop(this.#hands, record, by);
    else releaseRebuild(this.#farm, id, by);
    this.#hands.nudge();
    return { id: `rebuild-${id}`, accepted: [], refused: [] };
  }

  /** What its jobs would make would be thrown away as well, so they end. */
  async #drop(hands: RebuildHands, record: RebuildRecord, by: string | undefined): Promise<void> {
    const jobs = jobsAskedFor(record).filter((job) => this.#farm.database.jobs.openWithId(job).length > 0);
    if (jobs.length > 0) await hands.cancel(jobs, `rebuild ${record.id} was dropped`);
    await hands.quietly(() => dropRebuild(this.#farm, record.id, by));
  }

  /** Builds what a rebuild asks for by its setting. */
  async ask({ record, toAsk }: OpenRebuild): Promise<void> {
    if (toAsk.length > 0) await this.#build(record, record.id, toAsk);
  }

  /** One request for each source that recipes come from: usually there is one. */
  async #build(of: TargetRef, id: number, bases: readonly string[]): Promise<ScheduleReply> {
    const { target, arch } = of;
    const open = bases.filter(
      (name) => this.#farm.database.jobs.openWithId(jobId({ target, arch, name })).length === 0,
    );
    const sources = Map.groupBy(open, (base) => this.#sourceOf(of, base));
    const strangers = sources.get(undefined) ?? [];
    const refused: ScheduleReply['refused'] = strangers.map((name) => {
      const what = `the farm has no recipe of '${name}'`;
      return { name, code: 'ABI004', what, next: catalogue.ABI004?.next ?? '' };
    });
    const replies: ScheduleReply[] = [];
    for (const [source, names] of sources) {
      if (source === undefined) continue;
      const request: ScheduleRequest = {
        id: `rebuild-${id}-${systemRandom.hex(8)}`,
        ...{ target, arch, source, rebuild: id, urgency: 0 },
        packages: names.map((name) => ({ name })),
      };
      replies.push((await this.#hands?.schedule(request)) as ScheduleReply);
    }
    const whole = joinReplies(replies, `rebuild-${id}`);
    return { ...whole, refused: [...refused, ...whole.refused] };
  }

  /** The source that a recipe was last built from, else the one that the target usually has. */
  #sourceOf({ target, arch }: TargetRef, name: string): string | undefined {
    const { jobs, plans } = this.#farm.database;
    const newest = jobs.newestWithId(jobId({ target, arch, name }));
    const known = newest && plans.get(newest.plan)?.origin?.source;
    const sources = Object.keys(this.#farm.config['recipe-sources']);
    return known !== undefined && sources.includes(known) ? known : usualSource(this.#farm.config, target);
  }
}
