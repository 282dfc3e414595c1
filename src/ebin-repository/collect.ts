import { fault } from '../diagnostics/index.ts';
import { type ContentCollection, ContentStore } from '../ebins/index.ts';
import { pathKind } from '../host/index.ts';
import { manifestOf, packageFolders } from './disk-package.ts';
import { requireRepository } from './verify.ts';

/**
 * Removes objects that no Manifest of these repositories names and that nobody has put for `graceMs` (specification 8.10).
 * All repositories that share the store have to be given. Throws EBN084, SYS004.
 */
export function collectObjects(
  repositories: readonly string[],
  store: string,
  graceMs: number,
): ContentCollection {
  if (pathKind(store) !== 'folder') throw fault('EBN084', { what: `there is no store '${store}'` });
  const referenced = new Set<string>();
  for (const repository of repositories) {
    requireRepository(repository);
    for (const directory of packageFolders(repository))
      for (const { hashes } of manifestOf(repository, directory)) referenced.add(hashes['SHA512'] ?? '');
  }
  return new ContentStore({ root: store }).collect((sha512) => referenced.has(sha512), graceMs);
}
