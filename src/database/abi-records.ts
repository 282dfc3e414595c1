import type { Digest } from '../primitives/index.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** A set of symbols as its reader encoded it. */
export interface SymbolSet {
  readonly digest: string;
  readonly count: number;
  readonly hashes: Uint8Array;
  readonly names: Uint8Array;
}

/** A library by soname and kind of machine; see `PackageAbi` of the pacman formats. */
export interface AbiLibrary {
  readonly name: string;
  readonly machine: number;
}

export interface AbiProvision extends AbiLibrary {
  readonly versioned: boolean;
  /** Undefined: the library's table could not be read. */
  readonly symbols: SymbolSet | undefined;
}

export interface AbiRequirement extends AbiLibrary {
  readonly symbols: SymbolSet;
}

export interface AbiToRecord {
  readonly object: Digest;
  /** Which reader found it; what an older one found is read again. */
  readonly reader: number;
  /** pkgname, pkgbase and `[epoch:]pkgver-pkgrel`. */
  readonly name: string;
  readonly base: string;
  readonly version: string;
  readonly payload: string | undefined;
  readonly seen: string | undefined;
  readonly provides: readonly AbiProvision[];
  /** References that no library is known for stand under the name ''. */
  readonly needs: readonly AbiRequirement[];
}

/** A recorded package. */
export interface AbiPackage {
  readonly id: number;
  readonly object: Digest;
  readonly reader: number;
  readonly name: string;
  readonly base: string;
  readonly version: string;
  readonly payload: string | undefined;
  readonly seen: string | undefined;
}

export interface AbiRow extends AbiLibrary {
  readonly package: number;
  /** Id of the set. */
  readonly symbols: number | undefined;
}

export interface AbiProvisionRow extends AbiRow {
  readonly versioned: boolean;
}

interface ProvisionRow {
  readonly name: string;
  readonly machine: number;
  readonly package: number;
  readonly versioned: number;
  readonly symbols: number | null;
}

interface PackageRow {
  readonly id: number;
  readonly object: Digest;
  readonly reader: number;
  readonly name: string;
  readonly base: string;
  readonly version: string;
  readonly payload: string | null;
  readonly seen: string | null;
}

const packageOf = ({ payload, seen, ...row }: PackageRow): AbiPackage => ({
  ...row,
  payload: payload ?? undefined,
  seen: seen ?? undefined,
});

const provisionOf = ({ symbols, versioned, ...row }: ProvisionRow): AbiProvisionRow => ({
  ...row,
  versioned: versioned === 1,
  symbols: symbols ?? undefined,
});

/** What packages provide and need in libraries. */
export class AbiRecords {
  readonly #connection: SqlConnection;
  readonly #set: SqlStatement<{ id: number }>;
  readonly #addSet: SqlStatement<never>;
  readonly #hashes: SqlStatement<{ hashes: Uint8Array }>;
  readonly #names: SqlStatement<{ names: Uint8Array }>;
  readonly #addPackage: SqlStatement<never>;
  readonly #remove: readonly SqlStatement<never>[];
  readonly #package: SqlStatement<PackageRow>;
  readonly #facts: SqlStatement<Pick<PackageRow, 'name' | 'base' | 'version' | 'seen'>>;
  readonly #known: SqlStatement<{ object: Digest; id: number }>;
  readonly #provide: SqlStatement<never>;
  readonly #need: SqlStatement<never>;
  readonly #provides: SqlStatement<ProvisionRow>;
  readonly #providing: SqlStatement<ProvisionRow>;
  readonly #needs: SqlStatement<AbiRow>;
  readonly #needing: SqlStatement<AbiRow>;
  readonly #taking: SqlStatement<{ readonly package: number; readonly hashes: Uint8Array }>;
  readonly #loose: SqlStatement<AbiRow>;
  readonly #count: SqlStatement<{ packages: number; libraries: number; sets: number; bytes: number }>;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
    const prepare = <Row>(sql: string): SqlStatement<Row> => connection.prepareApart<Row>(sql);
    this.#set = prepare('SELECT id FROM abi_sets WHERE digest = ?');
    this.#addSet = prepare('INSERT INTO abi_sets (digest, count, hashes, names) VALUES (?, ?, ?, ?)');
    this.#hashes = prepare('SELECT hashes FROM abi_sets WHERE id = ?');
    this.#names = prepare('SELECT names FROM abi_sets WHERE id = ?');
    this.#addPackage = prepare(
      'INSERT INTO abi_packages (object, reader, name, base, version, payload, seen) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#remove = ['abi_provides WHERE package', 'abi_needs WHERE package', 'abi_packages WHERE id'].map(
      (of) => prepare(`DELETE FROM ${of} = ?`),
    );
    this.#package = prepare(
      'SELECT id, object, reader, name, base, version, payload, seen FROM abi_packages WHERE object = ?',
    );
    this.#facts = prepare('SELECT name, base, version, seen FROM abi_packages WHERE id = ?');
    this.#known = prepare('SELECT object, id FROM abi_packages WHERE reader >= ?');
    this.#provide = prepare(
      'INSERT INTO abi_provides (name, machine, package, versioned, symbols) VALUES (?, ?, ?, ?, ?)',
    );
    this.#need = prepare(
      `INSERT INTO abi_needs (name, machine, package, symbols) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET symbols = excluded.symbols`,
    );
    const provision = 'name, machine, package, versioned, symbols';
    this.#provides = prepare(`SELECT ${provision} FROM abi_provides WHERE package = ?`);
    this.#providing = prepare(`SELECT ${provision} FROM abi_provides WHERE name = ? AND machine = ?`);
    this.#needs = prepare(
      "SELECT name, machine, package, symbols FROM abi_needs WHERE package = ? AND name <> ''",
    );
    this.#needing = prepare(
      'SELECT name, machine, package, symbols FROM abi_needs WHERE name = ? AND machine = ?',
    );
    this.#taking = prepare(
      `SELECT n.package, s.hashes FROM abi_needs n CROSS JOIN abi_sets s ON s.id = n.symbols
       WHERE n.name = ? AND n.machine = ?`,
    );
    this.#loose = prepare(
      "SELECT name, machine, package, symbols FROM abi_needs WHERE package = ? AND name = ''",
    );
    this.#count = prepare(
      `SELECT (SELECT count(*) FROM abi_packages) AS packages, (SELECT count(*) FROM abi_provides) AS libraries,
         count(*) AS sets, coalesce(sum(length(hashes) + length(names)), 0) AS bytes FROM abi_sets`,
    );
  }

  /** Records packages in one transaction; what was known of the same objects is replaced. */
  record(packages: readonly AbiToRecord[]): void {
    this.#connection.transaction(() => {
      for (const one of packages) this.#record(one);
    });
  }

  #record(one: AbiToRecord): void {
    const known = this.#package.get(one.object);
    if (known) for (const statement of this.#remove) statement.run(known.id);
    const { object, reader, name: pkgname, base, version, payload = null, seen = null } = one;
    const { lastId: id } = this.#addPackage.run(object, reader, pkgname, base, version, payload, seen);
    for (const { name, machine, versioned, symbols } of one.provides) {
      this.#provide.run(name, machine, id, versioned ? 1 : 0, symbols ? this.#setId(symbols) : null);
    }
    for (const { name, machine, symbols } of one.needs)
      this.#need.run(name, machine, id, this.#setId(symbols));
  }

  #setId({ digest, count, hashes, names }: SymbolSet): number {
    return this.#set.get(digest)?.id ?? this.#addSet.run(digest, count, hashes, names).lastId;
  }

  /** Says of some needs of a package what is taken from each; what no library is known for any more goes with an empty set. */
  attribute(id: number, needs: readonly AbiRequirement[]): void {
    this.#connection.transaction(() => {
      for (const { name, machine, symbols } of needs) this.#need.run(name, machine, id, this.#setId(symbols));
    });
  }

  package(object: Digest): AbiPackage | undefined {
    const row = this.#package.get(object);
    return row && packageOf(row);
  }

  /** What a recorded package is called. */
  facts(id: number): Pick<AbiPackage, 'name' | 'base' | 'version' | 'seen'> | undefined {
    const row = this.#facts.get(id);
    return row && { ...row, seen: row.seen ?? undefined };
  }

  /** Ids of all packages that this reader or a later one has read, by object. */
  known(reader: number): ReadonlyMap<Digest, number> {
    return new Map(this.#known.all(reader).map(({ object, id }) => [object, id]));
  }

  provides(id: number): readonly AbiProvisionRow[] {
    return this.#provides.all(id).map(provisionOf);
  }

  /** Every recorded package that has a library, whether it is published or not. */
  providing({ name, machine }: AbiLibrary): readonly AbiProvisionRow[] {
    return this.#providing.all(name, machine).map(provisionOf);
  }

  /** What a package needs, without what no library is known for. */
  needs(id: number): readonly AbiRow[] {
    return this.#needs.all(id);
  }

  needing({ name, machine }: AbiLibrary): readonly AbiRow[] {
    return this.#needing.all(name, machine);
  }

  /** As `needing`, with the hashes of what each takes. */
  taking({
    name,
    machine,
  }: AbiLibrary): readonly { readonly package: number; readonly hashes: Uint8Array }[] {
    return this.#taking.all(name, machine);
  }

  loose(id: number): readonly AbiRow[] {
    return this.#loose.all(id);
  }

  hashes(set: number): Uint8Array {
    return this.#hashes.get(set)?.hashes ?? new Uint8Array(0);
  }

  names(set: number): Uint8Array {
    return this.#names.get(set)?.names ?? new Uint8Array(0);
  }

  /** How much is recorded. */
  counts(): {
    readonly packages: number;
    readonly libraries: number;
    readonly sets: number;
    readonly bytes: number;
  } {
    return this.#count.get() ?? { packages: 0, libraries: 0, sets: 0, bytes: 0 };
  }

  /** Forgets packages whose objects are gone, and sets that nobody has any more. */
  forget(isKept: (object: Digest) => boolean): number {
    return this.#connection.transaction(() => {
      const gone = this.#known.all(0).filter(({ object }) => !isKept(object));
      for (const { id } of gone) for (const statement of this.#remove) statement.run(id);
      if (gone.length > 0) {
        this.#connection.exec(
          `DELETE FROM abi_sets WHERE id NOT IN (SELECT symbols FROM abi_provides WHERE symbols IS NOT NULL)
             AND id NOT IN (SELECT symbols FROM abi_needs)`,
        );
      }
      return gone.length;
    });
  }
}
