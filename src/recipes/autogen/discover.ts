import { dirname, join, relative, sep } from 'node:path';
import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { autogensAmong } from '../../formats/gentoo/index.ts';
import { absolutePath, namesIn, pathKind, snapshotFolder, subfolders } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type AutogenDetails, staticJob } from './autogen-recipe.ts';

export interface FoundAutogens {
  readonly recipes: readonly Recipe<AutogenDetails>[];
  readonly problems: readonly Problem[];
}

const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', 'templates', 'generators', 'files']);

/**
 * The jobs of an overlay: one for each autogen below a folder of it, and one for everything that no autogen makes.
 * What autogens make depends on servers of others, so only running them tells whether something changed. Throws PLN001
 * for a path that is in no overlay.
 */
export function discoverAutogens(paths: readonly string[]): FoundAutogens {
  const recipes = new Map<string, Recipe<AutogenDetails>>();
  const problems: Problem[] = [];
  for (const given of paths) {
    const path = absolutePath(given);
    const overlay = upwards(path, 'metadata/layout.conf');
    if (overlay === undefined) {
      throw fault('PLN001', {
        what: `'${given}' is in no overlay`,
        place: { file: path },
        next: "An overlay has a file 'metadata/layout.conf'.",
      });
    }
    const repository = upwards(overlay, '.git') ?? overlay;
    const of = { overlay, repository };
    recipes.set(`${overlay} ${staticJob}`, recipeOf(staticJob, { ...of, file: undefined }));
    for (const file of autogensBelow(path)) {
      const recipe = recipeOf(nameOf(overlay, file), { ...of, file: relative(overlay, file) });
      recipes.set(`${overlay} ${file}`, recipe);
    }
  }
  const all = [...recipes.values()];
  if (all.length === 1)
    problems.push(problem('PLN001', { what: `'${paths.join("', '")}' holds no autogens` }));
  return { recipes: all, problems };
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

/** `app-misc.foo` for the module of a package, `app-misc.yaml` for the list of a category. */
function nameOf(overlay: string, file: string): string {
  const folders = relative(overlay, dirname(file)).split(sep).filter(Boolean);
  return [...folders, ...(file.endsWith('.yaml') ? ['yaml'] : [])].join('.') || 'autogen';
}

function recipeOf(name: string, details: AutogenDetails): Recipe<AutogenDetails> {
  const folder = details.file === undefined ? details.overlay : dirname(join(details.overlay, details.file));
  const { digest } = snapshotFolder(folder, {
    leavesOut: (path) => /(?:^|\/)(?:\.git|node_modules)$/.test(path),
    texts: new Set(),
  });
  return {
    kind: 'autogen',
    name,
    folder,
    version: '0',
    hasDynamicVersion: true,
    architectures: ['any'],
    // what it makes is known when it was run
    outputs: [],
    offers: [],
    needs: [],
    inputDigest: digest,
    buildClass: undefined,
    details,
  };
}
