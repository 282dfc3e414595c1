import { removeEntry } from '../host/index.ts';
import { textAt } from './disk-package.ts';
import { keepOwnFile } from './select.ts';
import { requireRepository } from './verify.ts';

/** Which FEATURES ask for which flags of ebins (specification 10.1). */
export const featureFlags: Readonly<Record<string, string>> = {
  splitdebug: 'splitdebug',
  installsources: 'installsources',
};

export interface FeaturesChange {
  readonly path: string;
  readonly flags: readonly string[];
  readonly action: 'written' | 'unchanged' | 'removed';
}

export interface FeaturesRequest {
  /** Words of FEATURES: `-word` turns one off. */
  readonly features: readonly string[];
  /** The file, in the `package.use` folder of the user. */
  readonly path: string;
  /** Flags by feature, beyond those that are known. */
  readonly mapping?: Readonly<Record<string, string>> | undefined;
  /** Only tells what would be done. */
  readonly check: boolean;
}

const head = '# Kept by packmill: FEATURES as flags of ebins. Changes are overwritten.\n';

/**
 * Writes the file that turns FEATURES into flags of the ebins of one repository, or removes it when none is on (specification
 * 10.1): no other package is touched, and what the user says for a package wins. Throws EBN083 for a file of somebody else,
 * EBN084, SYS004.
 */
export function mapFeatures(repository: string, request: FeaturesRequest): FeaturesChange {
  requireRepository(repository);
  const { path, check } = request;
  const name = textAt(repository, 'profiles/repo_name')?.trim() ?? 'ebins';
  const on = new Set<string>();
  for (const word of request.features) {
    if (word.startsWith('-')) on.delete(word.slice(1));
    else on.add(word);
  }
  const mapping = Object.entries({ ...featureFlags, ...request.mapping });
  const flags = mapping.flatMap(([feature, flag]) => (on.has(feature) ? [flag] : []));
  const lines = flags.length === 0 ? [] : [`*/*::${name} ${flags.join(' ')}`];
  const isOther = keepOwnFile(path, { head, lines, dryRun: check || flags.length === 0 });
  if (!isOther) return { path, flags, action: 'unchanged' };
  if (flags.length > 0) return { path, flags, action: 'written' };
  if (!check) removeEntry(path);
  return { path, flags, action: 'removed' };
}
