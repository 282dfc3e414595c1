import { basename, join } from 'node:path';
import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { distributionStem, type PythonDistribution } from '../formats/python-graph/index.ts';
import {
  copyTree,
  namesIn,
  pathExists,
  realPath,
  removeTree,
  systemRandom,
  writeFileWithMode,
} from '../host/index.ts';
import type { SandboxCommand, SandboxMount } from '../sandbox/index.ts';
import {
  inside,
  insidePython,
  type PythonCage,
  type PythonEnvironment,
  probeCommand,
  pythonCommand,
} from './python-environment.ts';
import { beginningOf } from './untrusted-file.ts';

/** Where a distribution is installed from. */
export type InstallSource =
  /** A wheel, or an archive of sources, which is built. */
  | { readonly kind: 'archive'; readonly path: string }
  /** A folder with a project, which is built from a copy. */
  | { readonly kind: 'folder'; readonly path: string }
  /** An index that pip understands; `hashes` such as `sha256:...` lock what it may give. */
  | {
      readonly kind: 'index';
      readonly distribution: PythonDistribution;
      readonly index: string;
      readonly hashes: readonly string[];
    };

export interface InstallInput {
  readonly cage: PythonCage;
  /** The interpreter whose pip is used; what is built sees the sites. */
  readonly environment: PythonEnvironment;
  readonly source: InstallSource;
  /** A folder that does not exist; the distribution alone is in it afterwards, without what it depends on. */
  readonly target: string;
}

export type Installed =
  | { readonly distribution: PythonDistribution; readonly problem?: undefined }
  | { readonly distribution?: undefined; readonly problem: Problem };

const limits = {
  timeoutMs: 1_800_000,
  killGraceMs: 2_000,
  memoryBytes: 4 * 1024 ** 3,
  processes: 512,
  outputBytes: 16 * 1024 * 1024,
};

/**
 * Installs one distribution with pip in the sandbox, with network for an index alone. What pip cannot do is a problem MPY012
 * and leaves no folder. Throws MPY013 for a source that is not there, SBX problems, SYS004.
 */
export async function installDistribution(input: InstallInput): Promise<Installed> {
  const { cage, target, source } = input;
  if (source.kind !== 'index' && !pathExists(source.path)) {
    throw fault('MPY013', { what: `'${source.path}' does not exist` });
  }
  await cage.sandbox.makeFolder(target);
  const copy = `${cage.scratch}/source-${systemRandom.hex(6)}`;
  try {
    const said = await fill(input, copy);
    const distribution = said === undefined ? await onlyDistribution(target) : undefined;
    if (distribution !== undefined) return { distribution };
    await cage.sandbox.removeFolder(target);
    return { problem: problem('MPY012', { what: `'${nameOf(source)}' cannot be installed`, why: said }) };
  } finally {
    await cage.sandbox.removeFolder(copy);
    await removeTree(copy);
  }
}

const nameOf = (source: InstallSource): string =>
  source.kind === 'index' ? distributionStem(source.distribution).replace(/__$/, '') : basename(source.path);

/** Undefined when it went well, else why not. */
async function fill(input: InstallInput, copy: string): Promise<string | undefined> {
  const { source } = input;
  return source.kind === 'archive' && source.path.endsWith('.whl')
    ? await unpackWheel(input, source.path)
    : await runPip(input, copy);
}

/** Wheels need no installer: they are unpacked, and held against their own list of files. */
async function unpackWheel(
  { cage, environment, target }: InstallInput,
  path: string,
): Promise<string | undefined> {
  const wheel = `/source/${basename(path)}`;
  const command = probeCommand(cage, environment, {
    script: 'unpack_wheel.py',
    words: [wheel, '/out/site'],
    mounts: [
      { source: realPath(path), target: wheel, writable: false },
      { source: target, target: '/out/site', writable: true },
    ],
    limits,
  });
  return await wordsOfFailure(cage, command, 'the wheel cannot be unpacked');
}

/** Undefined when a command ends well, else its last words. */
async function wordsOfFailure(
  cage: PythonCage,
  command: SandboxCommand,
  what: string,
): Promise<string | undefined> {
  const said: string[] = [];
  const { end } = await cage.sandbox.run(command, {
    onOutput: (bytes) => {
      said.push(Buffer.from(bytes).toString('utf8'));
      if (said.length > 64) said.shift();
    },
    signal: cage.signal,
  });
  if (end.kind === 'exited' && end.code === 0) return undefined;
  const last = said.join('').trim().split('\n').slice(-8).join('\n');
  return `${what} (${end.kind === 'exited' ? `status ${end.code}` : end.kind}): ${last}`;
}

async function runPip(input: InstallInput, copy: string): Promise<string | undefined> {
  const { cage, environment, target, source } = input;
  const { words, mounts } = await sourceWords(input, copy);
  const command = pythonCommand(cage, environment, {
    command: [
      ...[
        insidePython(environment),
        '-m',
        'pip',
        'install',
        '--no-deps',
        '--no-compile',
        '--no-cache-dir',
        '--no-input',
      ],
      ...['--disable-pip-version-check', '--no-warn-script-location', '--target', '/out/site', ...words],
    ],
    mounts: [{ source: target, target: '/out/site', writable: true }, ...mounts],
    limits,
  });
  const sites = environment.site.map((_path, index) => inside.site(index)).join(':');
  const whole = {
    ...command,
    network: source.kind === 'index',
    environment: {
      ...command.environment,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_ROOT_USER_ACTION: 'ignore',
      ...(sites === '' ? {} : { PYTHONPATH: sites }),
    },
  };
  return await wordsOfFailure(cage, whole, 'pip fails');
}

async function sourceWords(
  { cage, source }: InstallInput,
  copy: string,
): Promise<{ readonly words: readonly string[]; readonly mounts: readonly SandboxMount[] }> {
  if (source.kind === 'index') {
    const { name, version } = source.distribution;
    const wanted = version === '' ? name : `${name}==${version}`;
    const words = ['--index-url', source.index];
    if (source.hashes.length === 0) return { words: [...words, wanted], mounts: [] };
    const row = [wanted, ...source.hashes.map((hash) => `--hash=${hash}`)].join(' ');
    await cage.sandbox.makeFolder(copy);
    await writeFileWithMode(`${copy}/locked.txt`, `${row}\n`, 0o644);
    const mounts = [{ source: copy, target: '/source', writable: false }];
    return { words: [...words, '--require-hashes', '-r', '/source/locked.txt'], mounts };
  }
  const offline = ['--no-index', '--no-build-isolation'];
  if (source.kind === 'archive') {
    const archive = `/source/${basename(source.path)}`;
    return {
      words: [...offline, archive],
      mounts: [{ source: realPath(source.path), target: archive, writable: false }],
    };
  }
  // a build writes beside the sources
  await cage.sandbox.makeFolder(copy);
  await copyTree(source.path, copy, new Set(['.git', '__pycache__', 'build']));
  await cage.sandbox.giveToBuilder(copy);
  return { words: [...offline, '/source'], mounts: [{ source: copy, target: '/source', writable: true }] };
}

/** The one distribution that a folder has the metadata of. */
async function onlyDistribution(folder: string): Promise<PythonDistribution | undefined> {
  const entry = namesIn(folder).find((name) => /\.(?:dist|egg)-info$/.test(name));
  return entry === undefined ? undefined : await distributionAt(join(folder, entry));
}

/** Metadata has its fields before the long description. */
const metadataBytes = 1 << 16;

/** Name and version as the metadata of an installed distribution has them; undefined for what is none. */
export async function distributionAt(path: string): Promise<PythonDistribution | undefined> {
  for (const file of [join(path, 'METADATA'), join(path, 'PKG-INFO'), path]) {
    const text = await beginningOf(file, metadataBytes);
    const name = /^Name: *(.+?) *$/m.exec(text)?.[1];
    if (name !== undefined) return { name, version: /^Version: *(.+?) *$/m.exec(text)?.[1] ?? '' };
  }
  return undefined;
}
