/** What only this kind understands of its recipes. */
export interface AutogenDetails {
  /** Root of the overlay: the folder with `metadata/layout.conf`. */
  readonly overlay: string;
  /** The folder with `.git` that the overlay is in; generators may be there. */
  readonly repository: string;
  /** The autogen, from the overlay on; undefined: what the overlay has without any autogen. */
  readonly file: string | undefined;
}

/** Name of the job that brings what no autogen makes: eclasses, profiles, ebuilds written by hand. */
export const staticJob = 'overlay';

const autogenFile = /^autogen\.(?:ts|mts|mjs|js|yaml)$/;

/** Whether a file is an autogen, by its name. */
export const isAutogen = (name: string): boolean => autogenFile.test(name);

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
