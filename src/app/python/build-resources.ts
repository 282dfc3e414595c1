import { type Problem, problem } from '../../diagnostics/index.ts';
import { systemClock } from '../../host/index.ts';
import { type BuildOptions, ResourceBuild, type ResourceBuildReport } from '../../python-build/index.ts';
import type { PythonCage } from '../../python-explorer/index.ts';
import { inCage } from './python-cage.ts';
import { type RememberedOrder, rememberBuild } from './remember-build.ts';
import { SandboxExecutor } from './sandbox-executor.ts';

export interface ResourceBuildRequest {
  readonly root: string;
  readonly sites: readonly string[];
  readonly archives: readonly string[];
  readonly index: string | undefined;
  readonly python: string;
  readonly prefixes: readonly string[];
  readonly base: string | undefined;
  readonly mode: 'content' | 'time';
  readonly legacy: boolean;
  readonly timeoutMs?: number | undefined;
  /** Least share of the selected distributions that has to be built, from 0 to 1. */
  readonly share: number;
  readonly options: BuildOptions;
  readonly signal?: AbortSignal;
}

const opened = (request: ResourceBuildRequest, cage: PythonCage): Promise<ResourceBuild> => {
  const { root, sites, archives, index, python, prefixes, base, mode, legacy, timeoutMs } = request;
  const environments = `${root}/build/environments`;
  const executor = new SandboxExecutor({
    cage,
    python,
    prefixes,
    sites,
    archives,
    index,
    environments,
    timeoutMs,
  });
  return ResourceBuild.open({ root, executor, base, mode, legacy, clock: systemClock });
};

/**
 * `packmill py build`: what of the selected distributions is out of date, made anew. Failures of distributions are in the report and in
 * `build/failures.json`; MPY206 is among its problems when fewer than the asked share was built. Throws MPY204, INC and SBX problems,
 * SYS004.
 */
export async function buildResources(request: ResourceBuildRequest): Promise<BuiltResources> {
  const { options, signal, share } = request;
  const sinceMs = systemClock.nowMs();
  let build: ResourceBuild | undefined;
  const report = await inCage(signal, async (cage) => {
    build = await opened(request, cage);
    return await build.build({ ...options, ...(signal === undefined ? {} : { signal }) });
  });
  const remember = (order: RememberedOrder): void => {
    if (build !== undefined) rememberBuild(build, { request, sinceMs }, order);
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

/** `packmill py build --explain`: why a target would be made; empty when it is up to date. Throws INC005 and as a build does. */
export async function explainResource(
  request: ResourceBuildRequest,
  target: string,
): ReturnType<ResourceBuild['explain']> {
  return await inCage(request.signal, async (cage) => (await opened(request, cage)).explain(target));
}
