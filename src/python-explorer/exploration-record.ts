import { basename, dirname, join } from 'node:path';
import {
  digestBytes,
  hashFile,
  namesIn,
  pathExists,
  pathKind,
  realPath,
  removeEntry,
  snapshotFolder,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import type { SandboxRoot } from '../sandbox/index.ts';
import type { ExplorationInput } from './exploration-input.ts';
import type { GraphSummary } from './graph-file.ts';
import {
  insidePython,
  type PythonCage,
  type PythonEnvironment,
  prefixTarget,
  probeFolder,
} from './python-environment.ts';

/** What an exploration was made from, and what came of it; lies beside the graph. */
export interface ExplorationRecord {
  readonly key: string;
  readonly standardFolder: string;
  readonly summary: GraphSummary;
}

const recordFile = (output: string): string => `${output}.stamp.json`;

/** The record of an output that is there; undefined without one, or when it cannot be read. */
export function readRecord(output: string): ExplorationRecord | undefined {
  if (!pathExists(output)) return undefined;
  try {
    const record = JSON.parse(textIfThere(recordFile(output)) ?? '') as ExplorationRecord;
    const isWhole = typeof record.key === 'string' && typeof record.standardFolder === 'string';
    const isKnown = Array.isArray(record.summary?.toplevels) && record.summary.leftOut !== undefined;
    return isWhole && isKnown ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(output: string, record: ExplorationRecord): Promise<void> {
  await writeFileWithMode(recordFile(output), `${JSON.stringify(record)}\n`, 0o644);
}

/** After it the next exploration does the work again. */
export function removeRecord(output: string): void {
  removeEntry(recordFile(output));
}

/** A path of the sandbox on this machine; undefined where the root is an image. */
function outside(root: SandboxRoot, prefixes: readonly string[], path: string): string | undefined {
  for (const [index, prefix] of prefixes.entries()) {
    const target = prefixTarget(prefix, index);
    if (path.startsWith(`${target}/`)) return `${prefix}${path.slice(target.length)}`;
  }
  if (root.kind === 'image') return undefined;
  return root.kind === 'host' ? path : join(root.path, path);
}

/** A path of this machine as the sandbox has it; undefined for one that is in no sandbox. */
function within(root: SandboxRoot, prefixes: readonly string[], path: string): string | undefined {
  for (const [index, prefix] of prefixes.entries()) {
    const real = realPath(prefix);
    if (path.startsWith(`${real}/`)) return `${prefixTarget(prefix, index)}${path.slice(real.length)}`;
  }
  if (root.kind === 'host') return path;
  const top = root.kind === 'folder' ? realPath(root.path) : undefined;
  return top !== undefined && path.startsWith(`${top}/`) ? path.slice(top.length) : undefined;
}

/**
 * The folder of an interpreter's standard library as the sandbox has it, found as the interpreter finds it: `lib/pythonX.Y` with
 * `os.py`, above the interpreter's own file. Nothing is run. Undefined where the root is an image, or when there is none.
 */
export function standardFolderOf(
  environment: PythonEnvironment,
  root: PythonCage['root'],
): string | undefined {
  const { prefixes } = environment;
  const path = outside(root, prefixes, insidePython(environment));
  if (path === undefined || !pathExists(path)) return undefined;
  const real = realPath(path);
  const named = /^python3\.\d+/.exec(basename(real))?.[0];
  for (let folder = dirname(real); folder !== dirname(folder); folder = dirname(folder)) {
    const there = namesIn(`${folder}/lib`).filter((name) => /^python3\.\d+$/.test(name));
    const found = there.filter((name) => pathExists(`${folder}/lib/${name}/os.py`));
    const own = named === undefined && found.length === 1 ? found[0] : found.find((name) => name === named);
    if (own !== undefined) return within(root, prefixes, `${folder}/lib/${own}`);
  }
  return undefined;
}

/** What comes and goes without a meaning. */
const isCompiled = (path: string): boolean => /(?:^|\/)__pycache__$/.test(path) || /\.py[co]$/.test(path);

/** Of a standard library also: folders that are sites of their own, and its tests, which are never entered. */
const isBeside = (path: string): boolean =>
  isCompiled(path) || /^(?:site-packages|dist-packages|test)$/.test(path);

function folderDigest(path: string | undefined, leavesOut: (path: string) => boolean): string {
  if (path === undefined || !pathExists(path)) return 'nothing';
  return snapshotFolder(realPath(path), { leavesOut, texts: new Set() }).digest;
}

async function fileDigest(path: string | undefined): Promise<string> {
  if (path === undefined || !pathExists(path)) return 'nothing';
  return (await hashFile(realPath(path))).digest;
}

/** What stands for an interpreter and its standard library, by content, and its minor version; undefined when it is not to be seen. */
export async function interpreterFacts(
  environment: PythonEnvironment,
  root: SandboxRoot,
): Promise<{ readonly version: string; readonly digest: string } | undefined> {
  const standard = standardFolderOf(environment, root);
  const folder = standard && outside(root, environment.prefixes, standard);
  if (standard === undefined || folder === undefined) return undefined;
  const interpreter = await fileDigest(outside(root, environment.prefixes, insidePython(environment)));
  const version = basename(standard).replace(/^python/, '');
  return { version, digest: digestBytes(JSON.stringify([interpreter, folderDigest(folder, isBeside)])) };
}

/** The minor version of an interpreter, such as `3.11`, without running it; undefined when it is not to be seen. */
export function minorVersionOf(environment: PythonEnvironment, root: SandboxRoot): string | undefined {
  const standard = standardFolderOf(environment, root);
  return standard === undefined ? undefined : basename(standard).replace(/^python/, '');
}

/** The explorer's own files by content: another explorer gives other graphs. */
export const explorerDigest = (): string => folderDigest(probeFolder, isCompiled);

/** A file or a whole folder by content, without what Python compiled; `nothing` where there is none. Throws SYS004. */
export async function contentDigest(path: string): Promise<string> {
  return pathKind(path) === 'folder' ? folderDigest(path, isCompiled) : await fileDigest(path);
}

/**
 * One text for everything that an exploration depends on, by content: explorer, interpreter and its standard library, sites,
 * stubs, and what was asked for. Equal keys give equal graphs. Known before anything is run: what changes while it runs is explored
 * again the next time.
 */
export async function explorationKey(input: ExplorationInput, standardFolder: string): Promise<string> {
  const { environment, distribution, cage, options = {} } = input;
  const { fresh: _fresh, jobs: _jobs, ...asked } = options;
  const standard = outside(cage.root, environment.prefixes, standardFolder);
  const digestOf = (path: string | undefined, leavesOut = isCompiled): string => {
    const known = path === undefined ? undefined : cage.digests?.get(path);
    const digest = known ?? folderDigest(path, leavesOut);
    if (path !== undefined) cage.digests?.set(path, digest);
    return digest;
  };
  const parts = {
    root: cage.root.kind === 'image' ? cage.root.name : cage.root.kind,
    python: environment.python,
    distribution,
    asked,
    probe: digestOf(probeFolder),
    interpreter: await fileDigest(outside(cage.root, [], environment.python)),
    standard: digestOf(standard, isBeside),
    site: environment.site.map((path) => digestOf(path)),
    own: environment.own ?? [],
    stubs: (options.stubs ?? []).map((path) => digestOf(path)),
  };
  return digestBytes(JSON.stringify(parts));
}
