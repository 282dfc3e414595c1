import { createHash } from 'node:crypto';
import { type Problem, problem } from '../../diagnostics/index.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';

/** What Node calls the digests of Manifests; others are not judged. */
const algorithms: Readonly<Record<string, string>> = {
  BLAKE2B: 'blake2b512',
  SHA512: 'sha512',
  SHA256: 'sha256',
  SHA1: 'sha1',
  MD5: 'md5',
};

/**
 * Holds the files of a package against what its Manifest says of them: sizes and digests of EBUILD, AUX and MISC entries, and
 * that they are there (PMS052; GLEP 74). Distfiles are elsewhere.
 */
export function checkManifestFiles(
  manifest: Manifest,
  files: {
    /** `category/name`. */
    readonly path: string;
    readonly exists: (path: string) => boolean;
    readonly read: (path: string) => Uint8Array;
  },
): readonly Problem[] {
  const { path } = files;
  return manifest.entries.flatMap((entry) => {
    if (entry.type === 'DIST') return [];
    const name = entry.type === 'AUX' ? `files/${entry.name}` : entry.name;
    const flaw = files.exists(`${path}/${name}`)
      ? difference(entry, files.read(`${path}/${name}`))
      : 'is in it and not there';
    if (flaw === undefined) return [];
    return [problem('PMS052', { what: `'${name}' ${flaw}`, place: { file: `${path}/Manifest` } })];
  });
}

function difference({ size, hashes }: ManifestEntry, bytes: Uint8Array): string | undefined {
  if (size !== bytes.byteLength) return `has ${bytes.byteLength} bytes, and ${size} in it`;
  for (const [name, value] of Object.entries(hashes)) {
    const algorithm = algorithms[name];
    if (algorithm === undefined || createHash(algorithm).update(bytes).digest('hex') === value) continue;
    return `has another ${name} than in it`;
  }
  return undefined;
}
