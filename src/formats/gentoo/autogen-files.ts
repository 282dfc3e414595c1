/** Endings of modules that write ebuilds, in the order in which they count. */
export const moduleSuffixes = ['.ts', '.mts', '.mjs', '.js'] as const;

/** Names of modules that write ebuilds, wherever they lie; of several in one folder the first one counts. */
const modules: readonly string[] = moduleSuffixes.map((suffix) => `autogen${suffix}`);
const list = 'autogen.yaml';

/** Whether a file of this name is an autogen. */
export function isAutogenName(name: string): boolean {
  return name === list || modules.includes(name);
}

/** The autogens among the names of a folder: the module that counts, then the list. */
export function autogensAmong(names: Iterable<string>): readonly string[] {
  const all = new Set(names);
  const module = modules.find((name) => all.has(name));
  return [...(module === undefined ? [] : [module]), ...(all.has(list) ? [list] : [])];
}

/** Whether a path of a tree is an autogen. */
export function isAutogenPath(path: string): boolean {
  return isAutogenName(path.slice(path.lastIndexOf('/') + 1));
}

/**
 * Whether a path of a tree only serves to write ebuilds, and so is no part of a tree that others get: autogens, also those of
 * other programs, generators, templates, and what programs keep beside them. Profiles have none of it.
 */
export function isAutogenPart(path: string): boolean {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  if (folders[0] === 'profiles') return false;
  return (
    isAutogenName(name) ||
    name === 'autogen.py' ||
    /^generator\.\w+$/.test(name) ||
    folders.some((folder) => partFolders.has(folder))
  );
}

const partFolders: ReadonlySet<string> = new Set(['templates', 'generators', '.git', 'node_modules']);
