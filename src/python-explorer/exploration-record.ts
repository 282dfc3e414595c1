import { join } from 'node:path';
import {
  digestBytes,
  pathExists,
  realPath,
  snapshotFolder,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import type { SandboxRoot } from '../sandbox/index.ts';
import type { ExplorationInput } from './exploration-input.ts';
import type { GraphSummary } from './graph-file.ts';
import { probeFolder } from './python-environment.ts';

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
    return isWhole && Array.isArray(record.summary?.toplevels) ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(output: string, record: ExplorationRecord): Promise<void> {
  await writeFileWithMode(recordFile(output), `${JSON.stringify(record)}\n`, 0o644);
}

/** A path of the sandbox on this machine; undefined where the root is an image. */
function outside(root: SandboxRoot, prefixes: readonly string[], path: string): string | undefined {
  if (prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) return path;
  if (root.kind === 'image') return undefined;
  return root.kind === 'host' ? path : join(root.path, path);
}

/** Left out of a digest: what comes and goes without a meaning, and folders that are sites of their own. */
const leavesOut = (path: string): boolean =>
  /(?:^|\/)__pycache__$/.test(path) || /\.py[co]$/.test(path) || /^(?:site|dist)-packages$/.test(path);

function folderDigest(path: string | undefined): string {
  if (path === undefined || !pathExists(path)) return 'nothing';
  return snapshotFolder(realPath(path), { leavesOut, texts: new Set() }).digest;
}

/**
 * One text for everything that an exploration depends on, by content: explorer, interpreter and its standard library, sites,
 * stubs, and what was asked for. Equal keys give equal graphs.
 */
export async function explorationKey(input: ExplorationInput, standardFolder: string): Promise<string> {
  const { environment, distribution, cage, options = {} } = input;
  const { fresh: _fresh, jobs: _jobs, ...asked } = options;
  const standard = outside(cage.root, environment.prefixes, standardFolder);
  const parts = {
    root: cage.root.kind === 'image' ? cage.root.name : cage.root.kind,
    python: environment.python,
    distribution,
    asked,
    probe: folderDigest(probeFolder),
    standard: folderDigest(standard),
    site: environment.site.map(folderDigest),
    stubs: (options.stubs ?? []).map(folderDigest),
  };
  return digestBytes(JSON.stringify(parts));
}
