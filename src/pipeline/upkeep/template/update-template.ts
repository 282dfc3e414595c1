import { join } from 'node:path';
import { ProblemError, problem } from '../../../diagnostics/index.ts';
import { type FileChange, openWorkingCopy, shownAddress, type WorkingCopy } from '../../../git/index.ts';
import { ensureFolder, makeTemporaryFolder, removeTree, runOrThrow } from '../../../host/index.ts';
import { waitingDocuments } from '../../deliver.ts';
import type { PipelineContext } from '../../pipeline-context.ts';
import { repositorySettingsFile, utf8Text } from '../../recipe-repository.ts';
import { fetchRemoteRefs, type RemoteRefs, tagMove } from '../../state-branch.ts';
import {
  isTemplateFile,
  recordFile,
  signersFile,
  type TemplateChanges,
  type TemplateFile,
  type TemplateFiles,
  templateChanges,
} from './template-files.ts';
import { parseTemplatePin, type TemplatePin } from './template-pin.ts';
import { signatureTrouble } from './verify-template.ts';

/**
 * What an update of the pipeline files came to. `updated`: a commit was made and pushed, and the run has to end, as the
 * next one starts with the new files; after everything else the run goes on. `waiting`: there is something to take over,
 * and a hand-over has to be accepted first. `not-pushed`: our own remote did not take it.
 */
export interface TemplateReport {
  readonly outcome:
    | 'off'
    | 'unpinned'
    | 'untrusted'
    | 'unavailable'
    | 'current'
    | 'waiting'
    | 'not-pushed'
    | 'updated';
  /** Our new commit, and the template's that it takes over. */
  readonly commit?: string;
  readonly template?: string;
  /** Paths written, removed, and left as they are though the template changed them. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

const nothing = { written: [], removed: [], kept: [] };

/**
 * Takes over the pipeline files of the template (specification 11), from the pinned commit or from a commit that the
 * pinned key has signed. Only the listed files are copied and nothing of the template is run. Trouble with the
 * template (CIU010 to CIU014) and with our own remote (CIU015) is reported and ends nothing; throws SYS problems only.
 */
export async function updateTemplate(
  context: PipelineContext,
  signal?: AbortSignal,
): Promise<TemplateReport> {
  const { enabled, repo, pin: text, allowUnpinned } = context.repository.settings.template;
  if (!enabled || repo === '') return { outcome: 'off', ...nothing };
  const pin = text === undefined ? undefined : parseTemplatePin(text);
  if (text !== undefined && pin === undefined) {
    context.report(
      problem('CIU014', { what: `TEMPLATE_PIN is '${text}'`, place: { file: repositorySettingsFile } }),
    );
    return { outcome: 'untrusted', ...nothing };
  }
  if (pin === undefined && !allowUnpinned) {
    context.report(
      problem('CIU010', {
        what: 'TEMPLATE_REPO is set, and TEMPLATE_PIN is not',
        place: { file: repositorySettingsFile },
      }),
    );
    return { outcome: 'unpinned', ...nothing };
  }
  context.tell(`looking for new pipeline files in '${shownAddress(repo)}'`);
  const scratch = makeTemporaryFolder('packmill-template-');
  try {
    return await updateFrom(context, { pin, scratch, signal });
  } finally {
    await removeTree(scratch);
  }
}

/** What work comes to; trouble of git in it is reported under a code and is the given outcome. */
async function orTold<T>(
  context: PipelineContext,
  trouble: { readonly code: 'CIU012' | 'CIU015'; readonly outcome: TemplateReport['outcome'] },
  work: () => Promise<T>,
): Promise<T | TemplateReport> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.problem.code.startsWith('GIT')) throw error;
    const { what, why } = error.problem;
    context.report(problem(trouble.code, { what, ...(why === undefined ? {} : { why }) }));
    return { outcome: trouble.outcome, ...nothing };
  }
}

interface Update {
  readonly pin: TemplatePin | undefined;
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
}

async function updateFrom(context: PipelineContext, update: Update): Promise<TemplateReport> {
  const { repo, ref } = context.repository.settings.template;
  const folder = join(update.scratch, 'template');
  ensureFolder(folder);
  await runOrThrow('git', ['init', '--quiet', '--template=', folder]);
  const { clock } = context;
  const template = await openWorkingCopy({ folder, branch: ref, url: repo, clock, signal: update.signal });
  try {
    const missing = { code: 'CIU012', outcome: 'unavailable' } as const;
    const commit = await orTold(context, missing, () => chosenCommit(context, template, update));
    if (typeof commit !== 'string') return commit;
    const refused = { code: 'CIU015', outcome: 'not-pushed' } as const;
    return await orTold(context, refused, () => takeOver(context, template, commit));
  } finally {
    await template.close();
  }
}

/** The commit of the template to take; a report when there is none that may be taken. */
async function chosenCommit(
  context: PipelineContext,
  template: WorkingCopy,
  { pin, scratch }: Update,
): Promise<string | TemplateReport> {
  const { ref } = context.repository.settings.template;
  await template.fetch([`refs/heads/${ref}`]);
  const names = [`refs/remotes/${template.remote}/${ref}`, ...(pin?.kind === 'commit' ? [pin.commit] : [])];
  const found = await template.resolve(names);
  const distrust = (what: string): TemplateReport => {
    context.report(problem('CIU011', { what }));
    return { outcome: 'untrusted', ...nothing };
  };
  if (pin?.kind === 'commit') {
    return (
      found.get(pin.commit) ??
      distrust(`branch '${ref}' of the template has no commit ${pin.commit.slice(0, 12)}`)
    );
  }
  const tip = found.get(names[0] as string);
  if (tip === undefined) {
    context.report(problem('CIU012', { what: `the template has no branch '${ref}'` }));
    return { outcome: 'unavailable', ...nothing };
  }
  if (pin) {
    const signers = await ownText(context, signersFile);
    const folder = template.folder;
    const trouble = await signatureTrouble(pin, { folder, commit: tip, signers, scratch });
    if (trouble !== undefined) return distrust(`commit ${tip.slice(0, 12)} of the template: ${trouble}`);
  }
  const last = (await ownText(context, recordFile)).trim();
  // an old commit has a good signature too
  if (/^[0-9a-f]{40,64}$/.test(last) && !(await template.isAncestor(last, tip))) {
    return distrust(
      `commit ${tip.slice(0, 12)} of the template does not follow ${last.slice(0, 12)}, which was taken last`,
    );
  }
  return tip;
}

async function ownText({ copy, repository }: PipelineContext, path: string): Promise<string> {
  return utf8Text((await copy.readFiles(repository.commit, [path])).get(path));
}

async function takeOver(
  context: PipelineContext,
  template: WorkingCopy,
  commit: string,
): Promise<TemplateReport> {
  const { copy, repository, ci } = context;
  const everything = await copy.entries(repository.commit, '');
  const isWanted = (path: string): boolean => isTemplateFile(path, ci, (one) => everything.has(one));
  const ours = await filesAt(copy, repository.commit, isWanted);
  const theirs = await filesAt(template, commit, isWanted);
  const last = (await ownText(context, recordFile)).trim();
  const isKnown = /^[0-9a-f]{40,64}$/.test(last) && (await template.resolve([last])).size > 0;
  const base = isKnown ? await filesAt(template, last, isWanted) : undefined;
  const changes = templateChanges(ours, theirs, base);
  // what is kept is recorded too, so that it is told once and not by every run
  if (changes.written.size + changes.removed.length + changes.kept.length === 0) {
    return { outcome: 'current', template: commit, ...nothing };
  }
  const refs = await fetchRemoteRefs(copy);
  // what waits with a tag moves it to the commit before ours, and nothing would move it on
  if ((await waitingDocuments(context, refs)).some(({ tag }) => tag !== undefined)) {
    context.tell('pipeline files are updated once the hand-over that waits is accepted');
    return { outcome: 'waiting', template: commit, ...nothing };
  }
  for (const path of changes.kept) {
    const what = `'${path}' was changed here and in the template; yours stays`;
    context.report(problem('CIU013', { what, place: { file: path } }));
  }
  const told = { written: [...changes.written.keys()], removed: changes.removed, kept: changes.kept };
  const made = await publish(context, refs, { template: commit, changes });
  context.tell(`pipeline files are updated from commit ${commit.slice(0, 12)} of the template`);
  return { outcome: 'updated', commit: made, template: commit, ...told };
}

/** Plain files that the template is about; links and submodules are none. */
async function filesAt(
  copy: WorkingCopy,
  commit: string,
  isWanted: (path: string) => boolean,
): Promise<TemplateFiles> {
  const entries = await copy.entries(commit, '');
  const plain = [...entries].flatMap(([path, { mode }]) =>
    (mode === '100644' || mode === '100755') && isWanted(path) ? [{ path, mode }] : [],
  );
  const contents = await copy.readFiles(
    commit,
    plain.map(({ path }) => path),
  );
  const files = new Map<string, TemplateFile>();
  for (const { path, mode } of plain) {
    const bytes = contents.get(path);
    if (bytes !== undefined) files.set(path, { mode, bytes });
  }
  return files;
}

/** One commit on top of `HEAD`; the tag goes with it only when it stood there (specification 11.2). */
async function publish(
  context: PipelineContext,
  refs: RemoteRefs,
  { template, changes: taken }: { readonly template: string; readonly changes: TemplateChanges },
): Promise<string> {
  const { copy, repository, ci } = context;
  const { written, removed, kept } = taken;
  const head = repository.commit;
  const record: FileChange = { path: recordFile, bytes: Buffer.from(`${template}\n`), mode: '100644' };
  const changes: readonly FileChange[] = [
    ...[...written].map(([path, { bytes, mode }]): FileChange => ({ path, bytes, mode })),
    ...removed.map((path): FileChange => ({ path, removed: true })),
    record,
  ];
  const subject = `chore(ci): update CI from template${ci.skipsCi ? ' [skip ci]' : ''}`;
  const lists = { written: [...written.keys()], removed, 'kept as it is': kept };
  const body = Object.entries(lists).flatMap(([word, paths]) => paths.map((path) => `${word}: ${path}`));
  const message = [subject, '', `Template commit: ${template}`, ...body, ''].join('\n');
  const [commit = ''] = await copy.writeCommits(
    [{ base: head, parents: [head], changes, message }],
    repository.settings.author,
  );
  const follows = refs.scheduled === head;
  await copy.push(
    [
      { ref: `refs/heads/${copy.branch}`, to: commit, expected: head },
      ...(follows ? [tagMove(refs.scheduled, commit)] : []),
    ],
    ci.quietPush,
  );
  await copy.moveTo(commit);
  if (follows) await copy.setRef('refs/tags/scheduled', commit);
  return commit;
}
