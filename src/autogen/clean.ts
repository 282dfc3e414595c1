import { dirname, join, relative, sep } from 'node:path';
import type { Fastpull, LedgerEntry } from '../fastpull/index.ts';
import { isAutogenName } from '../formats/gentoo/index.ts';
import { namesIn, removeEntry, runProcess, sha512Text, textIfThere } from '../host/index.ts';
import type { PackageReport } from './report.ts';
import { comparePackage, writePackage } from './write-package.ts';

export interface CleanOptions {
  readonly root: string;
  readonly fastpull: Fastpull;
  /** Autogens that ran as a whole and without a failure. */
  readonly autogenIds: ReadonlySet<string>;
  /** Ebuilds that this run made, whether they changed or not. */
  readonly made: ReadonlySet<string>;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Autogens that ran as a whole and without a failure: what they did not make again is left over. Two files of one folder are
 * one autogen; where one of them failed or did not run, nothing is known.
 */
export function cleanAutogens(reports: readonly PackageReport[]): ReadonlySet<string> {
  const ids = new Map<string, string>();
  const files = new Set<string>();
  const failed = new Set<string>();
  for (const { file, autogen, outcome } of reports) {
    const folder = dirname(file);
    files.add(file);
    if (outcome === 'failed' || outcome === 'skipped') failed.add(folder);
    else ids.set(folder, autogen);
  }
  for (const folder of ids.keys()) {
    const all = namesIn(folder).filter(isAutogenName);
    if (!all.every((name) => files.has(join(folder, name)))) failed.add(folder);
  }
  return new Set([...ids].filter(([folder]) => !failed.has(folder)).map(([, id]) => id));
}

/**
 * Removes ebuilds of earlier runs that a successful run of the same autogen did not make again (specification 3.5): only what
 * the ledger knows, nobody changed since, and git does not track. Returns their paths. Throws SYS001, SYS003, SYS004.
 */
export async function cleanGenerated(options: CleanOptions): Promise<readonly string[]> {
  const { root, fastpull, dryRun } = options;
  const ledger = fastpull.ledger('generated');
  const candidates = [...ledger.list()].filter((entry) => isLeftOver(entry, options));
  const tracked = await trackedFiles(
    candidates.map(({ path }) => path),
    options,
  );
  const removed = candidates.map(({ path }) => path).filter((path) => !tracked.has(path));
  if (dryRun) return removed;
  for (const path of removed) {
    removeEntry(path);
    await ledger.forget(path);
  }
  for (const folder of new Set(removed.map((path) => dirname(path)))) {
    // nothing new: the Manifest loses lines that no ebuild of the folder needs any more
    const output = { catpkg: relative(root, folder), builds: new Map(), entries: new Map() };
    await writePackage(root, comparePackage(root, output));
  }
  return removed;
}

function isLeftOver({ path, sha512, autogenId }: LedgerEntry, options: CleanOptions): boolean {
  if (!options.autogenIds.has(autogenId) || options.made.has(path)) return false;
  const below = relative(options.root, path);
  if (below.startsWith('..') || below.startsWith(sep)) return false;
  const text = textIfThere(path);
  return text !== undefined && sha512Text(text) === sha512;
}

async function trackedFiles(
  paths: readonly string[],
  { root, signal }: CleanOptions,
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const args = ['-C', root, 'ls-files', '-z', '--', '.'];
  const result = await runProcess('git', args, { signal });
  // where git cannot say, everything counts as tracked
  if (result.code !== 0) return new Set(paths);
  return new Set(result.stdout.split('\0').map((path) => join(root, path)));
}
