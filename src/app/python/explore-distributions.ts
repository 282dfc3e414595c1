import { fault, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import {
  distributionStem,
  type ExplorationRules,
  type PythonDistribution,
  parseDistribution,
  standardLibraryName,
} from '../../formats/python-graph/index.ts';
import { ensureFolder, namesIn, pathKind, systemClock, writeFileWithMode } from '../../host/index.ts';
import {
  type Exploration,
  type ExplorationOptions,
  explore,
  type InstallSource,
  installDistribution,
  type PythonCage,
  type PythonEnvironment,
  troubleProblems,
  type ValidationReport,
  validateGraph,
} from '../../python-explorer/index.ts';
import { findInstalled } from './installed-files.ts';
import { inCage } from './python-cage.ts';

export interface ExploreRequest {
  /** `name`, `name==version`, `builtin-stdlib`, or a path of a wheel, an archive of sources, or a folder with a project. */
  readonly distributions: readonly string[];
  /** Folders with installed distributions. */
  readonly site: readonly string[];
  /** Where graphs go: `STEM.json`, `STEM.valid.json` and what lies beside them, and `failures.json`. */
  readonly out: string;
  readonly python: string;
  /** Folders that the interpreter needs beyond `/usr` and the like. */
  readonly prefixes: readonly string[];
  /** Address of an index, for distributions that no site has. */
  readonly index: string | undefined;
  readonly rules: ExplorationRules;
  readonly options: Omit<ExplorationOptions, 'rules'>;
  readonly signal?: AbortSignal | undefined;
  /** Called as each distribution is done. */
  readonly onDone?: (row: ExploredRow) => void;
}

/** What became of one distribution. */
export interface ExploredRow {
  readonly asked: string;
  readonly distribution: PythonDistribution | undefined;
  readonly state: 'explored' | 'recorded' | 'failed';
  readonly stage: 'install' | 'explore' | 'validate';
  readonly graph: string | undefined;
  readonly valid: string | undefined;
  readonly toplevels: readonly {
    readonly toplevel: string;
    readonly nodes: number;
    readonly complete: boolean;
  }[];
  readonly durationMs: number;
  readonly problems: readonly Problem[];
}

/**
 * `packmill py explore`: explores distributions one after the other, each in a sandbox, and makes their graphs valid. One that
 * fails stops no other and is written down in `failures.json`. Throws MPY013 for a folder that is not there, SBX
 * problems, SYS004.
 */
export async function exploreDistributions(request: ExploreRequest): Promise<readonly ExploredRow[]> {
  for (const path of request.site) {
    if (pathKind(path) !== 'folder') throw fault('MPY013', { what: `the folder '${path}' does not exist` });
  }
  ensureFolder(request.out);
  return await inCage(request.signal, async (cage) => {
    const rows: ExploredRow[] = [];
    for (const asked of request.distributions) {
      if (request.signal?.aborted) break;
      const row = await exploreOne(request, cage, asked);
      rows.push(row);
      request.onDone?.(row);
    }
    const failures = rows.filter(({ state, problems }) => state === 'failed' || problems.length > 0);
    await writeFileWithMode(
      `${request.out}/failures.json`,
      `${JSON.stringify(failures, undefined, 2)}\n`,
      0o644,
    );
    return rows;
  });
}

async function exploreOne(request: ExploreRequest, cage: PythonCage, asked: string): Promise<ExploredRow> {
  const startedMs = systemClock.monotonicMs();
  const row = {
    asked,
    distribution: undefined,
    graph: undefined,
    valid: undefined,
    toplevels: [],
    problems: [],
    state: 'failed' as const,
  };
  const took = (): number => Math.round(systemClock.monotonicMs() - startedMs);
  const environment = environmentOf(request);
  let stage: ExploredRow['stage'] = 'install';
  try {
    const found = await findDistribution(request, cage, asked);
    if ('problem' in found) return { ...row, stage, durationMs: took(), problems: [found.problem] };
    const { distribution, site } = found;
    const graph = `${request.out}/${distributionStem(distribution)}.json`;
    stage = 'explore';
    const exploration = await explore({
      environment: { ...environment, site: [...site, ...environment.site] },
      distribution,
      output: graph,
      cage,
      options: { ...request.options, rules: request.rules },
    });
    const known = { ...row, distribution, durationMs: took() };
    if (!exploration.succeeded) return { ...known, stage, problems: problemsOf(exploration, graph) };
    stage = 'validate';
    return await validateOne({ ...known, stage }, exploration, graph);
  } catch (error) {
    if (!isFault(error, 'MPY011', 'MPY012', 'MPY013', 'MPY020', 'MPY022')) throw error;
    return { ...row, stage, durationMs: took(), problems: [error.problem] };
  }
}

const environmentOf = ({ python, prefixes, site, distributions }: ExploreRequest): PythonEnvironment => ({
  python,
  prefixes,
  // the standard library by itself: what is installed beside it does not count
  site: distributions.length === 1 && distributions[0] === standardLibraryName ? [] : site,
});

const problemsOf = ({ summary }: Exploration, graph: string): readonly Problem[] =>
  troubleProblems(summary, graph);

async function validateOne(
  row: Omit<ExploredRow, 'graph' | 'valid' | 'toplevels' | 'problems' | 'state'>,
  exploration: Exploration,
  graph: string,
): Promise<ExploredRow> {
  const valid = graph.replace(/\.json$/, '.valid.json');
  const isThere = exploration.recorded && pathKind(valid) === 'file';
  const report: ValidationReport | undefined = isThere ? undefined : await validateGraph(graph, valid);
  // what the explorer told is in its graph, and so in the report too
  const told = troubleProblems(report ?? exploration.summary, graph);
  return {
    ...row,
    graph,
    valid,
    state: exploration.recorded ? 'recorded' : 'explored',
    toplevels: exploration.summary.toplevels,
    problems: told,
  };
}

/** The distribution that was asked for, and the folder that it was installed in for this. */
async function findDistribution(
  request: ExploreRequest,
  cage: PythonCage,
  asked: string,
): Promise<
  | { readonly distribution: PythonDistribution; readonly site: readonly string[] }
  | { readonly problem: Problem }
> {
  const kind = /[/]|\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/.test(asked) ? pathKind(asked) : 'none';
  if (kind === 'file') return await install(request, cage, { kind: 'archive', path: asked });
  if (kind === 'folder') return await install(request, cage, { kind: 'folder', path: asked });
  const distribution = parseDistribution(asked);
  if (distribution === undefined) {
    return { problem: problem('MPY013', { what: `'${asked}' is neither a distribution nor a file` }) };
  }
  const there =
    distribution.name === standardLibraryName
      ? distribution
      : (await findInstalled(request.site, distribution))?.distribution;
  if (there !== undefined) return { distribution: there, site: [] };
  if (request.index === undefined) return { distribution, site: [] };
  return await install(request, cage, { kind: 'index', distribution, index: request.index, hashes: [] });
}

async function install(
  request: ExploreRequest,
  cage: PythonCage,
  source: InstallSource,
): Promise<
  | { readonly distribution: PythonDistribution; readonly site: readonly string[] }
  | { readonly problem: Problem }
> {
  const target = `${cage.scratch}/site-${namesIn(cage.scratch).length}`;
  const installed = await installDistribution({
    cage,
    environment: environmentOf(request),
    source,
    target,
  });
  if (installed.problem !== undefined) return { problem: installed.problem };
  return { distribution: installed.distribution, site: [target] };
}
