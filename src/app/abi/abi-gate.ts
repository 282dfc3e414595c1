import type { RebuildRecord, StoredArtifact } from '../../database/index.ts';
import { type JobId, jobId } from '../../primitives/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { isTreeTarget } from '../target-kinds.ts';
import { abiModeOf, type SortedResults, sortResults } from './gate.ts';
import { baseOf, type HeldGroup } from './held-groups.ts';
import { detailOf, printDetail, type RebuildDetail } from './rebuild-detail.ts';
import { scanPackages } from './scan.ts';

/** A rebuild that needs something done. */
export interface OpenRebuild {
  readonly record: RebuildRecord;
  readonly detail: RebuildDetail;
  /** It was not there before, or more has to be decided on. */
  readonly isNews: boolean;
  /** Recipes to be built anew at once, because the setting is `auto`. */
  readonly toAsk: readonly string[];
}

export interface GateListener {
  /** Called for every rebuild that is still held back, each time results were looked at. */
  held?(rebuild: OpenRebuild): void;
}

type GateFarm = Pick<Farm, 'config' | 'database' | 'store' | 'repositories' | 'clock' | 'trees'>;

const everything = (out: readonly StoredArtifact[]): SortedResults => ({
  out,
  same: [],
  held: [],
  problems: [],
});

/** Decides which results may be published now, and keeps the record of what is held back. */
export class AbiGate {
  readonly #farm: GateFarm;
  readonly #listener: GateListener;
  /** What came of the last look at a target, and what it was a look at. */
  readonly #last = new Map<string, { readonly key: string; readonly sorted: SortedResults }>();

  constructor(farm: GateFarm, listener: GateListener = {}) {
    this.#farm = farm;
    this.#listener = listener;
  }

  /** Sorts the results of a target that wait. Trees, mirrors and manifests hold nothing back. */
  async sort(of: TargetRef, waiting: readonly StoredArtifact[]): Promise<SortedResults> {
    const { config } = this.#farm;
    if (isTreeTarget(this.#farm, of.target) || waiting.length === 0) return everything(waiting);
    const mode = abiModeOf(this.#farm, of.target);
    if (mode === 'off' && config.rebuild.unchanged === 'publish') return everything(waiting);
    const released = this.#released(of);
    const visible = this.#farm.repositories.visible(of.target, of.arch);
    const key = [visible, mode, ...released, '/', ...waiting.map(({ id }) => id)].join(' ');
    const name = `${of.target}/${of.arch}`;
    const last = this.#last.get(name);
    const sorted = last?.key === key ? last.sorted : await sortResults(this.#farm, of, waiting, released);
    this.#last.set(name, { key, sorted });
    for (const group of sorted.held) this.#note(of, group);
    return sorted;
  }

  /** Records what was published, where that was not needed before; and closes rebuilds whose results are all out. */
  async published(of: TargetRef, results: readonly StoredArtifact[]): Promise<void> {
    if (isTreeTarget(this.#farm, of.target)) return;
    const packages = results.map(({ artifact: { fileName, object } }) => ({ fileName, object }));
    await scanPackages(this.#farm, of, packages);
    this.#close(of);
  }

  /** Results that go out or stay together: the number of the rebuild that they are part of. */
  groupOf(of: TargetRef, stored: StoredArtifact): number | undefined {
    const base = baseOf(stored);
    return this.#open(of).find(
      ({ detail }) =>
        detail.held.some((one) => one.base === base) || detail.rebuild.some((one) => one.base === base),
    )?.record.id;
  }

  #open({ target, arch }: TargetRef) {
    return this.#farm.database.rebuilds
      .open(target, arch)
      .map((record) => ({ record, detail: detailOf(record) }));
  }

  #released(of: TargetRef): ReadonlySet<number> {
    return new Set(
      this.#open(of)
        .filter(({ record }) => record.state === 'released')
        .flatMap(({ detail }) => detail.held.map(({ attempt }) => attempt)),
    );
  }

  #note(of: TargetRef, group: HeldGroup): void {
    const { rebuilds } = this.#farm.database;
    const nowMs = this.#farm.clock.nowMs();
    const bases = new Set(group.results.map(baseOf));
    const known = this.#open(of).find(
      ({ record, detail }) => record.state !== 'released' && detail.held.some(({ base }) => bases.has(base)),
    );
    const before = known?.detail.asked ?? [];
    const missing = group.rebuild.map(({ base }) => base).filter((base) => !this.#isUnderWay(of, base));
    const isAuto = abiModeOf(this.#farm, of.target) === 'auto';
    const toAsk = isAuto ? missing.filter((base) => !before.includes(base)) : [];
    const asked = [...before, ...toAsk];
    const state = missing.every((base) => asked.includes(base)) ? 'building' : 'waiting';
    const detail: RebuildDetail = {
      held: heldOf(group),
      libraries: group.libraries,
      rebuild: group.rebuild,
      asked,
      ...(known?.detail.by === undefined ? {} : { by: known.detail.by }),
    };
    const text = printDetail(detail);
    const id = known?.record.id ?? rebuilds.add({ ...of, state, createdMs: nowMs, detail: text });
    if (known && (known.record.detail !== text || known.record.state !== state)) {
      rebuilds.update(id, { state, changedMs: nowMs, detail: text });
    }
    const record = rebuilds.get(id) as RebuildRecord;
    const isNews = state === 'waiting' && known?.record.state !== 'waiting';
    this.#listener.held?.({ record, detail, isNews, toAsk });
  }

  #isUnderWay({ target, arch }: TargetRef, base: string): boolean {
    const id: JobId = jobId({ target, arch, name: base });
    return this.#farm.database.jobs.openWithId(id).length > 0;
  }

  /** Rebuilds of which nothing waits any more. */
  #close(of: TargetRef): void {
    const { artifacts, rebuilds } = this.#farm.database;
    for (const { record, detail } of this.#open(of)) {
      const results = detail.held.flatMap(({ attempt }) => artifacts.ofAttempt(attempt));
      if (results.some(({ generation }) => generation === undefined)) continue;
      const generation = Math.max(0, ...results.map((one) => one.generation ?? 0));
      rebuilds.update(record.id, {
        state: generation > 0 ? 'published' : 'dropped',
        changedMs: this.#farm.clock.nowMs(),
        detail: printDetail({ ...detail, rebuild: detail.rebuild, generation }),
      });
    }
  }
}

function heldOf({ results }: HeldGroup): RebuildDetail['held'] {
  return [...Map.groupBy(results, ({ attempt }) => attempt)].map(([attempt, all]) => ({
    base: baseOf(all[0] as StoredArtifact),
    attempt,
    packages: all.map(({ artifact }) => artifact.name),
    version: all[0]?.artifact.version ?? '',
  }));
}
