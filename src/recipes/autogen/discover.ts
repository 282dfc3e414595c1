import { dirname, join, relative } from 'node:path';
import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { autogensAmong } from '../../formats/gentoo/index.ts';
import {
  absolutePath,
  namesIn,
  pathKind,
  snapshotFolder,
  subfolders,
  textIfThere,
} from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import { type AutogenDetails, staticJob } from './autogen-recipe.ts';
import { partsOf, withoutDoubles } from './name-autogens.ts';

const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', 'templates', 'generators', 'files']);

export interface FoundAutogens {
  readonly recipes: readonly Recipe<AutogenDetails>[];
  readonly problems: readonly Problem[];
}

/** An overlay, and the repository that it is in where that is known. */
export interface OverlayPlace {
  readonly overlay: string;
  readonly repository: string;
}

/**
 * The jobs of overlays: one for each module and each rule of a list below some folders, and one for everything that no autogen
 * makes. What autogens make depends on servers of others, so only running them tells whether something changed. Throws
 * PLN001 for a path that is in no overlay.
 */
export function discoverAutogens(paths: readonly string[]): FoundAutogens {
  const places = paths.map((given) => ({ path: absolutePath(given), ...overlayOf(given) }));
  const recipes = new Map<string, Recipe<AutogenDetails>>();
  const problems: Problem[] = [];
  for (const { path, overlay, repository } of places) {
    for (const recipe of autogensOf({ overlay, repository })) {
      const { file } = recipe.details;
      const at = file === undefined ? overlay : join(overlay, file);
      const isBelow = file === undefined || `${at}/`.startsWith(`${path === '/' ? '' : path}/`);
      if (isBelow) recipes.set(`${overlay} ${recipe.name}`, recipe);
    }
  }
  const all = [...recipes.values()];
  if (all.length === new Set(places.map(({ overlay }) => overlay)).size)
    problems.push(problem('PLN001', { what: `'${paths.join("', '")}' holds no autogens` }));
  return { recipes: all, problems };
}

/** The overlay that a path is in. Throws PLN001. */
export function overlayOf(given: string): OverlayPlace {
  const path = absolutePath(given);
  const overlay = upwards(path, 'metadata/layout.conf');
  if (overlay === undefined) {
    throw fault('PLN001', {
      what: `'${given}' is in no overlay`,
      place: { file: path },
      next: "An overlay has a file 'metadata/layout.conf'.",
    });
  }
  return { overlay, repository: upwards(overlay, '.git') ?? overlay };
}

/** All jobs of one overlay, whatever part of it is meant: names do not depend on that. */
export function autogensOf({ overlay, repository }: OverlayPlace): readonly Recipe<AutogenDetails>[] {
  const parts = autogensBelow(overlay)
    .map((file) => relative(overlay, file))
    .flatMap((file) => partsOf(file, file.endsWith('.yaml') ? (textIfThere(join(overlay, file)) ?? '') : ''));
  const digests = new Map<string, Digest>();
  const recipeOf = (name: string, file: string | undefined, rule: string | undefined) => {
    const folder = file === undefined ? overlay : dirname(join(overlay, file));
    const inputDigest = digests.get(folder) ?? digestOf(folder);
    digests.set(folder, inputDigest);
    return asRecipe(name, { folder, inputDigest, details: { overlay, repository, file, rule } });
  };
  return [
    recipeOf(staticJob, undefined, undefined),
    ...withoutDoubles(parts, [staticJob]).map(({ name, file, rule }) => recipeOf(name, file, rule)),
  ];
}

function upwards(folder: string, marker: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (pathKind(join(at, marker)) !== 'none') return at;
    if (dirname(at) === at) return undefined;
  }
}

function autogensBelow(folder: string): readonly string[] {
  const found = autogensAmong(namesIn(folder));
  const below = subfolders(folder).filter((name) => !skipped.has(name));
  return [
    ...found.map((name) => join(folder, name)),
    ...below.flatMap((name) => autogensBelow(join(folder, name))),
  ];
}

const digestOf = (folder: string): Digest =>
  snapshotFolder(folder, {
    leavesOut: (path) => /(?:^|\/)(?:\.git|node_modules)$/.test(path),
    texts: new Set(),
  }).digest;

/** An autogen as a recipe; what a plan says of it goes before what is known without one. */
export function asRecipe(
  name: string,
  own: Pick<Recipe<AutogenDetails>, 'folder' | 'inputDigest' | 'details'> &
    Partial<Pick<Recipe, 'version' | 'buildClass'>>,
): Recipe<AutogenDetails> {
  return {
    kind: 'autogen',
    name,
    version: '0',
    hasDynamicVersion: true,
    architectures: ['any'],
    // what it makes is known when it was run
    outputs: [],
    offers: [],
    needs: [],
    buildClass: undefined,
    ...own,
  };
}
