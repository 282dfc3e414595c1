import { type Problem, problem } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';

/** `DIST` is a distfile; the others are files of the package's folder and stand only in Manifests that are not thin. */
export type ManifestType = 'AUX' | 'DIST' | 'EBUILD' | 'MISC';

/** One line of a Manifest (GLEP 44, "Manifest2"). */
export interface ManifestEntry {
  readonly type: ManifestType;
  /** Name of the distfile; of `AUX` the path below `files/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Digests by name, `BLAKE2B` or `SHA512`: hexadecimal, lower case. */
  readonly hashes: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly entries: readonly ManifestEntry[];
}

/** Hexadecimal digits of the digests that Manifests can hold. */
export const manifestHashes: Readonly<Record<string, number>> = {
  BLAKE2B: 128,
  BLAKE2S: 64,
  MD5: 32,
  RMD160: 40,
  SHA1: 40,
  SHA256: 64,
  SHA512: 128,
  SHA3_256: 64,
  SHA3_512: 128,
  STREEBOG256: 64,
  STREEBOG512: 128,
  WHIRLPOOL: 128,
};

/** The digests that Manifests are written with: what `manifest-hashes` of layout.conf says nowadays. */
export const usualManifestHashes = ['BLAKE2B', 'SHA512'] as const;

const linePattern = /^(AUX|DIST|EBUILD|MISC) (\S+) (\d{1,15})((?: \S+ \S+)+)$/;

/** Lines between and around the text of a Manifest that somebody signed (RFC 4880, section 7). */
const armor = /^(-----(BEGIN|END) PGP|Hash: |[A-Za-z0-9+/=]{1,76}$|$)/;

function readLine(line: string): ManifestEntry | undefined {
  const match = linePattern.exec(line);
  if (!match) return undefined;
  const [, type, name = '', size, rest = ''] = match;
  const pairs = [...rest.matchAll(/ (\S+) (\S+)/g)];
  const hashes = Object.fromEntries(pairs.map(([, digest = '', value = '']) => [digest, value]));
  return { type: type as ManifestType, name, size: Number(size), hashes };
}

/** Whether both say the same of a file: its size, and the same value for every digest that both have, at least one. */
export function sameFile(a: ManifestEntry, b: ManifestEntry): boolean {
  const shared = Object.keys(a.hashes).filter((name) => Object.hasOwn(b.hashes, name));
  return a.size === b.size && shared.length > 0 && shared.every((name) => a.hashes[name] === b.hashes[name]);
}

/**
 * Reads a Manifest (specification 9.4). A line that is none is PMS010, a second and different one for the same file PMS011;
 * the others are read nevertheless, in the order of the file. Never throws.
 */
export function parseManifest(text: string, file: string): { manifest: Manifest; problems: Problem[] } {
  const entries = new Map<string, ManifestEntry>();
  const problems: Problem[] = [];
  const signed = text.startsWith('-----BEGIN PGP SIGNED MESSAGE-----');
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/[ \t\r]+$/, '');
    if (line === '' || (signed && armor.test(line))) continue;
    const place = { file, line: index + 1 };
    const entry = readLine(line);
    if (!entry) {
      const start = line.length > 60 ? `${line.slice(0, 57)}...` : line;
      problems.push(problem('PMS010', { what: `'${start}' is no entry of a Manifest`, place }));
      continue;
    }
    const key = `${entry.type} ${entry.name}`;
    const before = entries.get(key);
    if (before && printEntry(before) !== printEntry(entry))
      problems.push(problem('PMS011', { what: `'${entry.name}' stands twice in the Manifest`, place }));
    if (!before) entries.set(key, entry);
  }
  return { manifest: { entries: [...entries.values()] }, problems };
}

/** One line without its end; digests in the order of their names, as Portage writes them. */
export function printEntry({ type, name, size, hashes }: ManifestEntry): string {
  const digests = Object.keys(hashes).sort(compareBytes);
  return [type, name, String(size), ...digests.flatMap((digest) => [digest, hashes[digest] ?? ''])].join(' ');
}

/** The text of a Manifest in Portage's order (type, name, digests by name), each line once; no entries are no text. */
export function printManifest(manifest: Manifest): string {
  const sorted = [...manifest.entries].sort(
    (a, b) => compareBytes(a.type, b.type) || compareBytes(a.name, b.name),
  );
  return [...new Set(sorted.map(printEntry))].map((line) => `${line}\n`).join('');
}

/** The Manifest as it is in a repository with `thin-manifests = true`: distfiles only (specification 7.4, 9.4). */
export function thinManifest(manifest: Manifest): Manifest {
  return { entries: manifest.entries.filter(({ type }) => type === 'DIST') };
}

/** A distfile that a run made, and what made it, for messages. */
export interface ProducedEntry {
  readonly entry: ManifestEntry;
  readonly origin: string;
}

export interface ManifestMerge {
  readonly existing: Manifest;
  readonly produced: readonly ProducedEntry[];
  /** Whether an ebuild that stays in the folder names the distfile. */
  readonly isReferenced: (name: string) => boolean;
  /** The Manifest's path, for messages. */
  readonly file: string;
}

/**
 * A Manifest after a run (specification 3.4): what the run produced, and of what was there the distfiles that a remaining
 * ebuild names, and everything that is no distfile. Two different files of one name are PMS012 and leave the first one.
 */
export function mergeManifest(merge: ManifestMerge): { manifest: Manifest; problems: Problem[] } {
  const problems: Problem[] = [];
  const produced = new Map<string, ProducedEntry>();
  for (const one of merge.produced) {
    const key = `${one.entry.type} ${one.entry.name}`;
    const before = produced.get(key);
    if (!before) produced.set(key, one);
    else if (!sameFile(before.entry, one.entry))
      problems.push(
        problem('PMS012', {
          what: `'${one.entry.name}' of '${one.origin}' and of '${before.origin}' are different files`,
          place: { file: merge.file },
        }),
      );
  }
  const kept = merge.existing.entries.filter(
    (entry) =>
      !produced.has(`${entry.type} ${entry.name}`) &&
      (entry.type !== 'DIST' || merge.isReferenced(entry.name)),
  );
  return { manifest: { entries: [...kept, ...[...produced.values()].map(({ entry }) => entry)] }, problems };
}
