import type { MatrixFacts } from '../ebin-index/index.ts';
import { packageNameOf } from '../formats/gentoo/index.ts';
import { digestBytes, entryFacts, nextTurn } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { Diagnostic, PackageReport } from './contract.ts';
import { type DiskEbin, ebinsIn, manifestOf, packageFolders } from './disk-package.ts';
import { factsFromTexts } from './matrix-texts.ts';
import { GeneratorState, type KnownPackage, ownFolder } from './state.ts';
import { requireRepository } from './verify.ts';

/** An ebin of a repository, and what was said when it was made. */
export interface KnownEbin {
  readonly facts: MatrixFacts;
  /** File of the ebuild, below the repository. */
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A version that the last run refused; what was published of it before, if anything, is still there. */
export interface RefusedVersion {
  readonly cpv: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is known of a repository. */
export interface KnownEbins {
  /** Sorted by name and version as bytes. */
  readonly ebins: readonly KnownEbin[];
  readonly refused: readonly RefusedVersion[];
}

/** Facts with what the generator remembers: builds, classes that are packages of their own, what was left out. */
function withReport(facts: MatrixFacts, report: PackageReport): MatrixFacts {
  const { flags, table, builds, demands } = report;
  if (!flags || !table) return facts;
  const known = new Map((builds ?? []).map((build) => [build.path, build]));
  const keyOf = (use: readonly string[]): string =>
    facts.flags.filter((flag) => use.includes(flag)).join(' ');
  const keys = new Set(table.map(({ use }) => keyOf(use)));
  // builds for several architectures say one combination more than once: only the texts tell which is which
  if (keys.size !== table.length || table.length !== facts.rows.length) return facts;
  return {
    ...facts,
    dropped: flags.dropped,
    demands,
    rows: table.map(({ use, parts, build: path }) => {
      const build = known.get(path);
      return {
        use: use.filter((flag) => facts.flags.includes(flag)),
        parts,
        ...(build ? { build: { path, buildId: build.buildId, builtMs: build.buildTime * 1000 } } : {}),
      };
    }),
  };
}

/** A piece of what those who made the ebins remember. */
export interface MemoryPart {
  /** By version that was built; `files` with the SHA-256 that they had when they were made. */
  readonly packages: ReadonlyMap<string, Pick<KnownPackage, 'files' | 'report'>>;
  /** Why versions were refused. */
  readonly refused: ReadonlyMap<string, readonly Diagnostic[]>;
}

/** Something to be read; `version` is another one whenever it has something else to say. */
export interface MemorySource {
  readonly version: string;
  readonly read: () => MemoryPart | Promise<MemoryPart>;
}

/** The pieces by name. */
export type MatrixMemory = () => ReadonlyMap<string, MemorySource>;

/** What the generator keeps in a repository itself. Reading it throws SYS004. */
export const memoryOf = (repository: string): MemorySource => ({
  version: versionOf(`${repository}/${ownFolder}/state.json`),
  read: () => new GeneratorState(repository),
});

/** Packages that are read in one turn of the event loop. */
const turnEvery = 25;

/**
 * Reads what a repository of ebins has, for those who want to see it. The ebuilds are the truth; what the generator remembers
 * counts as long as the ebuild is the one that it remembers. Folders and files that did not change are not read again.
 */
export class MatrixReader {
  readonly #repository: string;
  readonly #memory: MatrixMemory;
  readonly #parts = new Map<string, { readonly version: string; readonly part: MemoryPart }>();
  readonly #packages = new Map<string, KeptPackage>();

  constructor(repository: string, memory: MatrixMemory = () => new Map([['own', memoryOf(repository)]])) {
    this.#repository = repository;
    this.#memory = memory;
  }

  /** Throws EBN084 when the folder is no repository, SYS004. */
  async read(): Promise<KnownEbins> {
    requireRepository(this.#repository);
    const parts = await this.#readMemory();
    const packages: Remembered = new Map(parts.flatMap((part) => [...part.packages]));
    const directories = packageFolders(this.#repository);
    const ebins: KnownEbin[] = [];
    for (const [index, directory] of directories.entries()) {
      ebins.push(...this.#package(directory, packages));
      // a server has others to answer meanwhile
      if (index % turnEvery === turnEvery - 1) await nextTurn();
    }
    forget(this.#packages, directories);
    return {
      ebins: ebins.sort((one, other) => compareBytes(one.facts.cpv, other.facts.cpv)),
      refused: parts
        .flatMap(({ refused }) => [...refused])
        .map(([cpv, diagnostics]) => ({ cpv, diagnostics }))
        .sort((one, other) => compareBytes(one.cpv, other.cpv)),
    };
  }

  async #readMemory(): Promise<MemoryPart[]> {
    const memory = this.#memory();
    for (const [name, { version, read }] of memory)
      if (this.#parts.get(name)?.version !== version) this.#parts.set(name, { version, part: await read() });
    forget(this.#parts, memory.keys());
    return [...this.#parts.values()].map(({ part }) => part);
  }

  #package(directory: string, packages: Remembered): readonly KnownEbin[] {
    const folder = `${this.#repository}/${directory}`;
    // ebuilds are replaced, never written in place: the folder changes with each of them
    const version = `${versionOf(folder)} ${versionOf(`${folder}/Manifest`)}`;
    const kept = this.#packages.get(directory);
    const isSame = kept?.version === version && kept.made.every(([cpv, one]) => packages.get(cpv) === one);
    if (isSame) return kept.ebins;
    const manifest = new Map(
      manifestOf(this.#repository, directory).map((entry) => [entry.name, entry] as const),
    );
    const found = ebinsIn(this.#repository, directory);
    const ebins = found.flatMap((ebin) => {
      const remembered = rememberedOf(ebin, packages);
      // its classes are in the matrix of the package that it belongs to
      if (remembered && packageNameOf(ebin.cpv) !== packageNameOf(ebin.origin)) return [];
      const facts = factsFromTexts(ebin, manifest);
      if (!facts) return [];
      const diagnostics = remembered?.report.diagnostics ?? [];
      return [
        { facts: remembered ? withReport(facts, remembered.report) : facts, path: ebin.path, diagnostics },
      ];
    });
    const made = found.map(({ origin }) => [origin, packages.get(origin)] as const);
    this.#packages.set(directory, { version, made, ebins });
    return ebins;
  }
}

type Remembered = MemoryPart['packages'];

interface KeptPackage {
  readonly version: string;
  /** What was remembered of the versions when they were read. */
  readonly made: readonly (readonly [string, ReturnType<Remembered['get']>])[];
  readonly ebins: readonly KnownEbin[];
}

/** Takes out what is not there any more. */
function forget(kept: Map<string, unknown>, names: Iterable<string>): void {
  const isThere = new Set(names);
  for (const name of [...kept.keys()]) if (!isThere.has(name)) kept.delete(name);
}

function rememberedOf({ origin, path, text }: DiskEbin, packages: Remembered) {
  const known = packages.get(origin);
  const file = known?.files.find((one) => one.path === path);
  return file?.sha256 === digestBytes(text) ? known : undefined;
}

const versionOf = (path: string): string => {
  const facts = entryFacts(path);
  return facts ? `${facts.inode} ${facts.sizeBytes} ${facts.modifiedMs}` : '';
};
