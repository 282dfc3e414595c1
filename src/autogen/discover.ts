import { extname, join } from 'node:path';
import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { autogensAmong, moduleSuffixes } from '../formats/gentoo/index.ts';
import { absolutePath, kindsIn, pathKind } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';

/** A file that makes ebuilds. */
export interface AutogenFile {
  readonly path: string;
  readonly kind: 'module' | 'yaml';
}

/** Files that were found, and those that are left out with a word. */
export interface Discovery {
  readonly files: readonly AutogenFile[];
  readonly problems: readonly Problem[];
}

const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** The autogens that somebody names (specification 1.10). Throws AGN002 for what is none. */
export function namedAutogens(paths: readonly string[]): readonly AutogenFile[] {
  return paths.map((given) => {
    const path = absolutePath(given);
    if (pathKind(path) !== 'file') throw fault('AGN002', { what: `there is no file '${given}'` });
    const suffix = extname(path);
    if (suffix === '.yaml') return { path, kind: 'yaml' };
    if ((moduleSuffixes as readonly string[]).includes(suffix)) return { path, kind: 'module' };
    const isPython = suffix === '.py';
    throw fault('AGN002', {
      what: `'${given}' is no autogen`,
      next: isPython ? "Autogens in Python are not run: write it anew as 'autogen.ts'." : undefined,
    });
  });
}

/**
 * All `autogen.ts` and `autogen.yaml` below a folder, in the order of their paths' bytes, so that runs are alike.
 * `.git`, `node_modules` and links to folders are not entered. Throws SYS004 for a folder that cannot be listed.
 */
export function discoverAutogens(folder: string): Discovery {
  const files: AutogenFile[] = [];
  const leftOut: string[] = [];
  const visit = (at: string): void => {
    const entries = kindsIn(at);
    const names = new Set(entries.filter(({ kind }) => kind !== 'folder').map(({ name }) => name));
    const found = autogensAmong(names).map(
      (name): AutogenFile => ({
        path: join(at, name),
        kind: extname(name) === '.yaml' ? 'yaml' : 'module',
      }),
    );
    files.push(...found);
    if (names.has('autogen.py') && !found.some(({ kind }) => kind === 'module'))
      leftOut.push(join(at, 'autogen.py'));
    for (const { name, kind } of entries) {
      if (kind === 'folder' && !skipped.has(name)) visit(join(at, name));
    }
  };
  visit(absolutePath(folder));
  return {
    files: files.sort((a, b) => compareBytes(a.path, b.path)),
    problems: leftOut.sort(compareBytes).map((path) => problem('AGN023', { what: `'${path}' is left out` })),
  };
}
