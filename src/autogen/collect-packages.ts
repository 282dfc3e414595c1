import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import { type ProducedEntry, sameFile } from '../formats/gentoo/index.ts';
import type { EndedUnit, Unit } from './run-context.ts';
import type { StagedBuild } from './staged-build.ts';

/** All that a run wants to write into one package folder. */
export interface PackageOutput {
  /** `category/name`. */
  readonly catpkg: string;
  readonly builds: Map<string, { readonly staged: StagedBuild; readonly unit: Unit }>;
  readonly entries: Map<string, ProducedEntry>;
}

export interface Collected {
  readonly packages: ReadonlyMap<string, PackageOutput>;
  /** Units that cannot be written, and why. */
  readonly refused: ReadonlyMap<Unit, Problem>;
  readonly problems: readonly Problem[];
}

/**
 * Puts together what units made, in the order of the queue: where two autogens want the same package, or one name of a
 * distfile means different bytes, the later unit is refused as a whole (specification 1.10, 3.4).
 */
export function collectPackages(ended: readonly EndedUnit[]): Collected {
  const owners = new Map<string, Unit>();
  const packages = new Map<string, PackageOutput>();
  const refused = new Map<Unit, Problem>();
  for (const { unit, failure, isSkipped } of [...ended].sort((a, b) => a.unit.order - b.unit.order)) {
    const isGood = failure === undefined && !isSkipped;
    try {
      claim(unit, owners);
      if (isGood) accept(unit, packages);
    } catch (error) {
      if (!isFault(error)) throw error;
      if (isGood) refused.set(unit, error.problem);
    }
  }
  return { packages, refused, problems: nameCollisions(packages) };
}

/** A package belongs to the first autogen that wants it, also when that one fails: so no run depends on luck. */
function claim(unit: Unit, owners: Map<string, Unit>): void {
  for (const catpkg of unit.claims) {
    const owner = owners.get(catpkg) ?? unit;
    owners.set(catpkg, owner);
    if (owner.autogenId === unit.autogenId) continue;
    throw fault('AGN012', {
      what: `'${catpkg}' is made by '${owner.file}' already`,
      place: unit.place,
    });
  }
}

/** Everything of a unit or nothing. */
function accept(unit: Unit, packages: Map<string, PackageOutput>): void {
  for (const staged of unit.staged) checkBuild(unit, staged, packages.get(staged.catpkg));
  checkOwnEntries(unit);
  for (const staged of unit.staged) {
    const { catpkg } = staged;
    const output = packages.get(catpkg) ?? { catpkg, builds: new Map(), entries: new Map() };
    packages.set(catpkg, output);
    output.builds.set(staged.fileName, { staged, unit });
    for (const entry of staged.entries) output.entries.set(entry.name, { entry, origin: unit.label });
  }
}

function checkBuild(unit: Unit, staged: StagedBuild, output: PackageOutput | undefined): void {
  const other = output?.builds.get(staged.fileName);
  if (other && other.staged.text !== staged.text) {
    throw fault('AGN012', {
      what: `'${staged.catpkg}/${staged.fileName}' is made by '${other.unit.label}' already, with another text`,
      place: unit.place,
    });
  }
  for (const entry of staged.entries) {
    const known = output?.entries.get(entry.name);
    if (!known || sameFile(known.entry, entry)) continue;
    throw differentFiles(unit, entry.name, known.origin);
  }
}

function checkOwnEntries(unit: Unit): void {
  const seen = new Map<string, StagedBuild>();
  for (const staged of unit.staged) {
    for (const entry of staged.entries) {
      const key = `${staged.catpkg}/${entry.name}`;
      const before = seen.get(key)?.entries.find(({ name }) => name === entry.name);
      if (before && !sameFile(before, entry)) throw differentFiles(unit, entry.name, unit.label);
      seen.set(key, staged);
    }
  }
}

function differentFiles(unit: Unit, name: string, origin: string) {
  return fault('PMS012', {
    what: `'${name}' of '${unit.label}' and of '${origin}' are different files`,
    place: unit.place,
  });
}

/** One flat folder holds the distfiles of all packages. */
function nameCollisions(packages: ReadonlyMap<string, PackageOutput>): readonly Problem[] {
  const seen = new Map<string, ProducedEntry>();
  const problems: Problem[] = [];
  for (const { entries } of packages.values()) {
    for (const [name, produced] of entries) {
      const before = seen.get(name);
      if (!before) seen.set(name, produced);
      else if (!sameFile(before.entry, produced.entry)) {
        const what = `'${name}' of '${produced.origin}' and of '${before.origin}' are different files`;
        problems.push(problem('AGN025', { what }));
      }
    }
  }
  return problems;
}
