import type { Dependant, EdgeKind, EdgeRow, JobRecord } from '../database/index.ts';
import { isFinal } from '../model/index.ts';
import type { JobId, PlanId } from '../primitives/index.ts';
import type { DispatchRecord } from './record.ts';

interface Rows {
  readonly get: (key: number) => JobRecord | undefined;
  /** Keys of all jobs with this id. */
  readonly rowsOf: (id: JobId) => readonly number[];
  readonly put: (row: JobRecord) => void;
  /** The first row of the oldest plan that is not over: older rows cannot matter. */
  readonly oldest: () => number;
}

type DispatchEdges = DispatchRecord['edges'];
type Facts = Pick<EdgeRow, 'required' | 'kind'>;

/** Who waits for whom, in memory: the twin of the database's edges. */
export class VirtualEdges implements DispatchEdges {
  readonly #rows: Rows;
  readonly #out = new Map<number, Map<number, Facts>>();
  readonly #into = new Map<number, Set<number>>();
  readonly #needs = new Map<JobId, number[]>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Takes an edge of a plan, or of the record that this one begins with; nothing is counted. */
  put({ dependency, dependant, required, kind }: EdgeRow): void {
    const out = this.#out.get(dependency) ?? new Map<number, Facts>();
    if (out.has(dependant)) return;
    this.#out.set(dependency, out.set(dependant, { required, kind }));
    this.#into.set(dependant, (this.#into.get(dependant) ?? new Set()).add(dependency));
  }

  /** Remembers what a job needs that its plan left out. */
  noteNeeds(job: number, needed: readonly JobId[]): void {
    for (const id of needed) this.#needs.set(id, [...(this.#needs.get(id) ?? []), job]);
  }

  noteUnawaited(): void {
    // edges are at hand here anyway
  }

  dependants(key: number): Dependant[] {
    const out = this.#out.get(key);
    if (!out) return [];
    const found: Dependant[] = [];
    for (const [to, facts] of out) {
      const job = this.#rows.get(to);
      if (job) found.push({ key: to, state: job.state, ...facts });
    }
    return found.sort((a, b) => a.key - b.key);
  }

  dependencies(key: number): JobRecord[] {
    return this.#before(key)
      .filter((from) => this.#out.get(from)?.get(key)?.kind === 'need')
      .flatMap((from) => this.#rows.get(from) ?? [])
      .sort((a, b) => a.key - b.key);
  }

  addEdge(dependency: number, dependant: number, kind: EdgeKind): void {
    if (this.#out.get(dependency)?.has(dependant)) return;
    this.put({ dependency, dependant, required: false, kind });
    this.#increment(dependant);
  }

  moveDependants(from: number, to: number, plan: PlanId): void {
    for (const { key } of this.dependants(from)) {
      const job = this.#rows.get(key);
      if (!job || job.plan >= plan || (job.state !== 'waiting' && job.state !== 'running')) continue;
      if (this.#out.get(to)?.has(key)) continue;
      const facts = this.#out.get(from)?.get(key) as Facts;
      this.#out.get(from)?.delete(key);
      this.#into.get(key)?.delete(from);
      this.put({ dependency: to, dependant: key, ...facts });
    }
  }

  inherit(key: number): void {
    const still = this.#before(key).filter((from) => this.#isOpen(from));
    const behind = this.dependants(key).filter(({ state }) => state === 'waiting' || state === 'running');
    for (const dependency of still) {
      const kind = this.#out.get(dependency)?.get(key)?.kind ?? 'need';
      for (const after of behind) {
        if (this.#out.get(dependency)?.has(after.key)) continue;
        const own = after.kind === 'need' ? kind : after.kind;
        this.put({ dependency, dependant: after.key, required: false, kind: own });
        this.#increment(after.key);
      }
    }
  }

  waitsFor(key: number, other: number): boolean {
    const seen = new Set([key]);
    for (const at of seen) {
      if (at === other) return true;
      for (const from of this.#before(at)) if (this.#isOpen(from)) seen.add(from);
    }
    return false;
  }

  needing(id: JobId): JobRecord[] {
    const oldest = this.#rows.oldest();
    const isLive = (key: number): boolean => key >= oldest;
    const seen = new Set((this.#needs.get(id) ?? []).filter(isLive));
    for (const key of this.#rows.rowsOf(id).filter(isLive))
      for (const behind of this.#needers(key)) seen.add(behind);
    for (const key of seen) {
      const job = this.#rows.get(key);
      if (!job || (!isFinal(job.state) && job.cycle === undefined)) continue;
      for (const behind of this.#needers(key)) seen.add(behind);
    }
    return [...seen]
      .sort((a, b) => a - b)
      .flatMap((key) => this.#rows.get(key) ?? [])
      .filter(({ state }) => !isFinal(state));
  }

  #needers(key: number): number[] {
    return [...(this.#out.get(key) ?? [])].flatMap(([to, { kind }]) => (kind === 'replaced' ? [] : [to]));
  }

  #before(key: number): readonly number[] {
    return [...(this.#into.get(key) ?? [])];
  }

  #isOpen(key: number): boolean {
    const job = this.#rows.get(key);
    return job !== undefined && !isFinal(job.state);
  }

  #increment(key: number): void {
    const job = this.#rows.get(key);
    if (job) this.#rows.put({ ...job, pending: job.pending + 1 });
  }
}
