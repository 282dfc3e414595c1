import type { PackageView } from '../../api/index.ts';
import type { StoredArtifact } from '../../database/index.ts';
import { type JobId, parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

type Neighbour = PackageView['dependencies'][number];

/** Names that packages of a target need and offer, by the jobs that made them. */
interface Index {
  readonly newest: number;
  readonly offers: ReadonlyMap<string, ReadonlySet<JobId>>;
  readonly wants: ReadonlyMap<string, ReadonlySet<JobId>>;
  readonly made: ReadonlyMap<JobId, readonly StoredArtifact[]>;
}

const bare = (text: string): string => text.replace(/[<>=].*$/s, '');

function add(to: Map<string, Set<JobId>>, name: string, job: JobId): void {
  const known = to.get(name);
  if (known) known.add(job);
  else to.set(name, new Set([job]));
}

/** Who needs whom among the packages of a target: to run, as the packages say, and to build, as plans had it. */
export class Neighbours {
  readonly #farm: Farm;
  readonly #indexes = new Map<string, Index>();

  constructor(farm: Farm) {
    this.#farm = farm;
  }

  of(job: JobId): { readonly dependencies: Neighbour[]; readonly dependants: Neighbour[] } {
    const { packages } = this.#farm.database;
    const index = this.#indexOf(job);
    const own = (index.made.get(job) ?? []).map(({ artifact }) => artifact);
    const needs = own.flatMap(({ depends, neededSonames }) => [...depends.map(bare), ...neededSonames]);
    const offers = own.flatMap(({ name, provides, providedSonames }) => [
      name,
      ...provides.map(bare),
      ...providedSonames,
    ]);
    const found = (names: readonly string[], by: Index['offers']): readonly JobId[] =>
      names.flatMap((name) => [...(by.get(name) ?? [])]);
    const shown = (jobs: readonly JobId[]): Neighbour[] =>
      [...new Set(jobs)]
        .filter((one) => one !== job)
        .sort()
        .map((one) => this.#shown(one));
    return {
      dependencies: shown([...found(needs, index.offers), ...packages.dependencies(job)]),
      dependants: shown([...found(offers, index.wants), ...packages.dependants(job)]),
    };
  }

  #shown(job: JobId): Neighbour {
    const { target = '', arch = '', name = '' } = parseJobId(job) ?? {};
    return { target, arch, name, state: this.#farm.database.jobs.newestWithId(job)?.state ?? null };
  }

  /** Made anew when something was built since. */
  #indexOf(job: JobId): Index {
    const { target = '', arch = '' } = parseJobId(job) ?? {};
    const key = `${target}/${arch}`;
    const newest = this.#farm.database.packages.newestArtifact();
    const known = this.#indexes.get(key);
    if (known?.newest === newest) return known;
    const offers = new Map<string, Set<JobId>>();
    const wants = new Map<string, Set<JobId>>();
    const made = new Map<JobId, StoredArtifact[]>();
    for (const stored of this.#farm.database.artifacts.newest(target, arch)) {
      const { artifact, job: maker } = stored;
      made.set(maker, [...(made.get(maker) ?? []), stored]);
      add(offers, artifact.name, maker);
      for (const name of [...artifact.provides.map(bare), ...artifact.providedSonames])
        add(offers, name, maker);
      for (const name of [...artifact.depends.map(bare), ...artifact.neededSonames]) add(wants, name, maker);
    }
    const index = { newest, offers, wants, made };
    this.#indexes.set(key, index);
    return index;
  }
}
