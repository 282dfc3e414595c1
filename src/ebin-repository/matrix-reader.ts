import type { MatrixFacts } from '../ebin-index/index.ts';
import { parsePackageId } from '../formats/gentoo/index.ts';
import { digestBytes, entryFacts } from '../host/index.ts';
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

const nameOf = (cpv: string): string => {
  const id = parsePackageId(cpv);
  return id ? `${id.category}/${id.name}` : cpv;
};

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
        ...(build
          ? { build: { path, buildId: build.buildId, builtMs: build.buildTime * 1000 } }
          : {}),
      };
    }),
  };
}

/**
 * Reads what a repository of ebins has, for those who want to see it. The ebuilds are the truth; what the generator remembers
 * counts as long as the ebuild is the one that it remembers. Folders and files that did not change are not read again.
 */
export class MatrixReader {
  readonly #repository: string;
  readonly #memory: string;
  readonly #packages = new Map<string, { readonly version: string; readonly ebins: readonly KnownEbin[] }>();
  #state: { readonly version: string; readonly state: GeneratorState } | undefined;

  /** `memory`: the repository folder in which the generator works, where it is another one than what is published. */
  constructor(repository: string, memory = repository) {
    this.#repository = repository;
    this.#memory = memory;
  }

  /** Throws EBN084 when the folder is no repository, SYS004. */
  read(): KnownEbins {
    requireRepository(this.#repository);
    const stateVersion = versionOf(`${this.#memory}/${ownFolder}/state.json`);
    if (this.#state?.version !== stateVersion) {
      this.#state = { version: stateVersion, state: new GeneratorState(this.#memory) };
      this.#packages.clear();
    }
    const { state } = this.#state;
    const directories = packageFolders(this.#repository);
    const ebins = directories.flatMap((directory) => this.#package(directory, state));
    for (const known of [...this.#packages.keys()])
      if (!directories.includes(known)) this.#packages.delete(known);
    const refused = [...state.refused].map(([cpv, diagnostics]) => ({ cpv, diagnostics }));
    return {
      ebins: ebins.toSorted((one, other) => compareBytes(one.facts.cpv, other.facts.cpv)),
      refused: refused.sort((one, other) => compareBytes(one.cpv, other.cpv)),
    };
  }

  #package(directory: string, state: GeneratorState): readonly KnownEbin[] {
    // whatever changes an ebuild changes the Manifest or the folder
    const version = `${versionOf(`${this.#repository}/${directory}`)} ${versionOf(`${this.#repository}/${directory}/Manifest`)}`;
    const kept = this.#packages.get(directory);
    if (kept?.version === version) return kept.ebins;
    const manifest = new Map(
      manifestOf(this.#repository, directory).map((entry) => [entry.name, entry] as const),
    );
    const ebins = ebinsIn(this.#repository, directory).flatMap((ebin) => {
      const remembered = rememberedOf(ebin, state);
      // its classes are in the matrix of the package that it belongs to
      if (remembered && nameOf(ebin.cpv) !== nameOf(ebin.origin)) return [];
      const facts = factsFromTexts(ebin, manifest);
      if (!facts) return [];
      return [
        {
          facts: remembered ? withReport(facts, remembered.report) : facts,
          path: ebin.path,
          diagnostics: remembered?.report.diagnostics ?? [],
        },
      ];
    });
    this.#packages.set(directory, { version, ebins });
    return ebins;
  }
}

function rememberedOf({ origin, path, text }: DiskEbin, state: GeneratorState): KnownPackage | undefined {
  const known = state.packages.get(origin);
  const file = known?.files.find((one) => one.path === path);
  return file?.sha256 === digestBytes(text) ? known : undefined;
}

const versionOf = (path: string): string => {
  const facts = entryFacts(path);
  return facts ? `${facts.inode} ${facts.sizeBytes} ${facts.modifiedMs}` : '';
};
