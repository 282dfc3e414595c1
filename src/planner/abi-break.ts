import { digraph, topologicalOrder } from '../graph/index.ts';
import { compareText, hasSymbol, plainSymbol, type SymbolHashes, symbolHash } from '../primitives/index.ts';

/** A library by soname and kind of machine; interpreters have the machine 0. */
export interface Library {
  readonly name: string;
  readonly machine: number;
}

/** A library as a package has it. */
export interface LibrarySide extends Library {
  /** Packages that have it are told apart by name. */
  readonly package: string;
  /** Whether it defines versions: then a reference to one that it lacks is an error. */
  readonly versioned: boolean;
  /** Names the set of its symbols: equal sets have equal numbers. Undefined when they are not known. */
  readonly set: number | undefined;
}

/** Somebody who needs a library. */
export interface LibraryUse {
  readonly package: string;
  /** What is known to be taken from it. */
  readonly symbols: SymbolHashes;
}

/** What stands published after a change, as far as it can be asked cheaply. */
export interface AbiWorld {
  /** Packages that need a library: those that change by their new files. */
  needing(library: Library): readonly string[];
  /** The same with what each takes. */
  taking(library: Library): readonly LibraryUse[];
  /** Whether a package that does not change has it. */
  standsElsewhere(library: Library): boolean;
  /** Names of a set. */
  symbolsOf(set: number): readonly string[];
}

/** What became of one library. */
export interface LibraryChange extends Library {
  /** The package that had it. */
  readonly package: string;
  readonly fate: 'kept' | 'gone' | 'lost-symbols' | 'unknown';
  /** Symbols that can be bound to no more, sorted; empty unless that is its fate. */
  readonly lost: readonly string[];
}

/** Why a package has to be built anew. */
export interface BreakCause extends Library {
  /** The package that had the library. */
  readonly by: string;
  /** What it takes of what was lost, sorted; empty when the whole library is gone. */
  readonly symbols: readonly string[];
}

/** A package that cannot work any more. */
export interface BrokenPackage {
  readonly package: string;
  readonly causes: readonly BreakCause[];
}

export interface AbiBreak {
  readonly libraries: readonly LibraryChange[];
  /** By name. */
  readonly broken: readonly BrokenPackage[];
}

const keyOf = ({ name, machine }: Library): string => `${machine} ${name}`;

/** What an old library had and a new one has not, as references see it. */
function lostSymbols(
  before: readonly string[],
  after: readonly string[],
  versioned: boolean,
): readonly string[] {
  const now = new Set(after);
  const plain = new Set(after.map(plainSymbol));
  const lost = new Set<string>();
  for (const symbol of before) {
    const name = plainSymbol(symbol);
    // the dynamic linker lets any version do where the library defines none
    if (symbol !== name && !now.has(symbol) && (versioned || !plain.has(name))) lost.add(symbol);
    // a reference without a version takes whatever has the name
    if (!plain.has(name)) lost.add(name);
  }
  return [...lost].sort();
}

function changeOf(before: LibrarySide, after: LibrarySide | undefined, world: AbiWorld): LibraryChange {
  const { name, machine, package: owner } = before;
  const told = (fate: LibraryChange['fate'], lost: readonly string[] = []): LibraryChange => ({
    name,
    machine,
    package: owner,
    fate,
    lost,
  });
  if (!after) return told(world.standsElsewhere(before) ? 'kept' : 'gone');
  if (before.set === undefined || after.set === undefined) return told('unknown');
  if (before.set === after.set && before.versioned === after.versioned) return told('kept');
  const lost = lostSymbols(world.symbolsOf(before.set), world.symbolsOf(after.set), after.versioned);
  return lost.length === 0 ? told('kept') : told('lost-symbols', lost);
}

/**
 * What a change of packages does to those that need their libraries. `before`: libraries of the published files of the
 * packages that change; `after`: those of their new files, over all of them together, since a library may move.
 * A reference binds to a symbol by name and version; what the linker would resolve, here counts as resolved.
 */
export function findBroken(
  before: readonly LibrarySide[],
  after: readonly LibrarySide[],
  world: AbiWorld,
): AbiBreak {
  const now = new Map(after.map((side) => [keyOf(side), side]));
  const libraries = [...new Map(before.map((side) => [keyOf(side), side])).values()].map((side) =>
    changeOf(side, now.get(keyOf(side)), world),
  );
  const broken = new Map<string, BreakCause[]>();
  for (const change of libraries) {
    const { name, machine, package: by } = change;
    for (const [user, symbols] of brokenBy(change, world)) {
      const causes = broken.get(user) ?? [];
      broken.set(user, [...causes, { name, machine, by, symbols }]);
    }
  }
  return {
    libraries,
    broken: [...broken]
      .map(([name, causes]): BrokenPackage => ({ package: name, causes }))
      .sort((a, b) => compareText(a.package, b.package)),
  };
}

/** Who cannot use a library any more, and for want of which symbols. */
function brokenBy(change: LibraryChange, world: AbiWorld): readonly (readonly [string, readonly string[]])[] {
  if (change.fate === 'gone') return world.needing(change).map((user) => [user, []]);
  if (change.fate !== 'lost-symbols') return [];
  const lost = change.lost.map((symbol) => [symbolHash(symbol), symbol] as const);
  return world.taking(change).flatMap((use): [string, readonly string[]][] => {
    const symbols = takenOf(lost, use);
    return symbols.length === 0 ? [] : [[use.package, symbols]];
  });
}

function takenOf(lost: readonly (readonly [number, string])[], use: LibraryUse): readonly string[] {
  const set = use.symbols;
  if (lost.length > set.length * 4) {
    // many were lost: each of its own is looked for among them
    const names = new Map(lost);
    return [...set].flatMap((hash) => names.get(hash) ?? []).sort();
  }
  return lost.filter(([hash]) => hasSymbol(set, hash)).map(([, symbol]) => symbol);
}

/** What is built as one, and what of the others it has to come after. */
export interface RebuildUnit {
  readonly base: string;
  readonly after: readonly string[];
}

/**
 * Units in an order in which each comes after those whose libraries it needs. Of a circle the first by name comes first;
 * arrows against the order are left out.
 */
export function orderUnits(
  bases: readonly string[],
  needs: readonly (readonly [base: string, needed: string])[],
): readonly RebuildUnit[] {
  const sorted = [...new Set(bases)].sort(compareText);
  const number = new Map(sorted.map((base, index) => [base, index]));
  const edges = new Map<string, readonly [number, number]>();
  for (const [base, needed] of needs) {
    const [by, on] = [number.get(base), number.get(needed)];
    if (by !== undefined && on !== undefined && by !== on) edges.set(`${on} ${by}`, [on, by]);
  }
  const graph = digraph(sorted, [...edges.values()]);
  const { order, stuck } = topologicalOrder(graph);
  const all = [...order, ...stuck];
  const place = new Map(all.map((node, at) => [node, at]));
  const before = new Map<number, string[]>();
  for (const [on, by] of edges.values()) {
    if ((place.get(on) ?? 0) >= (place.get(by) ?? 0)) continue;
    before.set(by, [...(before.get(by) ?? []), sorted[on] as string]);
  }
  return all.map((node) => ({
    base: sorted[node] as string,
    after: (before.get(node) ?? []).sort(compareText),
  }));
}
