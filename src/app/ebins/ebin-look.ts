import type { EbinList, EbinMatrix, EbinRepositoryView, EbinRow } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import {
  type MatrixFilter,
  readFilter,
  summarizeMatrix,
  type UseMatrix,
  useMatrix,
} from '../../ebin-index/index.ts';
import {
  isWanted,
  type KnownEbin,
  type KnownEbins,
  type MatrixMemory,
  MatrixReader,
} from '../../ebin-repository/index.ts';
import { type Clock, systemClock } from '../../host/index.ts';

/** A repository of ebins that is shown. */
export interface ShownRepository {
  readonly name: string;
  /** Its folder, or a link to it. */
  readonly folder: string;
  /** Where builds and problems are known from; default: what the generator keeps in the repository. */
  readonly memory?: MatrixMemory | undefined;
  /** Whether missing combinations can be asked for. */
  readonly takesRequests: boolean;
}

/** What may be seen of repositories of ebins. */
export interface EbinLook {
  repositories(): Promise<readonly EbinRepositoryView[]>;
  /** The folder of one; undefined when there is none of this name. */
  folderOf(repository: string): string | undefined;
  /** Throws EBN084 when there is no such repository. */
  list(repository: string): Promise<EbinList>;
  /** The matrix of one ebin, `category/name-version`, within decided flags, `alpha` or `-alpha`. Throws EBN084, EBN095. */
  matrix(repository: string, cpv: string, wish: readonly string[]): Promise<EbinMatrix>;
}

/** Matrices of one ebin that are kept while it does not change. */
const mostKept = 16;

/** However many ask, the folders are looked at once in so long a time, and large ones less often. */
const keptMs = 1_000;
const mostKeptMs = 10_000;
const restsPerLook = 10;

interface Kept {
  readonly reader: MatrixReader;
  /** When to look again; undefined while it is being looked at. */
  untilMs: number | undefined;
  readonly known: Promise<KnownEbins>;
}

/** Looks at the repositories that there are at the time. */
export class EbinRepositories implements EbinLook {
  readonly #shown: () => readonly ShownRepository[];
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #lists = new WeakMap<KnownEbins, OwnList>();
  readonly #rows = new WeakMap<KnownEbin, EbinRow>();
  readonly #matrices = new WeakMap<KnownEbin, Map<string, UseMatrix>>();

  constructor(shown: () => readonly ShownRepository[], clock: Clock = systemClock) {
    this.#shown = shown;
    this.#clock = clock;
  }

  async repositories(): Promise<readonly EbinRepositoryView[]> {
    const views: EbinRepositoryView[] = [];
    for (const { name } of this.#shown()) {
      const { ebins, refused, keptBytes } = await this.list(name);
      views.push({ repository: name, ebins: ebins.length, refused: refused.length, keptBytes });
    }
    return views;
  }

  folderOf(repository: string): string | undefined {
    return this.#shown().find(({ name }) => name === repository)?.folder;
  }

  async list(repository: string): Promise<EbinList> {
    const shown = this.#find(repository);
    const known = await this.#known(shown);
    const list = this.#lists.get(known) ?? listOf(known, (ebin) => this.#row(ebin));
    this.#lists.set(known, list);
    return { ...list, repository, takesRequests: shown.takesRequests };
  }

  async matrix(repository: string, cpv: string, wish: readonly string[]): Promise<EbinMatrix> {
    const shown = this.#find(repository);
    const found = (await this.#known(shown)).ebins.find(({ facts }) => facts.cpv === cpv);
    if (!found) throw fault('EBN095', { what: `'${repository}' has no ebin '${cpv}'` });
    return matrixOf(shown, found, this.#matrix(found, readFilter(found.facts, wish)));
  }

  #row(ebin: KnownEbin): EbinRow {
    const row = this.#rows.get(ebin) ?? rowOf(ebin);
    this.#rows.set(ebin, row);
    return row;
  }

  /** Those who look at a page ask the same question again and again. */
  #matrix(ebin: KnownEbin, filter: MatrixFilter): UseMatrix {
    const kept = this.#matrices.get(ebin) ?? new Map<string, UseMatrix>();
    this.#matrices.set(ebin, kept);
    const key = JSON.stringify(filter);
    const matrix = kept.get(key) ?? useMatrix(ebin.facts, filter);
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, matrix);
    return matrix;
  }

  #find(repository: string): ShownRepository {
    const found = this.#shown().find(({ name }) => name === repository);
    if (!found) throw fault('EBN084', { what: `there is no repository '${repository}' of ebins` });
    return found;
  }

  #known({ name, folder, memory }: ShownRepository): Promise<KnownEbins> {
    const nowMs = this.#clock.monotonicMs();
    const kept = this.#kept.get(name);
    if (kept && (kept.untilMs === undefined || nowMs < kept.untilMs)) return kept.known;
    const reader = kept?.reader ?? new MatrixReader(folder, memory);
    const known = this.#read(reader, kept?.known);
    const fresh: Kept = { reader, untilMs: undefined, known };
    this.#kept.set(name, fresh);
    const rest = (): void => {
      const endMs = this.#clock.monotonicMs();
      fresh.untilMs = endMs + Math.min(mostKeptMs, Math.max(keptMs, restsPerLook * (endMs - nowMs)));
    };
    known.then(rest, () => {});
    // what cannot be read is tried anew by the next one who asks
    known.catch(() => this.#kept.delete(name));
    return known;
  }

  async #read(reader: MatrixReader, before: Promise<KnownEbins> | undefined): Promise<KnownEbins> {
    const known = await before;
    const read = await reader.read();
    return known && isSame(known, read) ? known : read;
  }
}

/** The reader gives the same values for what did not change. */
const isSame = (one: KnownEbins, other: KnownEbins): boolean =>
  one.ebins.length === other.ebins.length &&
  one.ebins.every((ebin, index) => ebin === other.ebins[index]) &&
  JSON.stringify(one.refused) === JSON.stringify(other.refused);

type Problems = EbinMatrix['problems'];

/** Folders of the machine are nobody's business: a build is known by its place among the packages. */
const shownPath = (path: string): string =>
  path.startsWith('/') ? path.split('/').slice(-3).join('/') : path;

const problemsOf = (diagnostics: KnownEbin['diagnostics']): Problems =>
  diagnostics.map(({ code, severity, message, path }) => ({
    code,
    severity,
    message,
    ...(path === undefined ? {} : { path: shownPath(path) }),
  }));

const rowOf = ({ facts, diagnostics }: KnownEbin): EbinRow => ({
  cpv: facts.cpv,
  ...summarizeMatrix(facts),
  problems: diagnostics.length,
});

type OwnList = Omit<EbinList, 'repository' | 'takesRequests'>;

function listOf({ ebins, refused }: KnownEbins, row: (ebin: KnownEbin) => EbinRow): OwnList {
  const objects = new Map<string, number>();
  for (const { facts } of ebins)
    for (const { parts } of facts.rows)
      for (const { sha512, size } of Object.values(parts)) objects.set(sha512, size);
  return {
    ebins: ebins.map(row),
    refused: refused.map(({ cpv, diagnostics }) => ({ cpv, problems: problemsOf(diagnostics) })),
    keptBytes: [...objects.values()].reduce((sum, size) => sum + size, 0),
  };
}

function matrixOf(
  { name, takesRequests }: ShownRepository,
  { path, diagnostics }: KnownEbin,
  matrix: UseMatrix,
): EbinMatrix {
  const contents = matrix.contents.map((content) => ({
    ...content,
    builds: content.builds.map(({ path: build, ...rest }) => ({
      ...rest,
      ...(build === undefined ? {} : { path: shownPath(build) }),
    })),
  }));
  const view = {
    repository: name,
    ...matrix,
    path,
    contents,
    problems: problemsOf(diagnostics),
    takesRequests,
  };
  // as it goes over the wire: fields of the room that are not set are not there
  return JSON.parse(JSON.stringify(view)) as EbinMatrix;
}

/** The matrices of a folder that an atom names, or its list. Throws EBN084, EBN095. */
export async function lookAtEbins(
  folder: string,
  atom: string | undefined,
  wish: readonly string[],
): Promise<{ readonly list: EbinList; readonly matrices: readonly EbinMatrix[] }> {
  const shown = { name: folder.split('/').at(-1) ?? folder, folder, takesRequests: false };
  const known = await new MatrixReader(folder).read();
  const list = { repository: shown.name, ...listOf(known, rowOf), takesRequests: false };
  if (atom === undefined) return { list, matrices: [] };
  const meant = known.ebins.filter(({ facts }) => isWanted(facts.cpv, [atom]));
  if (meant.length === 0) throw fault('EBN095', { what: `the repository has no ebin '${atom}'` });
  return {
    list,
    matrices: meant.map((ebin) => matrixOf(shown, ebin, useMatrix(ebin.facts, readFilter(ebin.facts, wish)))),
  };
}
