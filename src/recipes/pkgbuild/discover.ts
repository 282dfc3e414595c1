import { type Problem, problem } from '../../diagnostics/index.ts';
import { absolutePath, pathKind, subfolders } from '../../host/index.ts';

/** Recipe folders, and remarks about folders that are none. */
export interface Discovery {
  /** Absolute paths, in the order of the given paths and by code point below each; none twice. */
  readonly folders: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Finds recipes: a path is a recipe folder (with a PKGBUILD) or a folder of recipe folders (specification
 * 2.2: folders directly below, names without a dot in front, no links). Folders without PKGBUILD are
 * reported when they look like a package. A path that leads to no recipes is a problem (PLN001).
 */
export function discover(paths: readonly string[]): Discovery {
  const folders = new Set<string>();
  const problems: Problem[] = [];
  for (const given of paths) {
    const path = absolutePath(given);
    const kind = pathKind(path);
    if (kind !== 'folder') {
      const what = kind === 'none' ? `'${given}' does not exist` : `'${given}' is not a folder`;
      problems.push(problem('PLN001', { what, place: { file: path } }));
    } else if (isRecipeFolder(path)) folders.add(path);
    else {
      const found = below(path, problems);
      for (const folder of found) folders.add(folder);
      if (found.length === 0) {
        const what = `'${given}' holds no recipes`;
        problems.push(problem('PLN001', { what, place: { file: path } }));
      }
    }
  }
  return { folders: [...folders], problems };
}

const isRecipeFolder = (path: string): boolean => pathKind(`${path}/PKGBUILD`) === 'file';

function below(path: string, problems: Problem[]): readonly string[] {
  const found: string[] = [];
  for (const name of subfolders(path)) {
    if (name.startsWith('.')) continue;
    const folder = path === '/' ? `/${name}` : `${path}/${name}`;
    const seen = lookAtFolder(folder);
    if (seen === 'recipe') found.push(folder);
    else if (seen) problems.push(seen);
  }
  return found;
}

/** What one folder among recipes is: a recipe, something else, or what is wrong with it (PLN002). Throws SYS004. */
export function lookAtFolder(folder: string): 'recipe' | Problem | undefined {
  if (isRecipeFolder(folder)) return 'recipe';
  const isLikeOne = pathKind(`${folder}/.SRCINFO`) === 'file' || pathKind(`${folder}/.CI`) === 'folder';
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  return isLikeOne
    ? problem('PLN002', { what: `'${name}' has no PKGBUILD`, place: { file: folder } })
    : undefined;
}
