// The assignment of the manager that packmill replaces, from its specification (12.2, 12.3, 12.9, 14.3, 14.5): after
// every event the whole graph is made anew, each idle builder walks it depth first for a job that is ready, and the
// whole queue is written out as one JSON value.

export interface ReferenceJob {
  readonly target: string;
  readonly arch: string;
  readonly pkgbase: string;
  readonly pkgnames: readonly string[];
  readonly dependencies: readonly string[];
  readonly buildClass: number;
  readonly commit: string;
  readonly timestamp: number;
}

interface Node {
  readonly job: ReferenceJob;
  readonly waitsFor: Set<Node>;
}

const idOf = (job: ReferenceJob): string => `${job.target}/${job.arch}/${job.pkgbase}`;

class ReferenceManager {
  readonly #queue: Map<string, ReferenceJob>;
  readonly #running = new Map<number, string>();
  readonly #builders: number;
  written = 0;

  constructor(jobs: readonly ReferenceJob[], builders: number) {
    this.#queue = new Map(jobs.map((job) => [idOf(job), job]));
    this.#builders = builders;
  }

  get left(): number {
    return this.#queue.size;
  }

  /** One round of assignment: every idle builder is asked, then the queue is written. */
  assign(): void {
    const running = new Set(this.#running.values());
    for (let builder = 0; builder < this.#builders; builder += 1) {
      if (this.#running.has(builder)) continue;
      const chosen = firstReady(graphOf(this.#queue), 9, running);
      if (!chosen) continue;
      const id = idOf(chosen);
      this.#running.set(builder, id);
      running.add(id);
    }
    this.written += JSON.stringify([...this.#queue.values()]).length;
  }

  /** The job that was given out first ends. */
  finishOne(): void {
    const [first] = this.#running;
    if (!first) throw new Error('nothing runs');
    this.#running.delete(first[0]);
    this.#queue.delete(first[1]);
  }
}

/** Who waits for whom: a dependency that is among the names of another job in the queue; the last one with it wins. */
function graphOf(queue: ReadonlyMap<string, ReferenceJob>): Node[] {
  const nodes = [...queue.values()].map((job): Node => ({ job, waitsFor: new Set() }));
  const byName = new Map<string, Node>();
  for (const node of nodes) for (const name of node.job.pkgnames) byName.set(name, node);
  for (const node of nodes) {
    for (const name of node.job.dependencies) {
      const provider = byName.get(name);
      if (provider && provider !== node) node.waitsFor.add(provider);
    }
  }
  return nodes;
}

/** The first job, depth first, that fits, does not run, and waits for nothing. */
function firstReady(
  nodes: readonly Node[],
  builderClass: number,
  running: ReadonlySet<string>,
): ReferenceJob | undefined {
  const seen = new Set<Node>();
  const visit = (node: Node): ReferenceJob | undefined => {
    if (seen.has(node)) return undefined;
    seen.add(node);
    for (const next of node.waitsFor) {
      const found = visit(next);
      if (found) return found;
    }
    const ready =
      node.waitsFor.size === 0 && node.job.buildClass <= builderClass && !running.has(idOf(node.job));
    return ready ? node.job : undefined;
  };
  for (const node of nodes) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}

/**
 * Processor time in ms to drain a queue with so many builders. Rounds of a queue of more than 1,000 jobs are measured
 * at forty sizes on the way, and those between counted like their neighbours: all of them would take minutes.
 */
export function drainCost(
  jobs: readonly ReferenceJob[],
  builders: number,
): { cpuMs: number; estimated: boolean } {
  const estimated = jobs.length > 1000;
  const samples = estimated ? 40 : jobs.length;
  let cpuMs = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    // Jobs are in an order in which each comes after those it waits for, so the first ones are those that are done.
    const manager = new ReferenceManager(jobs.slice(Math.floor((sample * jobs.length) / samples)), builders);
    manager.assign();
    if (manager.left <= 1) continue;
    manager.finishOne();
    const before = process.cpuUsage();
    manager.assign();
    const { user, system } = process.cpuUsage(before);
    cpuMs += ((user + system) / 1000) * (jobs.length / samples);
  }
  return { cpuMs, estimated };
}
