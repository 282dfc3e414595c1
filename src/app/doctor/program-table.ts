import rows from './programs.json' with { type: 'json' };

/** Distributions whose package names we know. */
export const families = ['debian', 'ubuntu', 'arch', 'fedora', 'gentoo'] as const;
export type Family = (typeof families)[number];

/**
 * How much a program is needed: `required` by the main job, `test` by our tests only, `optional` by some recipes,
 * `later` by features that are planned and not there yet.
 */
export type ProgramNeed = 'required' | 'test' | 'optional' | 'later';

/** One system program that packmill starts. The set-up of a fresh clone reads the same rows. */
export interface ProgramRow {
  readonly name: string;
  /** Of what is no program but a module for the Python of the system: its name. `probe` is then for that Python. */
  readonly module?: string;
  /** Arguments that make it tell its version; null when it cannot. */
  readonly probe: readonly string[] | null;
  /** Oldest version known to do, null when any does. */
  readonly minimum: string | null;
  readonly need: ProgramNeed;
  readonly feature: string;
  readonly why: string;
  /** Packages that bring it, separated by blanks. */
  readonly packages: Readonly<Record<Family, string>>;
}

/** The Python whose modules the distribution's packages bring; another one in the path has its own. */
export const systemPython = '/usr/bin/python3';

/** The rows of programs.json. */
export const programTable: readonly ProgramRow[] = rows as readonly ProgramRow[];

/** The words before the package names, for a person with the rights to install. */
export const installWords: Readonly<Record<Family, string>> = {
  debian: 'apt-get install -y',
  ubuntu: 'apt-get install -y',
  arch: 'pacman -S --needed',
  fedora: 'dnf install -y',
  gentoo: 'emerge --noreplace',
};
