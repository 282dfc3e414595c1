import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import { realPath } from '../host/index.ts';
import type { SandboxCommand, SandboxDriver, SandboxMount, SandboxRoot } from '../sandbox/index.ts';

/** An interpreter and what is installed for it. Nothing of it is written to. */
export interface PythonEnvironment {
  /** Path of the interpreter in the sandbox, such as `/usr/bin/python3`. */
  readonly python: string;
  /** Folders that the interpreter needs beyond the root of the sandbox, shown at their own paths: its prefix. */
  readonly prefixes: readonly string[];
  /** Folders with installed distributions, in the order of the path. Those of the interpreter itself are not looked at. */
  readonly site: readonly string[];
}

/** Where the explorer and pip run. */
export interface PythonCage {
  readonly sandbox: SandboxDriver;
  readonly root: SandboxRoot;
  /** An existing folder of our own for temporary files. */
  readonly scratch: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** The explorer's own files, which are shown to the sandbox. */
export const probeFolder = fileURLToPath(new URL('./probe', import.meta.url));

/** Where things are in the sandbox. */
export const inside = {
  probe: '/probe',
  job: '/job',
  out: '/out',
  site: (index: number): string => `/site/${index}`,
  stubs: (index: number): string => `/stubs/${index}`,
} as const;

/** What every command of an environment sees: the prefixes and the sites, read-only. */
export function environmentMounts(environment: PythonEnvironment): readonly SandboxMount[] {
  return [
    ...environment.prefixes.map((path) => ({ source: realPath(path), target: path, writable: false })),
    ...environment.site.map((path, index) => ({
      source: realPath(path),
      target: inside.site(index),
      writable: false,
    })),
  ];
}

/** A command as the explorer's user, without network and with an environment that is the same everywhere. */
export function pythonCommand(
  cage: PythonCage,
  environment: PythonEnvironment,
  command: Pick<SandboxCommand, 'command' | 'mounts' | 'limits'>,
): SandboxCommand {
  if (!environment.python.startsWith('/')) {
    throw fault('MPY011', { what: `the interpreter '${environment.python}' is no absolute path` });
  }
  return {
    root: cage.root,
    layer: undefined,
    layerWritable: false,
    user: 'builder',
    network: false,
    environment: {
      PATH: `${dirname(environment.python)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: '/build/home',
      LC_ALL: 'C.UTF-8',
      PYTHONHASHSEED: '0',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONNOUSERSITE: '1',
    },
    workingDirectory: '/tmp',
    ...command,
    mounts: [...environmentMounts(environment), ...command.mounts],
  };
}
