import type { StatementRecord, StoredArtifact } from '../database/index.ts';
import { isFault, type Problem } from '../diagnostics/index.ts';
import { type AttemptId, type JobIdParts, parseJobId } from '../primitives/index.ts';
import type { PublishReport } from '../publisher/index.ts';
import type { PackageToPublish } from '../publisher/pacman-repo/index.ts';
import { AbiGate, type OpenRebuild } from './abi/abi-gate.ts';
import { readPackageFacts, successesOf } from './artifacts-at-hand.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import { isWishName } from './ebin-targets/is-wish-name.ts';
import { landBuild, packageOfBuild } from './ebin-targets/landing.ts';
import type { Farm } from './farm.ts';
import { companionsOf, stateProvenance } from './provenance/state-provenance.ts';
import { changeTree, publishTree } from './publish-tree.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { publishPython } from './python-targets/publish.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { publishStages } from './stage-targets/publish.ts';
import { isTreeTarget } from './target-kinds.ts';
import { orphans } from './tree-owners.ts';

/** Generation number that stands for "will never be published", because the publisher refused it. */
const refused = 0;

/** A binary package that was built for a request. */
export interface LandedBuild {
  readonly target: string;
  readonly source: string | undefined;
  /** `category/name`. */
  readonly package: string;
  readonly attempt: AttemptId;
}

export interface PublishingListener {
  published(what: string): void;
  refused(problem: Problem): void;
  /**
   * Packages that a generation holds from now on (0: none ever will); called within the transaction that says so,
   * so that what is written down there stands or falls with it.
   */
  marked?(stored: readonly StoredArtifact[], generation: number): void;
  /** A binary package that was asked for lies in its PKGDIR; called again when it was not written down that it does. */
  landed?(build: LandedBuild): void;
  /** Results are held back, since they break published packages; called each time they are looked at. */
  held?(rebuild: OpenRebuild): void;
  /** Publishing stopped on an error of the world; the next nudge tries again. Undefined when it works again. */
  stopped?(error: unknown): void;
}

/**
 * Publishes finished packages in the background, everything that is waiting at once: while one generation is
 * being made, the next results gather. What is published is read from the record, so a crash loses nothing.
 */
export class Publishing {
  readonly #farm: Farm;
  readonly #listener: PublishingListener;
  readonly #gate: AbiGate;
  #working: Promise<void> | undefined;
  #again = false;
  #failure: unknown;

  constructor(farm: Farm, listener: PublishingListener) {
    this.#farm = farm;
    this.#listener = listener;
    this.#gate = new AbiGate(farm, { held: (rebuild) => this.#held(rebuild) });
  }

  /** Says that there may be something to publish; returns at once. */
  nudge(): void {
    this.#again = true;
    this.#working ??= this.#work();
  }

  /** Resolves when nothing is under way; never throws. */
  async settle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** Resolves when everything that is waiting was published; throws what stopped it. */
  async drain(): Promise<void> {
    this.nudge();
    await this.settle();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#publishWaiting();
      }
      if (this.#failure !== undefined) this.#listener.stopped?.(undefined);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#listener.stopped?.(error);
    } finally {
      this.#working = undefined;
    }
  }

  async #publishWaiting(): Promise<void> {
    const byTarget = new Map<string, StoredArtifact[]>();
    const waiting = this.#farm.database.artifacts.unpublished();
    // what is published must be known after any crash, and its end may just have been written
    await this.#farm.database.flushed();
    for (const stored of waiting) {
      const parts = parseJobId(stored.job);
      const key = `${parts?.target}/${parts?.arch}`;
      byTarget.set(key, [...(byTarget.get(key) ?? []), stored]);
    }
    for (const results of byTarget.values()) {
      const newest = newestOnly(results);
      const superseded = results.filter((stored) => !newest.includes(stored));
      this.#mark(superseded, refused);
      await this.#publishSorted(newest);
    }
    await this.#takeOutOrphans();
  }

  /** Publishes what breaks nothing; what is held back is looked at again the next time. */
  async #publishSorted(newest: readonly StoredArtifact[]): Promise<void> {
    const parts = newest[0] && parseJobId(newest[0].job);
    if (!parts) return;
    const { out, same } = await this.#gate.sort(parts, newest);
    this.#markSame(parts, same);
    if (out.length === 0) return;
    if (!(await this.#tryPublish(out))) {
      // one of them was refused: the others must not suffer for it
      const units = Map.groupBy(out, (one) => this.#gate.groupOf(parts, one) ?? `attempt ${one.attempt}`);
      for (const unit of units.values()) await this.#tryPublish(unit, true);
    }
    await this.#gate.published(parts, out);
  }

  /** Results that are published already under another release: that they are out is true. */
  #markSame({ target, arch }: JobIdParts, same: readonly StoredArtifact[]): void {
    if (same.length === 0) return;
    this.#mark(same, this.#farm.repositories.visible(target, arch) ?? refused);
    for (const [attempt] of Map.groupBy(same, (one) => one.attempt))
      this.#sayOf(attempt, 'built, and the same as what is published: not published again');
  }

  #held(rebuild: OpenRebuild): void {
    const { record, detail } = rebuild;
    const waits = detail.rebuild.map(({ base }) => base);
    const why =
      record.state === 'waiting' ? `'packmill rebuild go ${record.id}' builds` : 'until they are built';
    const words = `built, and held back by rebuild ${record.id}: ${summarize(waits)} would break; ${why}${record.state === 'waiting' ? ' them anew' : ' anew'}`;
    for (const { attempt } of detail.held) this.#sayOf(attempt, words);
    this.#listener.held?.(rebuild);
  }

  /** What autogens made that are gone leaves its tree with a generation of its own. */
  async #takeOutOrphans(): Promise<void> {
    for (const { name: tree } of this.#farm.trees.list()) {
      const remove = orphans(this.#farm, tree);
      if (remove.length === 0) continue;
      const reason = `their autogens are gone: ${summarize(remove)}`;
      const { generation } = await changeTree(this.#farm, { tree, add: [], remove, reason });
      this.#listener.published(`generation ${generation} of ${tree}/any: without ${summarize(remove)}`);
    }
  }

  /** False when the publisher refused the whole; with `alone`, the refusal is final and is told. */
  async #tryPublish(waiting: readonly StoredArtifact[], alone = false): Promise<boolean> {
    const [first] = waiting;
    const parts = first && parseJobId(first.job);
    if (!parts) return true;
    try {
      const names = waiting.map(({ artifact }) => `${artifact.name} ${artifact.version}`);
      const report = await this.#publish(parts, waiting, summarize(names));
      this.#mark(waiting, report.generation);
      for (const problem of report.problems) this.#listener.refused(problem);
      if (report.kind === 'published') {
        this.#listener.published(
          `generation ${report.generation} of ${parts.target}/${parts.arch}: ${summarize(names)}`,
        );
      }
      return true;
    } catch (error) {
      if (!isFault(error) || error.problem.blame !== 'recipe') throw error;
      if (!alone) return false;
      this.#mark(waiting, refused, error.problem);
      this.#listener.refused(error.problem);
      return true;
    }
  }

  async #publish(
    { target, arch }: Pick<JobIdParts, 'target' | 'arch'>,
    waiting: readonly StoredArtifact[],
    reason: string,
  ): Promise<PublishReport> {
    const tell = (problem: Problem): void => this.#listener.refused(problem);
    const stated = await stateProvenance(this.#farm, waiting, tell);
    if (isEbinTarget(this.#farm, target)) return await this.#publishEbins(target, waiting, reason);
    if (isStageTarget(this.#farm, target))
      return await publishStages(this.#farm, { target, waiting, reason });
    if (isPythonTarget(this.#farm, target))
      return await publishPython(this.#farm, { target, waiting, reason });
    const remove = this.#noLongerMade(waiting);
    if (isTreeTarget(this.#farm, target))
      return await publishTree(this.#farm, { target, waiting, remove, reason });
    const add = await Promise.all(waiting.map((stored) => this.#read(stored, stated.get(stored.id))));
    return await this.#farm.repositories.publish({ repo: target, arch, add, remove, reason });
  }

  /** Builds that were asked for go into their PKGDIR, from where they become part of an ebuild; the rest is published. */
  async #publishEbins(
    target: string,
    waiting: readonly StoredArtifact[],
    reason: string,
  ): Promise<PublishReport> {
    const isBuild = ({ job }: StoredArtifact): boolean => isWishName(parseJobId(job)?.name ?? '');
    for (const build of waiting.filter(isBuild)) {
      const { attempts, jobs, plans } = this.#farm.database;
      const job = jobs.get(attempts.get(build.attempt)?.jobKey ?? -1);
      const own = packageOfBuild(build);
      if (job === undefined || own === undefined) continue;
      await landBuild(this.#farm, build, jobs.planned(job.key).folder);
      const source = plans.get(job.plan)?.origin?.source;
      this.#listener.landed?.({ target, source, package: own, attempt: build.attempt });
    }
    const ebins = waiting.filter((one) => !isBuild(one));
    if (ebins.length > 0) {
      const remove = this.#noLongerMade(ebins);
      return await publishTree(this.#farm, { target, waiting: ebins, remove, reason });
    }
    const visible = this.#farm.trees.list().find(({ name }) => name === target)?.generation ?? 1;
    return { kind: 'nothing-new', generation: visible, added: [], archived: [], problems: [] };
  }

  async #read(
    { artifact }: StoredArtifact,
    statement: StatementRecord | undefined,
  ): Promise<PackageToPublish> {
    const facts = await readPackageFacts(this.#farm.store, artifact.facts);
    return {
      fileName: facts.fileName,
      object: artifact.object,
      sizeBytes: facts.sizeBytes,
      md5: facts.md5,
      pkginfo: facts.pkginfo,
      files: facts.files,
      companions: statement && companionsOf(statement),
    };
  }

  /** Members that an earlier build of the same recipe made and this one did not (specification 14.9). */
  #noLongerMade(waiting: readonly StoredArtifact[]): readonly string[] {
    const gone = new Set<string>();
    for (const group of byAttempt(waiting)) {
      const [first] = group;
      if (!first) continue;
      const made = new Set(group.map(({ artifact }) => artifact.name));
      const [, ...earlier] = successesOf(this.#farm, first.job);
      for (const before of earlier) {
        for (const { artifact } of before) if (!made.has(artifact.name)) gone.add(artifact.name);
        // results between that were never published have taken nothing out
        if (before.some(({ generation }) => generation !== undefined && generation !== refused)) break;
      }
    }
    for (const { artifact } of waiting) gone.delete(artifact.name);
    return [...gone];
  }

  #mark(waiting: readonly StoredArtifact[], generation: number, refusal?: Problem): void {
    if (waiting.length === 0) return;
    this.#farm.database.transaction(() => {
      const ids = waiting.map(({ id }) => id);
      this.#farm.database.artifacts.markPublished(ids, generation);
      this.#listener.marked?.(waiting, generation);
      if (refusal)
        for (const attempt of new Set(waiting.map((one) => one.attempt))) this.#tellJob(attempt, refusal);
    });
  }

  /** The build went well, so the job has succeeded; that its packages are not out, its own words have to say. */
  #tellJob(attempt: AttemptId, { code, what, next }: Problem): void {
    const words = [`built, and not published: ${code} ${what}`, ...(next === undefined ? [] : [next])];
    this.#sayOf(attempt, words.join('. '));
  }

  /** Says of a job that succeeded what became of its packages. */
  #sayOf(attempt: AttemptId, reason: string): void {
    const { attempts, jobs } = this.#farm.database;
    const record = attempts.get(attempt);
    const job = record && jobs.get(record.jobKey);
    if (job?.state !== 'succeeded' || job.attempt !== attempt || job.reason === reason) return;
    jobs.update(job, { reason, sinceMs: job.sinceMs });
  }
}

function byAttempt(waiting: readonly StoredArtifact[]): readonly (readonly StoredArtifact[])[] {
  const groups = new Map<AttemptId, StoredArtifact[]>();
  for (const stored of waiting) groups.set(stored.attempt, [...(groups.get(stored.attempt) ?? []), stored]);
  return [...groups.values()];
}

/** Of two results of one job that both wait, only the newer is worth publishing. */
function newestOnly(waiting: readonly StoredArtifact[]): readonly StoredArtifact[] {
  const newest = new Map<string, AttemptId>();
  for (const { job, attempt } of waiting) newest.set(job, attempt);
  return waiting.filter(({ job, attempt }) => newest.get(job) === attempt);
}

function summarize(names: readonly string[]): string {
  return names.length <= 4
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
