import type { HandOver, RemovalRequest, ScheduleRequest } from '../api/index.ts';
import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import { mirrorUrl, type RepositorySettings, type RequestedPackage } from '../formats/pkgbuild-repo/index.ts';
import { digestBytes } from '../host/index.ts';

/** What a run found, to be made into one document. */
export interface HandOverParts {
  readonly settings: RepositorySettings;
  /** The commit whose recipes are built, and that `scheduled` moves to when `movesTag`. */
  readonly commit: string;
  readonly movesTag: boolean;
  /** The commit that was compared with; undefined: the request is for no range of commits. */
  readonly since?: string | undefined;
  readonly createdMs: number;
  readonly pipeline?: string | undefined;
  /** To be built; none: no request. */
  readonly packages: readonly RequestedPackage[];
  /** The complete list of packages that stay; undefined: no clean-up (specification 5.6). */
  readonly keep?: readonly string[] | undefined;
  /** When the list was true, ms since the epoch: what was deployed later stays. */
  readonly keepAsOfMs?: number | undefined;
  /** Tells apart requests of the same content that are meant to be two: manual runs and triggers. */
  readonly nonce?: string | undefined;
}

/** Names that reach the manager: a wrong one must not end up as a default, or somewhere else is built for. */
function requireNames({ buildRepo, repoName, arch }: RepositorySettings): void {
  const names = { BUILD_REPO: buildRepo, REPO_NAME: repoName, CI_ARCH: arch };
  for (const [key, name] of Object.entries(names)) {
    if (/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) continue;
    throw fault('CIC003', {
      severity: 'error',
      what: `'${key}' is '${name}', which is no name`,
      why: 'Requests name the repository to build for, the source of recipes and the architecture.',
      place: { file: '.ci/config' },
    });
  }
}

/**
 * One document for the manager. Its id and those of its requests follow from the content but the pipeline, the
 * beginning of the range and times, so that a repeated run makes the same request (specification 22.24). Throws CIC003
 * for settings that cannot be names.
 */
export function makeHandOver(parts: HandOverParts): HandOver {
  const { settings, commit, packages, keep } = parts;
  requireNames(settings);
  const archMirror = mirrorUrl(settings.libraryDatabases);
  const schedule: Omit<ScheduleRequest, 'id' | 'pipeline' | 'since'> | undefined =
    packages.length === 0
      ? undefined
      : {
          target: settings.buildRepo,
          source: settings.repoName,
          arch: settings.arch,
          commit,
          ...(archMirror === undefined ? {} : { archMirror }),
          urgency: 0,
          packages: packages.map(({ name, buildClass }) => ({
            name,
            ...(buildClass === undefined ? {} : { buildClass }),
          })),
        };
  const cleanup: Omit<RemovalRequest, 'id' | 'asOfMs'> | undefined =
    keep === undefined
      ? undefined
      : {
          target: settings.buildRepo,
          arch: settings.arch,
          keep: [...keep],
          force: false,
        };
  const content = JSON.stringify([commit, parts.movesTag, schedule, cleanup, parts.nonce]);
  const id = `ci-${digestBytes(Buffer.from(content)).slice(0, 32)}`;
  return {
    version: 1,
    id,
    createdMs: parts.createdMs,
    ...(parts.movesTag ? { tag: commit } : {}),
    ...(schedule
      ? {
          schedule: {
            ...schedule,
            id: `${id}-build`,
            ...(parts.since === undefined ? {} : { since: parts.since }),
            ...(parts.pipeline === undefined ? {} : { pipeline: parts.pipeline }),
          },
        }
      : {}),
    ...(cleanup
      ? {
          cleanup: {
            ...cleanup,
            id: `${id}-clean`,
            ...(parts.keepAsOfMs === undefined ? {} : { asOfMs: parts.keepAsOfMs }),
          },
        }
      : {}),
  };
}

/** What a document asks to be built. */
export function packagesOf({ schedule }: HandOver): readonly RequestedPackage[] {
  return (schedule?.packages ?? []).map(({ name, buildClass }) =>
    buildClass === undefined ? { name } : { name, buildClass },
  );
}

/** Folder of documents that wait, on branch `state`. */
export const outboxFolder = '.outbox';

/** Path of a document that waits. */
export function outboxPath(id: string): string {
  return `${outboxFolder}/${id}.json`;
}

/** A document as a file. */
export function outboxBytes(document: HandOver): Uint8Array {
  return Buffer.from(`${JSON.stringify(document, undefined, 1)}\n`);
}

/** Documents that wait, oldest first, from the files of branch `state`; what is none is reported (CIC016). */
export async function readOutbox(files: ReadonlyMap<string, Uint8Array>): Promise<{
  readonly waiting: readonly HandOver[];
  readonly problems: readonly Problem[];
}> {
  const waiting: HandOver[] = [];
  const problems: Problem[] = [];
  for (const [path, bytes] of files) {
    if (!path.startsWith(`${outboxFolder}/`)) continue;
    const document = await parseHandOver(bytes);
    if (document && outboxPath(document.id) === path) waiting.push(document);
    else
      problems.push(
        problem('CIC016', { what: `'${path}' on branch 'state' is no hand-over`, place: { file: path } }),
      );
  }
  waiting.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  return { waiting, problems };
}

async function parseHandOver(bytes: Uint8Array): Promise<HandOver | undefined> {
  // schemas are loaded only when something waits, which is seldom
  const { handOverSchema } = await import('../api/index.ts');
  try {
    const parsed = handOverSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** What the manager made of a document. */
export interface Delivery {
  /** Names that it took. */
  readonly accepted: readonly string[];
  /**
   * It took nothing of it: what changed up to this commit was accepted with an earlier document that began at the same
   * commit, whose run did not live to move the tag.
   */
  readonly coveredTo?: string | undefined;
  /** Names that it can make nothing of, with its words. */
  readonly refused: readonly { readonly name: string; readonly what: string; readonly next?: string }[];
  /** pkgbases that the clean-up took away. */
  readonly removed: readonly string[];
  /** pkgbases that are not in the list and stay, as they were deployed after it was made; undefined: none. */
  readonly spared?: readonly string[];
  /** Why a clean-up was refused. */
  readonly cleanupRefused?: Problem;
}

/** The way to the manager. */
export interface HandOverPort {
  /**
   * Delivers a document, the request to build first; it is durable with the manager when this returns. A repetition is
   * harmless. Throws SCH005 and others of the world's fault when nobody answers, CIC023 when there is no way at all,
   * and the manager's own problem when it refuses the whole request.
   */
  deliver(document: HandOver): Promise<Delivery>;
}

/** Whether a later try may succeed without anybody doing something about it. */
export function isOutOfReach(error: unknown): boolean {
  return isFault(error) && error.problem.blame === 'world';
}
