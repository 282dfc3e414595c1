import { fault, type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { interruptible } from '../../host/index.ts';
import type { PipelineContext } from '../pipeline-context.ts';
import { readSettingsOf } from '../recipe-repository.ts';
import { type AurAccess, openAurAccess } from './aur-access.ts';
import { type UploadContext, uploadToAur } from './aur-upload.ts';

/** Host keys that are trusted, in the form of known_hosts; in the repository, so that they are reviewed like all else. */
export const knownHostsFile = '.ci/known_hosts';

export interface AurPushOptions {
  /** Names of packages; those without CI_MANAGE_AUR=true are passed over. */
  readonly packages: readonly string[];
  /** The commit whose recipes count; default that of the run. */
  readonly commit?: string | undefined;
  /** The private key of an AUR account (secret AUR_KEY). */
  readonly key: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of each package, in the order of names (specification 10.6). */
export interface AurPushReport {
  readonly pushed: readonly { readonly package: string; readonly commit: string }[];
  readonly unchanged: readonly string[];
  readonly failed: readonly { readonly package: string; readonly problem: Problem }[];
  /** Packages that were not tried, and why: no key, or the AUR is out of reach. */
  readonly skipped: readonly string[];
  readonly why: Problem | undefined;
}

/**
 * Uploads changed recipes to their AUR repositories (specification 10), after our own push has succeeded. One package's
 * failure stops no other; without a key, or with an AUR that does not answer, nothing is uploaded and that is no
 * failure. Failures are reported and in the answer; throws only what concerns our own
 * repository, and CIU004 when the program is interrupted: the key is gone then, too.
 */
export async function pushToAur(context: PipelineContext, options: AurPushOptions): Promise<AurPushReport> {
  const { copy, repository } = context;
  const commit = options.commit ?? repository.commit;
  const nothing = { pushed: [], unchanged: [], failed: [], skipped: [], why: undefined };
  if (!repository.settings.managesAur) return nothing;
  const names = await managedOf(context, commit, options.packages);
  if (names.length === 0) return nothing;
  if (!options.key?.trim()) {
    return skipAll(context, names, problem('CIU003', { what: 'AUR_KEY is not set' }));
  }
  const hosts = (await copy.readFiles(commit, [knownHostsFile])).get(knownHostsFile);
  const { key } = options;
  return await interruptible(async (interrupted) => {
    const access = openAurAccess(key, hosts === undefined ? '' : Buffer.from(hosts).toString('utf8'));
    try {
      const { ci, clock } = context;
      const signal = AbortSignal.any([interrupted, ...(options.signal ? [options.signal] : [])]);
      return await uploadAll(context, { copy, commit, repository, ci, clock, access, signal }, names);
    } finally {
      tellNewHostKeys(context, access);
      // whoever ends us: the key does not stay
      await access.close();
    }
  });
}

async function managedOf(
  { copy }: PipelineContext,
  commit: string,
  packages: readonly string[],
): Promise<readonly string[]> {
  const settings = await readSettingsOf(copy, commit, packages);
  return [...settings].flatMap(([name, one]) => (one.settings.managesAur ? [name] : [])).sort();
}

async function uploadAll(
  context: PipelineContext,
  upload: UploadContext,
  names: readonly string[],
): Promise<AurPushReport> {
  const pushed: { package: string; commit: string }[] = [];
  const unchanged: string[] = [];
  const failed: { package: string; problem: Problem }[] = [];
  for (const [index, name] of names.entries()) {
    try {
      const commit = await uploadToAur(upload, name);
      if (commit === undefined) unchanged.push(name);
      else pushed.push({ package: name, commit });
      context.tell(commit === undefined ? `AUR: '${name}' is up to date` : `AUR: '${name}' is uploaded`);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (upload.signal?.aborted) {
        throw fault('CIU004', { what: `uploads to the AUR are called off at '${name}'` });
      }
      // others would only wait for the same silence
      if (error.problem.code === 'GIT001') {
        const out = problem('CIU003', { what: 'the AUR is out of reach', why: wordsOf(error.problem) });
        return { ...skipAll(context, names.slice(index), out), pushed, unchanged, failed };
      }
      const found = uploadProblem(name, error.problem);
      context.report(found);
      failed.push({ package: name, problem: found });
    }
  }
  return { pushed, unchanged, failed, skipped: [], why: undefined };
}

/** Problems of the recipe stay what they are, those of the way to the AUR become CIU002. */
function uploadProblem(name: string, cause: Problem): Problem {
  if (!/^(?:GIT|SYS)/.test(cause.code)) return cause;
  return problem('CIU002', { what: `'${name}' is not uploaded to the AUR`, why: wordsOf(cause) });
}

const wordsOf = ({ what, why }: Problem): string => (why === undefined ? what : `${what}: ${why}`);

function skipAll(context: PipelineContext, skipped: readonly string[], why: Problem): AurPushReport {
  context.report(why);
  return { pushed: [], unchanged: [], failed: [], skipped, why };
}

function tellNewHostKeys({ tell }: PipelineContext, access: AurAccess): void {
  for (const line of access.newHostKeys()) {
    tell(`AUR: host key taken on trust; to pin it, add to '${knownHostsFile}': ${line}`);
  }
}
