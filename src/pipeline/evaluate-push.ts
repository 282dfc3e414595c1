import { fault, problem } from '../diagnostics/index.ts';
import { isValidPkgname } from '../formats/pacman/index.ts';
import {
  changedFolders,
  type DeployMarker,
  deployMarkers,
  type RequestedPackage,
} from '../formats/pkgbuild-repo/index.ts';
import type { CommitFacts } from '../git/index.ts';
import { nearestWords } from '../primitives/index.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { misnamedFolder } from './recipe-repository.ts';

/** What a push means (specification 5.4). */
export interface PushMeaning {
  /** Everything is to be built. */
  readonly all: boolean;
  /** To be built, without duplicates. */
  readonly packages: readonly RequestedPackage[];
  /** Folders that are gone. */
  readonly removed: readonly string[];
}

/**
 * Reads messages and changed files between two commits (specification 5.1 to 5.3). Without `base` only `HEAD` counts.
 * Throws CIC004 and CIC005 for deploy markers that lead nowhere.
 */
export async function evaluatePush(context: PipelineContext, base: string | undefined): Promise<PushMeaning> {
  const { copy, repository } = context;
  const [commits, changes] = await Promise.all([
    copy.commitsBetween(base, repository.commit),
    copy.changesBetween(base, repository.commit),
  ]);
  const here = new Set(repository.packages);
  const misnamed = new Set(repository.misnamed);
  const marked = await readMarkers(context, commits, base);
  const { changed, removed } = changedFolders(
    changes.map(({ path }) => path),
    (folder) => here.has(folder) || misnamed.has(folder),
    repository.settings.ignoreList,
  );
  const packages = new Map(marked.packages.map((wanted) => [wanted.name, wanted]));
  for (const name of changed) {
    if (here.has(name)) packages.set(name, packages.get(name) ?? { name });
    // a file that became a folder's link, or a link's neighbour, is no package and was none
    else if (misnamed.has(name)) context.report(misnamedFolder(name));
  }
  return { all: marked.all, packages: [...packages.values()], removed: removed.filter(isValidPkgname) };
}

interface Marked {
  readonly all: boolean;
  readonly packages: readonly RequestedPackage[];
}

/** Markers of all messages, newest first, up to the first `all` (specification 5.2). */
async function readMarkers(
  context: PipelineContext,
  commits: readonly CommitFacts[],
  base: string | undefined,
): Promise<Marked> {
  const packages = new Map<string, RequestedPackage>();
  for (const commit of commits) {
    for (const marker of deployMarkers(commit.message)) {
      if (!marker.isReadable) throw unreadable(marker, commit);
      for (const wanted of marker.packages) {
        if (context.repository.packages.includes(wanted.name)) {
          // the newest message says which class
          if (packages.get(wanted.name)?.buildClass === undefined) packages.set(wanted.name, wanted);
        } else await rejectUnlessRemoved(context, { wanted, commit, base });
      }
      if (marker.all) return { all: true, packages: [...packages.values()] };
    }
  }
  return { all: false, packages: [...packages.values()] };
}

const short = ({ id }: CommitFacts): string => id.slice(0, 7);

function unreadable(marker: DeployMarker, commit: CommitFacts): Error {
  const bad = marker.unreadable.map((word) => `'${word}'`).join(', ');
  const detail = bad === '' ? 'it names no package' : `${bad} cannot be the name of a package`;
  return fault('CIC005', { what: `'${marker.text}' of commit ${short(commit)} cannot be read: ${detail}` });
}

/** A name that is gone was there at the tagged commit and is being removed; any other was never there (CIC004). */
async function rejectUnlessRemoved(
  context: PipelineContext,
  at: { readonly wanted: RequestedPackage; readonly commit: CommitFacts; readonly base: string | undefined },
): Promise<void> {
  const { copy, repository } = context;
  const { name } = at.wanted;
  const before = at.base === undefined ? undefined : await copy.list(at.base, '');
  if (before?.get(name) === 'folder') {
    context.report(
      problem('CIC006', { what: `'${name}', which commit ${short(at.commit)} marks, is removed` }),
    );
    return;
  }
  const near = nearestWords(name, repository.packages);
  throw fault('CIC004', {
    what: `commit ${short(at.commit)} marks '${name}', which is no package here${near === undefined ? '' : `; did you mean ${near}?`}`,
  });
}
