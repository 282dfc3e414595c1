import { isFault } from '../diagnostics/index.ts';
import { isValidPkgname } from '../formats/pacman/index.ts';
import type { WorkingCopy } from '../git/index.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { type RemoteRefs, stateCommit, stateMove } from './state-branch.ts';

/**
 * Path on branch `state` of the packages that the AUR has to get and may not have yet, one name a line. It is written
 * in the push that ends a run's other work, so that whoever dies then leaves the uploads to the next run.
 */
export const uploadsPath = '.aur-uploads';

/** Uploads packages as a commit has them; returns those whose upload a later run has to try again. */
export type UploadToAur = (packages: readonly string[], commit: string) => Promise<readonly string[]>;

/** The names of the file; what is no name of a package is passed over. */
export function readUploads(bytes: Uint8Array | undefined): readonly string[] {
  return Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n')
    .filter(isValidPkgname);
}

/** The file, sorted; null for no names: then there is none. */
export function uploadsBytes(names: readonly string[]): Uint8Array | null {
  if (names.length === 0) return null;
  return Buffer.from(
    [...new Set(names)]
      .sort()
      .map((name) => `${name}\n`)
      .join(''),
  );
}

/** What earlier runs have left to be uploaded. */
export async function awaitedUploads(
  { copy, repository }: Pick<PipelineContext, 'copy' | 'repository'>,
  { state }: RemoteRefs,
): Promise<readonly string[]> {
  if (state === undefined || !repository.settings.managesAur) return [];
  return readUploads((await copy.readFiles(state, [uploadsPath])).get(uploadsPath));
}

/** How the file has to change to hold these names; empty: not at all. Undefined names: whatever it has stays. */
export async function uploadsChange(
  copy: WorkingCopy,
  state: string | undefined,
  names: readonly string[] | undefined,
): Promise<readonly (readonly [string, Uint8Array | null])[]> {
  if (names === undefined) return [];
  const there =
    state === undefined ? undefined : (await copy.readFiles(state, [uploadsPath])).get(uploadsPath);
  const bytes = uploadsBytes(names);
  const isSame =
    bytes === null ? there === undefined : there !== undefined && Buffer.compare(there, bytes) === 0;
  return isSame ? [] : [[uploadsPath, bytes]];
}

/**
 * Uploads what is noted, and notes what is left. A note that cannot be written is a warning: the next run finds that the
 * AUR has everything. Throws what `upload` throws.
 */
export async function finishUploads(
  context: PipelineContext,
  refs: RemoteRefs,
  work: {
    readonly names: readonly string[];
    readonly commit: string;
    readonly upload: UploadToAur | undefined;
  },
): Promise<RemoteRefs> {
  const { names, commit, upload } = work;
  if (names.length === 0 || !upload) return refs;
  const left = await upload(names, commit);
  try {
    return await noteUploads(context, refs, left);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report({ ...error.problem, severity: 'warning' });
    return refs;
  }
}

async function noteUploads(
  { copy, repository, ci }: PipelineContext,
  refs: RemoteRefs,
  names: readonly string[],
): Promise<RemoteRefs> {
  const changes = await uploadsChange(copy, refs.state, names);
  if (changes.length === 0) return refs;
  const [state] = await copy.writeCommits(
    [stateCommit(refs.state, new Map(changes))],
    repository.settings.author,
  );
  await copy.push([stateMove(refs.state, state as string)], ci.quietPush);
  return { ...refs, state };
}
