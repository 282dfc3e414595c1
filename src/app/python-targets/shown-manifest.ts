import { resolve } from 'node:path';
import type { Farm } from '../farm.ts';
import { isPythonTarget } from './is-python-target.ts';

/** The manifest whose symbols the pages show: the one of the settings, else that of the first target of symbol data. */
export function shownManifest(farm: Pick<Farm, 'config' | 'paths'>): string | undefined {
  const named = farm.config.service['python-manifest'];
  if (named !== undefined) return resolve(farm.paths.root, named);
  const target = Object.keys(farm.config.targets).find((one) => isPythonTarget(farm, one));
  return target === undefined ? undefined : publishedManifest(farm, target);
}

/** Where the manifest of a target is, as readers see it. */
export const publishedManifest = (
  { config, paths }: Pick<Farm, 'config' | 'paths'>,
  target: string,
): string => `${config.publish.root ?? paths.public}/${target}/tree/manifest.json`;
