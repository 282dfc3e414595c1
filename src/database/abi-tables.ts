/**
 * What packages provide and need in libraries, by the object of their file: a package that is published again, or rolled
 * back to, is known already. Sets of symbols are kept once each; a library that is rebuilt has the one it had before.
 */
export const abiTables = `
CREATE TABLE abi_sets (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, count INTEGER NOT NULL, hashes BLOB NOT NULL, names BLOB NOT NULL
) STRICT;
CREATE TABLE abi_packages (
  id INTEGER PRIMARY KEY, object TEXT NOT NULL UNIQUE, reader INTEGER NOT NULL, 
  name TEXT NOT NULL, base TEXT NOT NULL, version TEXT NOT NULL, payload TEXT, seen TEXT
) STRICT;
CREATE TABLE abi_provides (
  name TEXT NOT NULL, machine INTEGER NOT NULL, package INTEGER NOT NULL, versioned INTEGER NOT NULL, symbols INTEGER,
  PRIMARY KEY (name, machine, package)
) STRICT, WITHOUT ROWID;
CREATE INDEX abi_provides_of ON abi_provides (package);
CREATE TABLE abi_needs (
  name TEXT NOT NULL, machine INTEGER NOT NULL, package INTEGER NOT NULL, symbols INTEGER NOT NULL,
  PRIMARY KEY (name, machine, package)
) STRICT, WITHOUT ROWID;
CREATE INDEX abi_needs_of ON abi_needs (package);
CREATE TABLE abi_rebuilds (
  id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, arch TEXT NOT NULL, state TEXT NOT NULL,
  created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX open_abi_rebuilds ON abi_rebuilds (target, arch) WHERE state = 'waiting' OR state = 'building' OR state = 'released';
`;
