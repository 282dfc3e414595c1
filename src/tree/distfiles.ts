import { type Problem, problem } from '../diagnostics/index.ts';
import { type ManifestEntry, parseManifest, sameFile } from '../formats/gentoo/index.ts';
import type { BuiltKit } from './build-kit.ts';

interface Named {
  readonly entry: ManifestEntry;
  /** Kit and package, for messages. */
  readonly user: string;
  readonly kit: string;
}

function* distfiles({ kit, files }: BuiltKit): IterableIterator<Named> {
  for (const [path, { bytes }] of files) {
    const catpkg = /^([^/]+\/[^/]+)\/Manifest$/.exec(path)?.[1];
    if (catpkg === undefined) continue;
    for (const entry of parseManifest(Buffer.from(bytes).toString('utf8'), path).manifest.entries)
      if (entry.type === 'DIST') yield { entry, user: `${kit.name}: ${catpkg}`, kit: kit.name };
  }
}

/** SHA-512 of all distfiles of kits. */
export function digestsOf(kits: readonly BuiltKit[]): readonly string[] {
  const found = kits.flatMap((kit) =>
    [...distfiles(kit)].flatMap(({ entry }) => entry.hashes['SHA512'] ?? []),
  );
  return [...new Set(found)];
}

/**
 * One flat folder holds the distfiles of all kits: AGN025 for each name that means different bytes in two of them (specification
 * 9.3). Those within one kit its own checks find. Branches of one kit are never used together.
 */
export function collisions(kits: readonly BuiltKit[]): readonly Problem[] {
  const known = new Map<string, Named>();
  const problems = new Map<string, Problem>();
  for (const kit of kits) {
    for (const one of distfiles(kit)) {
      const before = known.get(one.entry.name);
      if (!before) known.set(one.entry.name, one);
      else if (before.kit !== one.kit && !sameFile(before.entry, one.entry)) {
        const what = `'${one.entry.name}' of '${one.user}' and of '${before.user}' are different files`;
        problems.set(what, problem('AGN025', { what }));
      }
    }
  }
  return [...problems.values()];
}
