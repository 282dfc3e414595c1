import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { bareFlag, isUseFlagName, judgeBuild } from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { goingTogether } from './bindings.ts';
import type { Build, IndexOptions } from './input.ts';
import { readPick } from './pick.ts';

/** A build that is indexed, with the flags that count for it. */
export interface SelectedBuild {
  readonly build: Build;
  /** Those of its flags that are on (specification 3.1), without `test`. */
  readonly use: ReadonlySet<string>;
}

/** A build that is not, and why in a few words. */
export interface LeftBuild {
  readonly build: Build;
  readonly reason: string;
}

/** Which builds count, and what their flags are for (specification 3). */
export interface Selection {
  /** By rising combination of flags, in the order of the newest build's IUSE. */
  readonly selected: readonly SelectedBuild[];
  readonly left: readonly LeftBuild[];
  /** The one that was built last: texts come from it. */
  readonly newest: Build;
  readonly flags: FlagRoles;
  readonly problems: readonly Problem[];
}

/** All in the order of IUSE. */
export interface FlagRoles {
  /** They differ between the builds: the ebin branches on them. */
  readonly varying: readonly string[];
  /** They are the same in all builds; how, by name. */
  readonly constant: ReadonlyMap<string, boolean>;
  readonly dropped: readonly string[];
  /** IUSE of the newest build, with its defaults, without what is dropped. */
  readonly iuse: readonly string[];
}

/** FEATURES=test would turn it on, whatever was built. */
const neverIndexed = 'test';

/** Which of two builds is newer (specification 3.5): the later one comes last. */
export function compareAge(a: Build, b: Build): number {
  return a.buildTime - b.buildTime || (a.buildId ?? 0) - (b.buildId ?? 0) || compareBytes(a.path, b.path);
}

function checkBuild(build: Build, options: IndexOptions): Problem[] {
  const place = { file: build.path };
  const features = (build.metadata.FEATURES ?? '').split(/\s+/);
  const found: Problem[] = [];
  for (const flag of build.iuse.map(bareFlag))
    if (!isUseFlagName(flag))
      throw fault('EBN050', { what: `'${flag}' in IUSE is not the name of a USE flag`, place });
  const general = judgeBuild(build, options);
  if ((build.metadata.RESTRICT ?? '').split(/\s+/).includes('bindist') && !options.allowBindist)
    throw fault('EBN053', { what: `'${build.cpv}' has RESTRICT=bindist`, place });
  if (features.includes('nostrip') || (build.metadata.DEBUGBUILD ?? '').trim() !== '')
    found.push(problem('EBN065', { what: `'${build.cpv}' was built without stripping`, place }));
  return [...found, ...general];
}

const namesOf = (build: Build): string[] => [...new Set(build.iuse.map(bareFlag))].sort(compareBytes);

/** What builds of one ebin have in common (specification 3.6); `union` tolerates other flags. */
function groupKey(build: Build, options: IndexOptions): string {
  const { cpv, chost, slot, eapi, metadata } = build;
  const flags = options.mixed === 'union' ? [] : namesOf(build);
  const host = options.archDimension ? '' : chost;
  return JSON.stringify([cpv, (metadata.EPREFIX ?? '').trim(), host, slot, eapi, flags]);
}

interface Grouped {
  readonly kept: readonly Build[];
  readonly left: readonly LeftBuild[];
}

function oneGroup(builds: readonly Build[], newest: Build, options: IndexOptions): Grouped {
  const wanted = groupKey(newest, options);
  const kept = builds.filter((build) => groupKey(build, options) === wanted);
  const others = builds.filter((build) => !kept.includes(build));
  const [first] = others;
  if (first && options.mixed === 'reject')
    throw fault('EBN068', {
      what: `'${first.path}' and '${newest.path}' do not go together`,
      place: { file: first.path },
    });
  const differs = (build: Build): string => {
    const what = (['cpv', 'chost', 'slot', 'eapi'] as const).find((key) => build[key] !== newest[key]);
    return what === undefined ? 'other flags than the newest build' : `another ${what} than the newest build`;
  };
  return { kept, left: others.map((build) => ({ build, reason: differs(build) })) };
}

/** One build for each combination of flags and CHOST: the newest, or the one that was chosen (specification 3.5). */
function withoutDuplicates(builds: readonly Build[], options: IndexOptions): Grouped {
  const pick = readPick(options.pick);
  const chosen = new Map<string, Build>();
  const left: LeftBuild[] = [];
  for (const build of [...builds].sort(compareAge)) {
    if (!pick.isWanted(build)) {
      left.push({ build, reason: `not among '${options.pick}'` });
      continue;
    }
    const key = `${build.chost} ${[...usedFlags(build)].sort(compareBytes).join(' ')}`;
    const known = chosen.get(key);
    if (known && pick.isFirst) left.push({ build, reason: 'built again; the first one counts' });
    else {
      if (known) left.push({ build: known, reason: `superseded by '${build.path}'` });
      chosen.set(key, build);
    }
  }
  return { kept: [...chosen.values()], left };
}

/** Without the builds that `--subslot` leaves out (specification 4.5). */
function boundAlike({ kept, left }: Grouped, options: IndexOptions): Grouped {
  const together = goingTogether([...kept].sort(compareAge), options);
  const older = kept.filter((build) => !together.includes(build));
  return {
    kept: together,
    left: [...left, ...older.map((build) => ({ build, reason: 'bound to an older sub-slot' }))],
  };
}

function usedFlags(build: Build): Set<string> {
  const known = new Set(build.iuse.map(bareFlag));
  return new Set(build.use.filter((flag) => flag !== neverIndexed && known.has(flag)));
}

/** IUSE in the order and with the defaults of the newest build, then what only others have. */
function commonIuse(builds: readonly Build[], newest: Build): string[] {
  const all = [newest, ...[...builds].sort(compareAge).reverse()].flatMap(({ iuse }) => iuse);
  const seen = new Map<string, string>();
  for (const flag of all) if (!seen.has(bareFlag(flag))) seen.set(bareFlag(flag), flag);
  return [...seen.values()];
}

function rolesOf(
  selected: readonly SelectedBuild[],
  iuse: readonly string[],
  options: IndexOptions,
): FlagRoles {
  const varying: string[] = [];
  const constant = new Map<string, boolean>();
  const dropped: string[] = [];
  for (const flag of iuse.map(bareFlag)) {
    const on = selected.filter(({ use }) => use.has(flag)).length;
    if (flag === neverIndexed) dropped.push(flag);
    else if (on > 0 && on < selected.length) varying.push(flag);
    else {
      constant.set(flag, on > 0);
      if (options.constant === 'drop') dropped.push(flag);
    }
  }
  return { varying, constant, dropped, iuse: iuse.filter((flag) => !dropped.includes(bareFlag(flag))) };
}

/**
 * Chooses the builds of one version that are indexed, and sorts their flags (specification 3). The order of the builds does not
 * matter. Throws EBN005, EBN050, EBN053, EBN068, EBN071 for an option that is none, and EBN075 when nothing is left.
 */
export function selectBuilds(builds: readonly Build[], options: IndexOptions = {}): Selection {
  const sorted = [...builds].sort(compareAge);
  const latest = sorted.at(-1);
  if (!latest) throw fault('EBN075', { what: 'no build is given' });
  const grouped = oneGroup(sorted, latest, options);
  const problems = [
    ...grouped.left.map(({ build, reason }) =>
      problem('EBN061', { what: `'${build.cpv}' is left out: ${reason}`, place: { file: build.path } }),
    ),
    ...grouped.kept.flatMap((build) => checkBuild(build, options)),
  ];
  const unique = boundAlike(withoutDuplicates(grouped.kept, options), options);
  const newest = [...unique.kept].sort(compareAge).at(-1);
  if (!newest) throw fault('EBN075', { what: `no build of '${latest.cpv}' is left` });
  const iuse = commonIuse(unique.kept, newest);
  const selected = unique.kept.map((build) => ({ build, use: usedFlags(build) }));
  const flags = rolesOf(selected, iuse, options);
  const key = ({ build, use }: SelectedBuild): string =>
    `${build.chost} ${flags.varying.map((flag) => (use.has(flag) ? '1' : '0')).join('')}`;
  return {
    selected: selected.sort((a, b) => compareBytes(key(a), key(b))),
    left: [...grouped.left, ...unique.left].sort((a, b) => compareAge(a.build, b.build)),
    newest,
    flags,
    problems,
  };
}
