import type { Problem } from '../diagnostics/index.ts';
import {
  type Build,
  type FlagRoles,
  type ReportedBuild,
  reportedBuild,
  reportedBuilds,
  selectBuilds,
} from '../ebin-index/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { checkAsked, foundVersions, unmatchedAtoms } from './check-request.ts';
import type { Diagnostic, GenerateRequest } from './contract.ts';
import { diagnosticOf } from './diagnostic.ts';
import { type GatheredBuild, gather, isWanted } from './gather.ts';
import { openVersion, refusal } from './make-version.ts';
import { sonamesIn, unmetSonames } from './sonames.ts';
import { GeneratorState } from './state.ts';

/** The builds of one version, and which of them an ebin would have. */
export interface ScannedVersion {
  readonly cpv: string;
  readonly flags?: {
    readonly varying: readonly string[];
    readonly constant: readonly string[];
    readonly dropped: readonly string[];
  };
  /** How many combinations of flags are built. */
  readonly combinations: number;
  /** Oldest first. */
  readonly builds: readonly ReportedBuild[];
  readonly refused: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Scan {
  readonly versions: readonly ScannedVersion[];
  readonly diagnostics: readonly Diagnostic[];
  readonly problems: readonly Problem[];
}

const namesOf = ({ varying, constant, dropped }: FlagRoles) => ({
  varying,
  constant: [...constant].map(([flag, isOn]) => (isOn ? flag : `-${flag}`)),
  dropped,
});

interface VersionBuilds {
  readonly builds: readonly GatheredBuild[];
  readonly offered: readonly Build[];
  /** Undefined: sonames are not looked at. */
  readonly provided: ReadonlySet<string> | undefined;
}

async function scanVersion(
  cpv: string,
  { builds, offered, provided }: VersionBuilds,
  request: ScanRequest,
): Promise<{ version: ScannedVersion; problems: readonly Problem[] }> {
  const told = (problems: readonly Problem[]): Diagnostic[] =>
    problems.map((one) => diagnosticOf(one, cpv, builds));
  let opened: readonly Build[] = [];
  try {
    const here = await openVersion(builds, request.options, () => true);
    opened = [...here.map(({ build }) => build), ...offered];
    const selection = selectBuilds(opened, request.options);
    const { selected, flags, problems } = selection;
    const known = { cpv, flags: namesOf(flags), combinations: selected.length, refused: false };
    const list = reportedBuilds(selection);
    const required = selected.map(({ build }) => build.metadata['REQUIRES'] ?? '');
    const unmet = provided ? unmetSonames(cpv, required, provided) : [];
    const all = [...problems, ...unmet];
    return { version: { ...known, builds: list, diagnostics: told(all) }, problems: all };
  } catch (error) {
    const problem = refusal(error);
    const list = opened.map((build) => reportedBuild(build, 'the version is refused'));
    const version = { cpv, combinations: 0, builds: list, refused: true, diagnostics: told([problem]) };
    return { version, problems: [problem] };
  }
}

/** What to look at: as for `generate`, without what is written. */
export type ScanRequest = Pick<GenerateRequest, 'pkgdirs' | 'atoms' | 'options' | 'signal'> & {
  /** Builds that are known by an index only. */
  readonly offered?: readonly Build[] | undefined;
};

/**
 * Lists the builds in folders of binary packages, and says which of them count (specification 3, 10.5). Images are not read
 * and nothing is written. Throws EBN001 for a damaged index, EBN012, SYS001 to SYS004.
 */
export async function scan(request: ScanRequest): Promise<Scan> {
  checkAsked(request);
  const gathered = await gather({ ...request, repo: '', store: '' }, GeneratorState.empty());
  const versions: ScannedVersion[] = [];
  const cpvs = [...foundVersions(gathered), ...(request.offered ?? []).map(({ cpv }) => cpv)];
  const unmatched = unmatchedAtoms(request.atoms, cpvs, 'error');
  const others = [...gathered.problems, ...unmatched];
  const problems: Problem[] = [...others];
  const wanted = (request.offered ?? []).filter(({ cpv }) => isWanted(cpv, request.atoms));
  const offered = Map.groupBy(wanted, ({ cpv }) => cpv);
  const texts = (request.offered ?? []).map(({ metadata }) => metadata['PROVIDES'] ?? '');
  const provided = request.options.sonameCheck
    ? sonamesIn([...gathered.provided, ...texts].join(' '))
    : undefined;
  for (const cpv of new Set([...gathered.versions.keys(), ...offered.keys()])) {
    if (gathered.refused.has(cpv)) continue;
    request.signal?.throwIfAborted();
    const builds = gathered.versions.get(cpv) ?? [];
    const done = await scanVersion(cpv, { builds, offered: offered.get(cpv) ?? [], provided }, request);
    versions.push(done.version);
    problems.push(...done.problems);
  }
  for (const [cpv, found] of gathered.refused) {
    const diagnostics = found.map((one) => diagnosticOf(one, cpv));
    versions.push({ cpv, combinations: 0, builds: [], refused: true, diagnostics });
    problems.push(...found);
  }
  return {
    versions: versions.sort((a, b) => compareBytes(a.cpv, b.cpv)),
    diagnostics: others.map((one) => diagnosticOf(one)),
    problems,
  };
}
