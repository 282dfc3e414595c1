import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { parseSrcinfo } from '../../formats/pacman/index.ts';
import { type FileChange, openWorkingCopy, type WorkingCopy } from '../../git/index.ts';
import { type Clock, ensureFolder, pathKind, runOrThrow } from '../../host/index.ts';
import type { CiFacts } from '../ci-facts.ts';
import { formatRecipe } from '../format-recipe.ts';
import type { RecipeRepository } from '../recipe-repository.ts';
import type { AurAccess } from './aur-access.ts';
import { uploadSet } from './upload-set.ts';

/** What an upload works with. */
export interface UploadContext {
  readonly copy: WorkingCopy;
  /** The commit whose recipes are uploaded. */
  readonly commit: string;
  readonly repository: RecipeRepository;
  readonly ci: CiFacts;
  readonly clock: Clock;
  readonly access: AurAccess;
  readonly signal?: AbortSignal | undefined;
}

/** The AUR has one branch for each package. */
const branch = 'master';

/**
 * Makes the AUR repository of one package look like its folder (specification 10.2 to 10.5). Returns the new commit,
 * undefined when there was nothing to change. Throws CIU001 for a recipe that the AUR must not get, CIS010 for one that
 * cannot be parsed, GIT problems of the AUR.
 */
export async function uploadToAur(context: UploadContext, pkgbase: string): Promise<string | undefined> {
  const files = await filesFor(context, pkgbase);
  const { access, clock, signal } = context;
  const folder = join(access.folder, 'clones', pkgbase);
  ensureFolder(folder);
  await runOrThrow('git', ['init', '--quiet', '--template=', `--initial-branch=${branch}`, folder]);
  const url = context.repository.settings.aurPushUrl.replaceAll('{pkgbase}', pkgbase);
  const aur = await openWorkingCopy({ folder, branch, url, sshCommand: access.sshCommand, clock, signal });
  try {
    return await bringUpToDate(context, { aur, pkgbase, files });
  } finally {
    await aur.close();
  }
}

interface UploadedFile {
  readonly bytes: Uint8Array;
  readonly mode: '100644' | '100755' | '120000';
}

/** The upload set with the PKGBUILD in the repository's style. */
async function filesFor(
  { copy, commit }: UploadContext,
  pkgbase: string,
): Promise<ReadonlyMap<string, UploadedFile>> {
  const [entries, contents] = await Promise.all([
    copy.entries(commit, pkgbase),
    copy.readFolder(commit, pkgbase),
  ]);
  const inside = (path: string): string => path.slice(pkgbase.length + 1);
  const bytes = new Map([...contents].map(([path, content]) => [inside(path), content]));
  const place = { file: `${pkgbase}/.SRCINFO` };
  const text = bytes.get('.SRCINFO');
  if (text === undefined)
    throw fault('CIU001', { what: `'${pkgbase}' has no .SRCINFO`, place: { file: pkgbase } });
  const { srcinfo } = parseSrcinfo(Buffer.from(text).toString('utf8'), place.file);
  if (!srcinfo) throw fault('CIU001', { what: `the .SRCINFO of '${pkgbase}' cannot be read`, place });
  if (srcinfo.base.name !== pkgbase) {
    throw fault('CIU001', { what: `the .SRCINFO of '${pkgbase}' is of '${srcinfo.base.name}'`, place });
  }
  const pkgbuild = bytes.get('PKGBUILD');
  if (pkgbuild === undefined)
    throw fault('CIU001', { what: `'${pkgbase}' has no PKGBUILD`, place: { file: pkgbase } });
  const formatted = await formatRecipe(join(copy.folder, pkgbase, 'PKGBUILD'), {
    hasEditorconfig: pathKind(join(copy.folder, '.editorconfig')) === 'file',
    text: Buffer.from(pkgbuild).toString('utf8'),
  });
  bytes.set('PKGBUILD', Buffer.from(formatted));
  const modes = new Map([...entries].map(([path, { mode }]) => [inside(path), mode]));
  const files = new Map<string, UploadedFile>();
  for (const path of uploadSet(srcinfo, bytes.keys())) {
    const mode = modes.get(path);
    const kept = mode === '100755' || mode === '120000' ? mode : '100644';
    files.set(path, { bytes: bytes.get(path) as Uint8Array, mode: kept });
  }
  return files;
}

interface Target {
  readonly aur: WorkingCopy;
  readonly pkgbase: string;
  readonly files: ReadonlyMap<string, UploadedFile>;
}

async function bringUpToDate(context: UploadContext, target: Target): Promise<string | undefined> {
  const { aur, pkgbase } = target;
  const ref = `refs/heads/${branch}`;
  // a package that the AUR does not know yet has a repository without a branch
  const found = await aur.remoteRefs([ref]);
  const base = found.get(ref);
  if (base !== undefined) await aur.fetch([ref], found);
  const changes = await changesFor(target, base);
  if (changes.length === 0) return undefined;
  const message = uploadMessage(pkgbase, context.ci, context.repository);
  const [commit] = await aur.writeCommits(
    [{ base, parents: base === undefined ? [] : [base], changes, message }],
    context.repository.settings.author,
  );
  await aur.push([{ ref, to: commit, expected: base ?? null }]);
  return commit;
}

async function changesFor({ aur, files }: Target, base: string | undefined): Promise<readonly FileChange[]> {
  const none = new Map<string, never>();
  const [entries, contents] =
    base === undefined ? [none, none] : await Promise.all([aur.entries(base, ''), aur.readFolder(base, '')]);
  const changes: FileChange[] = [];
  for (const path of entries.keys()) {
    if (!files.has(path) && !path.startsWith('.git')) changes.push({ path, removed: true });
  }
  for (const [path, { bytes, mode }] of files) {
    const before = contents.get(path);
    const isSame =
      before !== undefined && entries.get(path)?.mode === mode && Buffer.compare(before, bytes) === 0;
    if (!isSame) changes.push({ path, bytes, mode });
  }
  return changes;
}

/** Specification 10.5. */
function uploadMessage(pkgbase: string, ci: CiFacts, { commit }: RecipeRepository): string {
  const branchName = ci.branch ?? commit;
  const history = ci.service === 'gitlab' ? '/-/commits' : '/commits';
  const source =
    ci.projectUrl === undefined
      ? ['The address of that repository is not available.']
      : [`History: ${ci.projectUrl}${history}/${branchName}/${pkgbase}`];
  const run = ci.runUrl === undefined ? [] : [`Pipeline run: ${ci.runUrl}`];
  const why = 'This commit was generated to mirror the changes of another repository of recipes.';
  return [`chore: update ${pkgbase}`, '', why, '', ...source, ...run, ''].join('\n');
}
