import type { AbiLibrary, AbiRecords } from '../../database/index.ts';
import { decodeSymbolHashes, decodeSymbolNames } from '../../formats/elf/index.ts';
import type { AbiWorld, LibrarySide, LibraryUse } from '../../planner/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { publishedIds } from './scan.ts';

/** A package that gets other files, or (without a new one) is taken out. */
export interface PackageChange {
  /** pkgname. */
  readonly name: string;
  /** Number of its new files in the record. */
  readonly after: number | undefined;
}

/** What the record knows of a target, as it would stand after some changes. */
export class RecordedWorld implements AbiWorld {
  readonly #abi: AbiRecords;
  /** Names of packages by number, as they are and as they would be. */
  readonly #published: ReadonlyMap<number, string>;
  readonly #unchanged: ReadonlyMap<number, string>;
  readonly #after: ReadonlyMap<number, string>;

  constructor(abi: AbiRecords, published: ReadonlyMap<number, string>, changes: readonly PackageChange[]) {
    this.#abi = abi;
    this.#published = published;
    const changing = new Set(changes.map(({ name }) => name));
    this.#unchanged = new Map([...published].filter(([, name]) => !changing.has(name)));
    const after = new Map(this.#unchanged);
    for (const { name, after: id } of changes) if (id !== undefined) after.set(id, name);
    this.#after = after;
  }

  static of(
    farm: Pick<Farm, 'database' | 'repositories'>,
    of: TargetRef,
    changes: readonly PackageChange[],
  ): RecordedWorld {
    return new RecordedWorld(farm.database.abi, publishedIds(farm, of), changes);
  }

  needing(library: AbiLibrary): readonly string[] {
    return this.#abi.needing(library).flatMap((row) => this.#after.get(row.package) ?? []);
  }

  taking(library: AbiLibrary): readonly LibraryUse[] {
    return this.#abi.taking(library).flatMap((row): LibraryUse[] => {
      const name = this.#after.get(row.package);
      return name === undefined ? [] : [{ package: name, symbols: decodeSymbolHashes(row.hashes) }];
    });
  }

  standsElsewhere(library: AbiLibrary): boolean {
    return this.#abi.providing(library).some((row) => this.#unchanged.has(row.package));
  }

  symbolsOf(set: number): readonly string[] {
    return decodeSymbolNames(this.#abi.names(set));
  }

  /** Libraries of packages, by their numbers in the record. */
  sidesOf(packages: readonly (readonly [id: number, name: string])[]): readonly LibrarySide[] {
    return packages.flatMap(([id, name]) =>
      this.#abi.provides(id).map(
        (row): LibrarySide => ({
          name: row.name,
          machine: row.machine,
          package: name,
          versioned: row.versioned,
          set: row.symbols,
        }),
      ),
    );
  }

  /** The number of a published package. */
  publishedId(name: string): number | undefined {
    for (const [id, one] of this.#published) if (one === name) return id;
    return undefined;
  }

  /** Numbers of packages as they would stand, by name. */
  idsAfter(): ReadonlyMap<string, number> {
    return new Map([...this.#after].map(([id, name]) => [name, id]));
  }

  /** Which of some packages need libraries of which others, by name: each pair once. */
  needsAmong(names: ReadonlySet<string>): readonly (readonly [by: string, on: string])[] {
    const ids = this.idsAfter();
    const pairs = new Map<string, readonly [string, string]>();
    for (const owner of names) {
      const id = ids.get(owner);
      if (id === undefined) continue;
      for (const library of this.#abi.provides(id)) {
        for (const row of this.#abi.needing(library)) {
          const user = this.#after.get(row.package);
          if (user === undefined || user === owner || !names.has(user)) continue;
          pairs.set(`${user} ${owner}`, [user, owner]);
        }
      }
    }
    return [...pairs.values()];
  }
}
