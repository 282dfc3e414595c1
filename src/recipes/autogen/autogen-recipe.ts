/** What only this kind understands of its recipes. */
export interface AutogenDetails {
  /** Root of the overlay: the folder with `metadata/layout.conf`. */
  readonly overlay: string;
  /** The folder with `.git` that the overlay is in; generators may be there. */
  readonly repository: string;
  /** The autogen, from the overlay on; undefined: what the overlay has without any autogen. */
  readonly file: string | undefined;
  /** The one rule of the file that is run; undefined: all that it has. */
  readonly rule: string | undefined;
}

/** Name of the job that brings what no autogen makes: eclasses, profiles, ebuilds written by hand. */
export const staticJob = 'overlay';

/** Of several in one folder the first one is taken, as `packmill doit` does. */
const modules = ['autogen.ts', 'autogen.mts', 'autogen.mjs', 'autogen.js'];
const list = 'autogen.yaml';

/** Whether a file is an autogen, by its name. */
const isAutogen = (name: string): boolean => name === list || modules.includes(name);

/** The autogens among the names of a folder. */
export function autogensAmong(names: readonly string[]): readonly string[] {
  const module = modules.find((name) => names.includes(name));
  return [...(module === undefined ? [] : [module]), ...(names.includes(list) ? [list] : [])];
}

/** Whether a path of an overlay only serves to make ebuilds, and is no part of the tree that is published. */
export function isWorkshop(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  return (
    isAutogen(name) ||
    name === 'autogen.py' ||
    /^generator\.\w+$/.test(name) ||
    parts.some((part, at) => at < parts.length - 1 && (part === 'templates' || part === 'generators')) ||
    parts.some((part) => part === '.git' || part === 'node_modules')
  );
}
