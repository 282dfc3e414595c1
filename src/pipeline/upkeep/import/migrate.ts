import { fault } from '../../../diagnostics/index.ts';
import { parseSettings, writeSetting } from '../../../formats/pkgbuild-repo/index.ts';
import { type FileChange, openWorkingCopy } from '../../../git/index.ts';
import type { Clock } from '../../../host/index.ts';
import { repositorySettingsFile } from '../../recipe-repository.ts';
import type { ImportReport } from './import-report.ts';

/** The pipeline files that a repository gets, by path. */
export type Template = ReadonlyMap<
  string,
  { readonly bytes: Uint8Array; readonly mode: '100644' | '100755' }
>;

export interface Migration {
  readonly branch: string;
  readonly commit: string;
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

export interface MigrationOptions {
  /** Top of a checkout. */
  readonly folder: string;
  readonly branch: string;
  readonly report: ImportReport;
  readonly template: Template;
  readonly clock: Clock;
}

/** Files of the template that a repository keeps its own of, when it has one. */
const keptWhenThere: ReadonlySet<string> = new Set([
  ...['.editorconfig', '.cz.toml', '.ci/aur-maintainers', '.ci/known_hosts', 'README.md'],
]);

/**
 * Makes the safe migrations as one commit on a new local branch (specification 22, defects 1 and 29): packmill's
 * pipeline files for the services that the old ones were for, the old ones removed, `.ci/config` set right. No package
 * folder is touched, as a push would build what it touches; neither are index, files and other branches. Throws CIU021
 * when the branch is there already or the folder is no checkout with a commit.
 */
export async function writeMigration(options: MigrationOptions): Promise<Migration> {
  const copy = await openWorkingCopy({ folder: options.folder, clock: options.clock });
  try {
    const ref = `refs/heads/${options.branch}`;
    const found = await copy.resolve(['HEAD', ref]);
    const head = found.get('HEAD');
    if (head === undefined) throw fault('CIU021', { what: `'${options.folder}' has no commit yet` });
    if (found.has(ref)) throw fault('CIU021', { what: `branch '${options.branch}' is there already` });
    const entries = await copy.entries(head, '');
    const settings = (await copy.readFiles(head, [repositorySettingsFile])).get(repositorySettingsFile);
    const text = settings === undefined ? '' : Buffer.from(settings).toString('utf8');
    const changes = migrationChanges(options, { text, has: (path) => entries.has(path) });
    const message = ['ci: run packmill', '', "Written by 'packmill import'.", ''].join('\n');
    const author = { name: 'packmill', email: 'packmill@localhost' };
    const [commit = ''] = await copy.writeCommits(
      [{ base: head, parents: [head], changes, message }],
      author,
    );
    await copy.setRef(ref, commit);
    const paths = (removed: boolean): readonly string[] =>
      changes.filter((change) => 'removed' in change === removed).map(({ path }) => path);
    return { branch: options.branch, commit, written: paths(false), removed: paths(true) };
  } finally {
    await copy.close();
  }
}

interface Present {
  readonly text: string;
  has(path: string): boolean;
}

function migrationChanges(
  { report, template }: MigrationOptions,
  { text, has }: Present,
): readonly FileChange[] {
  const old = report.findings.flatMap(({ rule, file }) => (rule === 'old-pipeline' && file ? [file] : []));
  const isOld = { gitlab: has('.gitlab-ci.yml'), github: old.some((file) => file.startsWith('.github/')) };
  // a repository without pipelines of either gets both to choose from
  const isNeither = !isOld.gitlab && !isOld.github;
  const changes = new Map<string, FileChange>();
  for (const file of old) changes.set(file, { path: file, removed: true });
  for (const [path, { bytes, mode }] of template) {
    if (path === repositorySettingsFile || (has(path) && keptWhenThere.has(path)) || path === 'README.md')
      continue;
    if (path === '.gitlab-ci.yml' && !isOld.gitlab && !isNeither) continue;
    if (path.startsWith('.github/') && !isOld.github && !isNeither) continue;
    changes.set(path, { path, bytes, mode });
  }
  // one that is not there yet is the template's, to fill in
  const own = has(repositorySettingsFile)
    ? text
    : Buffer.from(template.get(repositorySettingsFile)?.bytes ?? '').toString('utf8');
  const settings = migratedSettings(own, report);
  if (settings !== text) {
    changes.set(repositorySettingsFile, {
      path: repositorySettingsFile,
      bytes: Buffer.from(settings),
      mode: '100644',
    });
  }
  return [...changes.values()];
}

/** Names in the order that the documentation has them, and no updates from a template of the old kind. */
function migratedSettings(text: string, report: ImportReport): string {
  const { values } = parseSettings(text);
  let settings = text;
  if ('swapped-names' in report.counts) {
    // what is not written had the same default in both places
    const [source = 'chaotic-aur', target = 'chaotic-aur'] = [
      values.get('BUILD_REPO'),
      values.get('REPO_NAME'),
    ];
    settings = writeSetting(settings, 'BUILD_REPO', target);
    settings = writeSetting(settings, 'REPO_NAME', source);
  }
  if (values.get('TEMPLATE_REPO') && !values.get('TEMPLATE_PIN')) {
    settings = writeSetting(settings, 'TEMPLATE_ENABLE_UPDATES', 'false');
  }
  return settings;
}
