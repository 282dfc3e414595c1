import { fault } from '../../../diagnostics/index.ts';
import { compareBytes } from '../../../primitives/index.ts';

/** One line of the Manifest in a package. */
export interface GpkgListing {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hexadecimal, by the names that Manifests have for hashes. */
  readonly hashes: Readonly<Record<string, string>>;
}

export interface GpkgManifest {
  /** Whether there is a signature around it; not whether it is good. */
  readonly isSigned: boolean;
  readonly listings: readonly GpkgListing[];
}

/** Algorithms of the system for the hashes that are strong enough to count, by their names in Manifests. */
export const gpkgHashes: Readonly<Record<string, string>> = {
  BLAKE2B: 'blake2b512',
  BLAKE2S: 'blake2s256',
  SHA256: 'sha256',
  SHA512: 'sha512',
  SHA3_256: 'sha3-256',
  SHA3_512: 'sha3-512',
};

const wrong = (file: string, words: string): Error =>
  fault('EBN001', { what: `the Manifest in the package ${words}`, place: { file } });

/** Without blanks at its end; an expression would look at long blanks within it again and again. */
function withoutBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t\r'.includes(line[end - 1] ?? '')) end -= 1;
  return line.slice(0, end);
}

/** The text inside of a cleartext signature (RFC 9580, section 7), dash escapes undone. */
function insideSignature(lines: readonly string[], file: string): readonly string[] {
  const head = lines.indexOf('');
  const end = lines.indexOf('-----BEGIN PGP SIGNATURE-----');
  const last = lines.indexOf('-----END PGP SIGNATURE-----');
  if (head < 0 || end < head || last < end) throw wrong(file, 'has a signature that is cut off');
  // what stands outside is not signed, and headers other than this one could hide text from some readers
  if (!lines.slice(1, head).every((line) => /^Hash: [A-Za-z0-9,-]+$/.test(line)))
    throw wrong(file, 'has lines in front of what is signed');
  if (lines.slice(last + 1).some((line) => line !== '')) throw wrong(file, 'has lines behind its signature');
  return lines.slice(head + 1, end).map((line) => {
    if (line.startsWith('- ')) return line.slice(2);
    if (line.startsWith('-')) throw wrong(file, 'has a line that is not escaped as signed text is');
    return line;
  });
}

/**
 * Reads the Manifest in a package (specification 2.8).
 * @throws EBN001 for a line that is none, and a name that is listed twice
 */
export function parseGpkgManifest(text: string, file: string): GpkgManifest {
  const lines = text.split('\n').map(withoutBlanks);
  const isSigned = lines.some((line) => line.startsWith('-----BEGIN PGP '));
  if (isSigned && lines[0] !== '-----BEGIN PGP SIGNED MESSAGE-----')
    throw wrong(file, 'has lines in front of its signature');
  const inner = isSigned ? insideSignature(lines, file) : lines;
  const listings = new Map<string, GpkgListing>();
  for (const line of inner) {
    if (line === '') continue;
    const [word, name = '', size = '', ...rest] = line.split(' ');
    if (word !== 'DATA' || !/^\d{1,15}$/.test(size) || rest.length % 2 !== 0)
      throw wrong(file, `has a line '${line.slice(0, 60)}'`);
    if (listings.has(name)) throw wrong(file, `lists '${name}' twice`);
    const pairs = Array.from({ length: rest.length / 2 }, (_, at) => [rest[2 * at], rest[2 * at + 1]]);
    listings.set(name, { name, sizeBytes: Number(size), hashes: Object.fromEntries(pairs) });
  }
  return { isSigned, listings: [...listings.values()] };
}

/**
 * Members that are listed are there and the other way round, sizes are equal, and each has a hash that counts.
 * @throws EBN002 otherwise
 */
export function checkListing(
  members: readonly { readonly name: string; readonly sizeBytes: number }[],
  { listings }: GpkgManifest,
  file: string,
): void {
  const listed = new Map(listings.map((one) => [one.name, one]));
  const differs = (words: string): Error => fault('EBN002', { what: words, place: { file } });
  for (const { name, sizeBytes } of members) {
    if (name === 'Manifest') continue;
    const listing = listed.get(name);
    if (!listing) throw differs(`the member '${name}' is not listed in the Manifest`);
    listed.delete(name);
    if (listing.sizeBytes !== sizeBytes)
      throw differs(`the member '${name}' has ${sizeBytes} bytes, and ${listing.sizeBytes} are listed`);
    if (!Object.keys(listing.hashes).some((hash) => Object.hasOwn(gpkgHashes, hash)))
      throw differs(`the member '${name}' is listed without a hash that is known`);
  }
  const [missing] = listed.keys();
  if (missing !== undefined) throw differs(`the member '${missing}' is listed and not there`);
}

/** The text of a Manifest, hashes by name; its own order of lines is kept. */
export function printGpkgManifest(listings: readonly GpkgListing[]): string {
  return listings
    .map(({ name, sizeBytes, hashes }) => {
      const pairs = Object.entries(hashes).sort(([a], [b]) => compareBytes(a, b));
      return `DATA ${name} ${sizeBytes}${pairs.map(([hash, value]) => ` ${hash} ${value}`).join('')}\n`;
    })
    .join('');
}
