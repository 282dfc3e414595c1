import { asObject } from './package-trouble.ts';

/** What the AUR knows of a package base. */
export interface AurPackage {
  /** Seconds since the epoch. */
  readonly modified: number;
  /** Undefined for an orphan. */
  readonly maintainer?: string | undefined;
  readonly coMaintainers: readonly string[];
  /** Account that pushed last, where the AUR tells it. */
  readonly lastPackager?: string | undefined;
}

/** What the AUR's list of all packages says of some of them; null: it does not have that one. */
export type AurExtract = ReadonlyMap<string, AurPackage | null>;

/** The extract as a file, to be kept as long as the list is the same. */
export function writeAurExtract(extract: AurExtract): Uint8Array {
  return Buffer.from(JSON.stringify({ version: 1, packages: [...extract] }));
}

/** Reads a kept extract; one in another form counts as empty. */
export function readAurExtract(bytes: Uint8Array | undefined): AurExtract {
  if (bytes === undefined) return new Map();
  try {
    const kept = asObject(JSON.parse(Buffer.from(bytes).toString('utf8')));
    // nobody but us writes there, and a torn file is no answer of the cache
    return kept?.['version'] === 1 ? new Map(kept['packages'] as [string, AurPackage | null][]) : new Map();
  } catch {
    return new Map();
  }
}
