import type { AbiLibrary, AbiRecords, AbiRequirement } from '../../database/index.ts';
import { decodeSymbolNames, encodeSymbolSet } from '../../formats/elf/index.ts';
import { plainSymbol } from '../../primitives/index.ts';

/** More libraries than any program loads. */
const mostLoaded = 2_000;

/**
 * Finds out for references without a version which library they are taken from, as the dynamic linker looks for them:
 * in what a package needs itself, in order of names, then in what that needs. What nobody has stays without a library: it is of
 * something outside of the farm, or of a program that loads the package.
 */
export class Attribution {
  readonly #abi: AbiRecords;
  /** Whether a recorded package stands published, so that its libraries count. */
  readonly #stands: (id: number) => boolean;
  readonly #plain = new Map<number, ReadonlySet<string>>();

  constructor(abi: AbiRecords, stands: (id: number) => boolean) {
    this.#abi = abi;
    this.#stands = stands;
  }

  /** Does so for one package; returns how many references are still without a library. */
  attribute(id: number): number {
    let left = 0;
    for (const { machine, symbols } of this.#abi.loose(id)) {
      if (symbols === undefined) continue;
      const wanted = new Set(decodeSymbolNames(this.#abi.names(symbols)));
      if (wanted.size > 0) left += this.#attributeSet(id, machine, wanted);
    }
    return left;
  }

  #attributeSet(id: number, machine: number, wanted: Set<string>): number {
    const before = wanted.size;
    const own = this.#abi.needs(id).filter((row) => row.machine === machine);
    const known = new Map(own.map((row) => [row.name, row.symbols]));
    const found: AbiRequirement[] = [];
    for (const library of this.#loaded(own)) {
      if (wanted.size === 0) break;
      const taken = this.#takeFrom(library, wanted);
      if (taken.length === 0) continue;
      const set = known.get(library.name);
      const others = set === undefined ? [] : decodeSymbolNames(this.#abi.names(set));
      found.push({ ...library, symbols: encodeSymbolSet([...others, ...taken]) });
    }
    if (wanted.size < before) {
      this.#abi.attribute(id, [...found, { name: '', machine, symbols: encodeSymbolSet(wanted) }]);
    }
    return wanted.size;
  }

  /** Libraries in the order in which they are loaded: breadth first. */
  *#loaded(own: readonly AbiLibrary[]): Generator<AbiLibrary> {
    const seen = new Set<string>();
    const line = own.map(({ name, machine }) => ({ name, machine }));
    for (const library of line) {
      if (seen.has(library.name) || seen.size >= mostLoaded) continue;
      seen.add(library.name);
      yield library;
      for (const { package: owner } of this.#providers(library)) {
        for (const { name, machine } of this.#abi.needs(owner)) {
          if (machine === library.machine && !seen.has(name)) line.push({ name, machine });
        }
      }
    }
  }

  #providers(library: AbiLibrary) {
    return this.#abi.providing(library).filter((row) => this.#stands(row.package));
  }

  /** Takes out of `wanted` what a library has. */
  #takeFrom(library: AbiLibrary, wanted: Set<string>): readonly string[] {
    const taken: string[] = [];
    for (const { symbols } of this.#providers(library)) {
      if (symbols === undefined) continue;
      const has = this.#plainNames(symbols);
      for (const name of wanted) {
        if (!has.has(name)) continue;
        taken.push(name);
        wanted.delete(name);
      }
    }
    return taken;
  }

  #plainNames(set: number): ReadonlySet<string> {
    const known = this.#plain.get(set);
    if (known) return known;
    const names = new Set(decodeSymbolNames(this.#abi.names(set)).map(plainSymbol));
    // the largest libraries have a hundred thousand symbols: a few sets at a time are enough
    if (this.#plain.size >= 256) this.#plain.clear();
    this.#plain.set(set, names);
    return names;
  }
}
