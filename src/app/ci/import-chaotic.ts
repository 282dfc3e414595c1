import { join } from 'node:path';
import { fault, isFault } from '../../diagnostics/index.ts';
import { readRepositorySettings } from '../../formats/pkgbuild-repo/index.ts';
import { shownAddress } from '../../git/index.ts';
import {
  absolutePath,
  bytesIfThere,
  entryFacts,
  makeTemporaryFolder,
  namesIn,
  pathKind,
  removeTree,
  runProcess,
  systemClock,
} from '../../host/index.ts';
import {
  type ImportReport,
  importReport,
  type Migration,
  readImportedRepository,
  repositorySettingsFile,
  type Template,
  writeMigration,
} from '../../pipeline/index.ts';
import { connectToManager, type FarmClient } from '../farm-client.ts';
import { knowsTarget } from './known-target.ts';

export interface ImportOptions {
  /** Folder of a checkout, or an address that git can clone. */
  readonly repository: string;
  /** Name of the new branch with the safe migrations; undefined: none is made. */
  readonly branch: string | undefined;
  /** Web address of a manager that is asked which names it knows; undefined: the one that the environment or farm says. */
  readonly manager: string | undefined;
  /** Folder of a farm of this machine, whose manager may be the one. */
  readonly farm: string;
  /** Called with what takes a while. */
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ImportResult {
  readonly report: ImportReport;
  readonly migration: Migration | undefined;
}

/**
 * Reads a repository and says what would be different; changes nothing but by a new branch. Throws CIU020, CIU021, and
 * SCH005 for a manager that was named and does not answer.
 */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const { repository } = options;
  const isFolder = pathKind(repository) === 'folder';
  if (!isFolder && !/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@?[^/]*:/i.test(repository)) {
    throw fault('CIU020', { what: `'${repository}' is neither a folder nor an address` });
  }
  if (isFolder) {
    const folder = absolutePath(repository);
    const report = await reportOf(folder, options);
    const { branch } = options;
    if (branch === undefined) return { report, migration: undefined };
    if (pathKind(join(folder, '.git')) === 'none')
      throw fault('CIU021', { what: `'${repository}' is no checkout` });
    const template = readTemplate();
    const migration = await writeMigration({ folder, branch, report, template, clock: systemClock });
    return { report, migration };
  }
  if (options.branch !== undefined)
    throw fault('CIU021', { what: `'${repository}' is not a folder of this machine` });
  const scratch = makeTemporaryFolder('packmill-import-');
  try {
    options.tell(`cloning ${shownAddress(repository)}`);
    const folder = await clone(repository, join(scratch, 'repository'), options.signal);
    return { report: await reportOf(folder, options), migration: undefined };
  } finally {
    await removeTree(scratch);
  }
}

async function reportOf(folder: string, options: ImportOptions): Promise<ImportReport> {
  const imported = await readImportedRepository(folder, options.repository);
  return importReport({ ...imported, knownTargets: await knownTargets(imported.settings, options) });
}

/** Which of the two names of `.ci/config` are targets of the manager; undefined when there is none who says so. */
async function knownTargets(
  text: string | undefined,
  { manager, farm }: ImportOptions,
): Promise<ReadonlySet<string> | undefined> {
  if (text === undefined) return undefined;
  const { buildRepo, repoName, arch } = readRepositorySettings(
    text,
    () => undefined,
    repositorySettingsFile,
  ).settings;
  let client: FarmClient | undefined;
  try {
    client = await connectToManager({ farm, url: manager });
    const known = new Set<string>();
    for (const name of new Set([buildRepo, repoName])) {
      const answer = await knowsTarget(client, name, arch);
      if (answer === undefined)
        throw fault('SCH005', { what: 'the manager does not tell which targets it has' });
      if (answer) known.add(name);
    }
    return known;
  } catch (error) {
    // one that was named has to answer; without one the report says that nobody was asked
    if (manager !== undefined || !isFault(error, 'SCH005')) throw error;
    return undefined;
  } finally {
    await client?.close();
  }
}

/** All branches with a piece of their history; links become ordinary files, so that none leads out of the clone. */
async function clone(url: string, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const settings = ['core.symlinks=false', 'core.hooksPath=/dev/null', 'protocol.ext.allow=never'];
  const words = [
    ...settings.flatMap((one) => ['-c', one]),
    ...['clone', '--quiet', '--template=', '--depth=500', '--no-single-branch', '--', url, folder],
  ];
  const result = await runProcess('git', words, { signal, timeoutMs: 900_000 });
  if (result.code === 0) return folder;
  const said = result.stderr.trim().split('\n').at(-1) ?? result.why;
  const shown = shownAddress(url);
  throw fault('CIU020', { what: `'${shown}' cannot be cloned`, why: said.replaceAll(url, shown) });
}

const templateFolder = join(import.meta.dirname, '../../../templates/pkgbuild-repo');

/** The pipeline files that come with packmill. */
function readTemplate(): Template {
  const files = new Map<string, { bytes: Uint8Array; mode: '100644' | '100755' }>();
  const walk = (folder: string): void => {
    for (const name of namesIn(join(templateFolder, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const facts = entryFacts(join(templateFolder, path));
      if (facts?.kind === 'folder') walk(path);
      const bytes = facts?.kind === 'file' ? bytesIfThere(join(templateFolder, path)) : undefined;
      if (bytes) files.set(path, { bytes, mode: ((facts?.mode ?? 0) & 0o111) === 0 ? '100644' : '100755' });
    }
  };
  walk('');
  if (files.size === 0) throw fault('CIU021', { what: `'${templateFolder}' has no pipeline files` });
  return files;
}
