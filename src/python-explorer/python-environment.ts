import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import { realPath } from '../host/index.ts';
import type { SandboxCommand, SandboxDriver, SandboxMount, SandboxRoot } from '../sandbox/index.ts';

/** An interpreter and what is installed for it. Nothing of it is written to. */
export interface PythonEnvironment {
  /** Path of the interpreter, such as `/usr/bin/python3`: in the root of the sandbox, or below a prefix. */
  readonly python: string;
  /** Folders that the interpreter needs beyond the root of the sandbox: its prefix. */
  readonly prefixes: readonly string[];
  /** Folders with installed distributions, in the order of the path. Those of the interpreter itself are not looked at. */
  readonly site: readonly string[];
  /** Folders with installed distributions that the root of the sandbox has itself, as paths in it; behind the others. */
  readonly own?: readonly string[];
}

/** Where the explorer and pip run. */
export interface PythonCage {
  readonly sandbox: SandboxDriver;
  readonly root: SandboxRoot;
  /** An existing folder of our own for temporary files. */
  readonly scratch: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /**
   * Digests of folders that do not change while this cage is used, by path: one map for many explorations saves reading
   * their sites again for each. Undefined: folders are read each time.
   */
  readonly digests?: Map<string, string> | undefined;
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

/** Where a prefix is in the sandbox: at its own path, but for the home of root, which nobody else may enter there. */
export const prefixTarget = (path: string, index: number): string =>
  path.startsWith('/root/') ? `/prefix/${index}` : path;

/** A path of this machine below one of the prefixes as the sandbox has it; any other as it is. */
function insidePath({ prefixes }: PythonEnvironment, path: string): string {
  const index = prefixes.findIndex((prefix) => path.startsWith(`${prefix}/`));
  const prefix = prefixes[index];
  return prefix === undefined ? path : `${prefixTarget(prefix, index)}${path.slice(prefix.length)}`;
}

/** The interpreter as the sandbox has it. */
export const insidePython = (environment: PythonEnvironment): string =>
  insidePath(environment, environment.python);

/** A prefix that is not at its own path has its libraries elsewhere than the interpreter was told. */
function libraryPath({ prefixes }: PythonEnvironment): Readonly<Record<string, string>> {
  const moved = prefixes.map(prefixTarget).filter((target, index) => target !== prefixes[index]);
  return moved.length === 0 ? {} : { LD_LIBRARY_PATH: moved.map((target) => `${target}/lib`).join(':') };
}

/** What every command of an environment sees: the prefixes and the sites, read-only. */
export function environmentMounts(environment: PythonEnvironment): readonly SandboxMount[] {
  return [
    ...environment.prefixes.map((path, index) => ({
      source: realPath(path),
      target: prefixTarget(path, index),
      writable: false,
    })),
    ...environment.site.map((path, index) => ({
      source: realPath(path),
      target: inside.site(index),
      writable: false,
    })),
  ];
}

/** A file of the explorer as a command: it sees nothing that is installed but what it is told. */
export function probeCommand(
  cage: PythonCage,
  environment: PythonEnvironment,
  { script, words, mounts, limits }: ProbeCommand,
): SandboxCommand {
  return pythonCommand(cage, environment, {
    command: [insidePython(environment), '-S', '-s', '-B', `${inside.probe}/${script}`, ...words],
    mounts: [{ source: probeFolder, target: inside.probe, writable: false }, ...mounts],
    limits,
  });
}

interface ProbeCommand extends Pick<SandboxCommand, 'mounts' | 'limits'> {
  /** Its name in the explorer's folder. */
  readonly script: string;
  readonly words: readonly string[];
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
      PATH: `${dirname(insidePython(environment))}:/usr/local/bin:/usr/bin:/bin`,
      HOME: '/build/home',
      LC_ALL: 'C.UTF-8',
      PYTHONHASHSEED: '0',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONNOUSERSITE: '1',
      ...libraryPath(environment),
    },
    workingDirectory: '/tmp',
    ...command,
    mounts: [...environmentMounts(environment), ...command.mounts],
  };
}
