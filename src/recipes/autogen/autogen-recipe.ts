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
