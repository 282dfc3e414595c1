import type { CiFacts } from '../../ci-facts.ts';
import { repositorySettingsFile } from '../../recipe-repository.ts';

/** Where the commit of the template that was taken last is kept. */
export const recordFile = '.ci/template-commit';
/** Public keys of those who sign the template. */
export const signersFile = '.ci/template-signers';

/** Files below `.ci` that belong to the repository alone (specification 11.1). */
const ownFiles: ReadonlySet<string> = new Set([
  repositorySettingsFile,
  '.ci/aur-maintainers',
  '.ci/aur-state',
  '.ci/known_hosts',
  recordFile,
  signersFile,
]);

/** Workflows that every repository on GitHub has, and those that are taken over where they are there already. */
const workflows = ['.github/workflows/on-commit.yml', '.github/workflows/on-schedule.yml'];
const optionalWorkflows = ['.github/workflows/checks.yml', '.github/workflows/auto-merge.yml'];

/** Whether the template may write a path; `has` tells what the repository has. */
export function isTemplateFile(path: string, ci: CiFacts, has: (path: string) => boolean): boolean {
  if (path.startsWith('.ci/')) return !ownFiles.has(path);
  if (path === '.gitlab-ci.yml') return ci.service === 'gitlab' || (ci.service === 'none' && has(path));
  if (workflows.includes(path)) return ci.service === 'github' || (ci.service === 'none' && has(path));
  return optionalWorkflows.includes(path) && ci.service !== 'gitlab' && has(path);
}

export interface TemplateFile {
  readonly mode: '100644' | '100755';
  readonly bytes: Uint8Array;
}

/** Files by path. */
export type TemplateFiles = ReadonlyMap<string, TemplateFile>;

/** What an update does with files. */
export interface TemplateChanges {
  readonly written: TemplateFiles;
  readonly removed: readonly string[];
  /** Paths that both sides changed: the repository's version stays. */
  readonly kept: readonly string[];
}

const same = (a: TemplateFile | undefined, b: TemplateFile | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && a.mode === b.mode && Buffer.compare(a.bytes, b.bytes) === 0);

/**
 * Decides file by file. `base` is the template as it was taken last: a file that the repository changed since stays,
 * and is named in `kept` when the template changed it as well. Without `base` nobody knows who changed what, and the
 * repository gets the template's files, deletions included (specification 11.1).
 */
export function templateChanges(
  ours: TemplateFiles,
  theirs: TemplateFiles,
  base: TemplateFiles | undefined,
): TemplateChanges {
  const written = new Map<string, TemplateFile>();
  const removed: string[] = [];
  const kept: string[] = [];
  for (const path of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [mine, wanted, before] = [ours.get(path), theirs.get(path), base?.get(path)];
    if (same(mine, wanted)) continue;
    // without a record every difference is the template's; a file that is gone comes back
    const isOurs = base !== undefined && mine !== undefined && !same(mine, before);
    if (isOurs) {
      if (!same(wanted, before)) kept.push(path);
    } else if (wanted === undefined) removed.push(path);
    else written.set(path, wanted);
  }
  return { written, removed, kept };
}
