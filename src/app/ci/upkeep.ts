import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { requestedPackages } from '../../formats/pkgbuild-repo/index.ts';
import { machine, textIfThere } from '../../host/index.ts';
import {
  type AurPushReport,
  commitMessageTrouble,
  messageOfFile,
  type PipelineContext,
  pushToAur,
  type TemplateReport,
  type UploadToAur,
  updateTemplate,
} from '../../pipeline/index.ts';
import { type PipelineOptions, withPipeline } from './open-pipeline.ts';

/**
 * How runs upload what they scheduled: packages that the AUR gets, as the scheduled commit has them, at which the
 * checkout need not be (specification 7.15, 10.1). What the AUR did not take for a reason that is not the recipe's is
 * tried again by the next run.
 */
export function uploadsToAur(context: PipelineContext, signal?: AbortSignal): UploadToAur {
  return async (packages, commit) => {
    const done = await pushToAur(context, { packages, commit, key: machine.variable('AUR_KEY'), signal });
    const failed = done.failed.filter(({ problem: { code } }) => code === 'CIU002');
    return [...done.skipped, ...failed.map((one) => one.package)];
  };
}

/** Uploads the named packages, `all` by default; see `pushToAur`. Throws CIC007 for names that no package has. */
export async function runManageAur(options: PipelineOptions, names: string): Promise<AurPushReport> {
  return await withPipeline(options, async (context) => {
    const { repository } = context;
    const asked = requestedPackages(names);
    const everything = asked.all || names.trim() === '';
    const packages = everything ? repository.packages : asked.packages.map(({ name }) => name);
    const unknown = [...asked.unreadable, ...packages.filter((name) => !repository.packages.includes(name))];
    if (unknown.length > 0) throw fault('CIC007', { what: `there is no package '${unknown.join("', '")}'` });
    if (!repository.settings.managesAur) {
      const off = problem('CIU003', { what: 'CI_MANAGE_AUR is not true', place: { file: '.ci/config' } });
      options.onProblem(off);
    }
    return await pushToAur(context, {
      packages,
      key: machine.variable('AUR_KEY'),
      signal: options.signal,
    });
  });
}

/** See `updateTemplate`. */
export async function runUpdateTemplate(options: PipelineOptions): Promise<TemplateReport> {
  return await withPipeline(options, (context) => updateTemplate(context, options.signal));
}

/** A commit of a range, or a message that is being written. */
export interface CheckedMessage {
  readonly commit: string | undefined;
  readonly subject: string;
  readonly problem: Problem | undefined;
}

/** Checks the messages of a range `A..B`, or of one commit (specification 2.5). Throws CIU031, GIT010. */
export async function runCheckCommits(
  options: PipelineOptions,
  range: string,
): Promise<readonly CheckedMessage[]> {
  return await withPipeline(options, async ({ copy }) => {
    const [first, last] = range.includes('..') ? range.split(/\.\.\.?/) : [undefined, range];
    const ends = [first, last || 'HEAD'].filter((end) => end !== undefined);
    const found = await copy.resolve(ends);
    for (const end of ends) {
      if (!found.has(end)) throw fault('CIU031', { what: `there is no commit '${end}'` });
    }
    const base = first === undefined ? undefined : found.get(first);
    if (base !== undefined) await copy.deepenTo(base);
    const commits = await copy.commitsBetween(base, found.get(last || 'HEAD') as string);
    return commits.map(({ id, message }) => checked(message, id));
  });
}

/** Checks a message file as git hands it to the hook commit-msg. Throws CIU031. */
export function checkMessageFile(file: string): CheckedMessage {
  const text = textIfThere(file);
  if (text === undefined) throw fault('CIU031', { what: `there is no file '${file}'` });
  return checked(messageOfFile(text), undefined);
}

function checked(message: string, commit: string | undefined): CheckedMessage {
  const [subject = ''] = message.split('\n');
  const trouble = commitMessageTrouble(message);
  const name =
    commit === undefined ? 'the message' : `commit ${commit.slice(0, 7)} ('${subject.slice(0, 60)}')`;
  return {
    commit,
    subject,
    problem: trouble === undefined ? undefined : problem('CIU030', { what: `${name}: ${trouble}` }),
  };
}
