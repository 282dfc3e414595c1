import { type Problem, problem } from '../../diagnostics/index.ts';
import { systemClock } from '../../host/index.ts';
import {
  type BuildOptions,
  type Explanation,
  ResourceBuild,
  type ResourceBuildReport,
} from '../../python-build/index.ts';
import { GraphsExecutor } from './graphs-executor.ts';
import { ImageExecutor } from './image-executor.ts';
import { inContainers } from './in-containers.ts';
import { inCage } from './python-cage.ts';
import { type RememberedOrder, rememberBuild } from './remember-build.ts';
import { SandboxExecutor } from './sandbox-executor.ts';

export interface ResourceBuildRequest {
  readonly root: string;
  readonly sites: readonly string[];
  readonly archives: readonly string[];
  /** Folder with raw graphs that were explored elsewhere; with it nothing is installed or run. */
  readonly graphs?: string | undefined;
  /** Whether each distribution is explored in an image that its Dockerfile says. */
  readonly containers?: boolean;
  readonly index: string | undefined;
  readonly python: string;
  readonly prefixes: readonly string[];
  readonly base: string | undefined;
  /** Folder with corpora; undefined: `corpora` below `root`. */
  readonly corpora?: string | undefined;
  readonly mode: 'content' | 'time';
  readonly legacy: boolean;
  readonly timeoutMs?: number | undefined;
  /** Least share of the selected distributions that has to be built, from 0 to 1. */
  readonly share: number;
  readonly options: BuildOptions;
  readonly signal?: AbortSignal;
}

/** Opens the build, with a sandbox for distributions unless their graphs are there, and works with it. */
async function withBuild<Result>(
  request: ResourceBuildRequest,
  work: (build: ResourceBuild) => Promise<Result>,
): Promise<Result> {
  const { root, sites, archives, index, python, prefixes, base, corpora, mode, legacy, timeoutMs, graphs } =
    request;
  const common = { root, base, corpora, mode, legacy, clock: systemClock };
  const environments = `${root}/build/environments`;
  if (graphs !== undefined) {
    const executor = new GraphsExecutor(graphs, environments);
    return await work(await ResourceBuild.open({ ...common, executor }));
  }
  if (request.containers === true)
    return await inContainers(request.signal, async (own) => {
      const executor = new ImageExecutor({ ...own, timeoutMs });
      return await work(await ResourceBuild.open({ ...common, executor }));
    });
  return await inCage(request.signal, async (cage) => {
    const own = { cage, python, prefixes, sites, archives, index, environments, timeoutMs };
    return await work(await ResourceBuild.open({ ...common, executor: new SandboxExecutor(own) }));
  });
}

/**
 * `packmill py build`: what of the selected distributions is out of date, made anew. Failures of distributions are in the report and in
 * `build/failures.json`; MPY206 is among its problems when fewer than the asked share was built. Throws MPY204, INC and SBX problems
 * (SBX033 where containers are asked for and no engine answers), SYS004.
 */
export async function buildResources(request: ResourceBuildRequest): Promise<BuiltResources> {
  const { options, signal, share, graphs } = request;
  const sinceMs = systemClock.nowMs();
  let build: ResourceBuild | undefined;
  const report = await withBuild(request, (opened) => {
    build = opened;
    return opened.build({ ...options, ...(signal === undefined ? {} : { signal }) });
  });
  const remember = (order: RememberedOrder): void => {
    // which graphs a folder of them has, and which images an engine, is not looked at
    if (build === undefined || graphs !== undefined || request.containers === true) return;
    rememberBuild(build, { request, sinceMs }, order);
  };
  return { ...report, problems: [...report.problems, ...tooFew(report, share)], remember };
}

export interface BuiltResources extends ResourceBuildReport {
  /** Has it remembered what was said, when there was nothing to do; see `rememberBuild`. */
  remember(order: RememberedOrder): void;
}

function tooFew({ selected, succeeded, failed }: ResourceBuildReport, share: number): readonly Problem[] {
  if (failed.length === 0 || (succeeded > 0 && succeeded >= share * selected)) return [];
  return [problem('MPY206', { what: `${succeeded} of ${selected} distributions were built` })];
}

/** `packmill py build --explain`: see `ResourceBuild.explain`. Throws INC005 and as a build does. */
export async function explainResource(request: ResourceBuildRequest, target: string): Promise<Explanation> {
  return await withBuild(request, (build) => build.explain(target));
}
