import { compareVersions } from '../stages/index.ts';
import type { Mirror, MirrorSubarch } from './contract.ts';

/** How much of a mirror stays (9.9). */
export interface RetentionRules {
  /** Complete builds of each subarch that stay. */
  readonly keepBuilds: number;
  /** Snapshots of each build that stay. */
  readonly keepSnapshots: number;
  /** After so many milliseconds without a change, an incomplete build is taken for left behind. */
  readonly staleMs: number;
}

/** Something that may go. */
export interface Removal {
  readonly path: string;
  readonly kind: 'build' | 'incomplete' | 'snapshot';
  readonly why: string;
}

const placeOf = (build: string, archDesc: string, subarch: string): string =>
  `${build}/${archDesc}/${subarch}`;

/** Versions that somebody builds on: own control files, those of subarches that take their seed from here, and links. */
function neededVersions(mirror: Mirror): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const { identity, control, latest } of mirror.subarches) {
    const { build, archDesc, subarch } = identity;
    const own = placeOf(build, archDesc, subarch);
    for (const [name, value] of control) if (name.startsWith('version/')) needed.add(`${own}/${value}`);
    for (const destination of latest.values()) needed.add(`${own}/${destination.split('/')[0]}`);
  }
  return needed;
}

function fromSubarch(
  subarch: MirrorSubarch,
  needed: ReadonlySet<string>,
  of: { rules: RetentionRules; nowMs: number },
) {
  const { versions, identity, busy } = subarch;
  if (busy !== undefined) return [];
  const own = placeOf(identity.build, identity.archDesc, identity.subarch);
  const complete = versions.filter(({ isComplete }) => isComplete);
  const kept = new Set(complete.slice(-of.rules.keepBuilds).map(({ version }) => version));
  const newest = versions.at(-1)?.version;
  return versions.flatMap(({ version, path, isComplete, modifiedMs }): Removal[] => {
    if (needed.has(`${own}/${version}`) || kept.has(version)) return [];
    if (isComplete) return [{ path, kind: 'build', why: `${of.rules.keepBuilds} newer ones are complete` }];
    const isStale = of.nowMs - modifiedMs > of.rules.staleMs;
    if (version === newest || !isStale) return [];
    return [
      { path, kind: 'incomplete', why: 'nothing has happened to it for long, and there is a newer one' },
    ];
  });
}

/**
 * What may go from a mirror, in the order of paths: complete builds beyond those that stay, incomplete ones that were left behind,
 * old snapshots. What a control file or a link names stays, and so does everything of a subarch that is being built. The link to the newest
 * snapshot is no snapshot, and does not count as one.
 */
export function removals(mirror: Mirror, rules: RetentionRules, nowMs: number): readonly Removal[] {
  const needed = neededVersions(mirror);
  const builds = mirror.subarches.flatMap((subarch) => fromSubarch(subarch, needed, { rules, nowMs }));
  const names = new Set(mirror.snapshots.map(({ build }) => build));
  const snapshots = [...names].flatMap((build) => {
    const all = mirror.snapshots.filter((one) => one.build === build);
    const sorted = [...all].sort((a, b) => compareVersions(a.name, b.name));
    const old = sorted.slice(0, Math.max(0, sorted.length - rules.keepSnapshots));
    return old
      .filter(({ isLatest }) => !isLatest)
      .map(
        ({ path }): Removal => ({
          path,
          kind: 'snapshot',
          why: `${rules.keepSnapshots} newer ones are there`,
        }),
      );
  });
  return [...builds, ...snapshots].sort((a, b) => (a.path < b.path ? -1 : 1));
}
