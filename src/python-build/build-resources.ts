import { fault, type Problem } from '../diagnostics/index.ts';
import { type Clock, listFolder, replaceFile, textIfThere } from '../host/index.ts';
import {
  type BuildEvent,
  type BuildOptions,
  type BuildReport,
  IncrementalBuild,
  type Memory,
} from '../incremental/index.ts';
import { readSelection } from './dockerfile.ts';
import type { BuildItem, Executor } from './executor.ts';
import { isSetUp, pythonTargets, stageOf } from './targets.ts';
import type { LeftOut } from './whole-targets.ts';

export interface ResourceBuildInput {
  readonly root: string;
  readonly executor: Executor;
  readonly base?: string | undefined;
  /** Folder with corpora, relative to `root` or absolute (`corpora`). */
  readonly corpora?: string | undefined;
  readonly mode?: 'content' | 'time';
  readonly legacy?: boolean;
  readonly clock: Clock;
}

/** A row of `build/failures.json`. */
export interface ResourceFailure {
  readonly stem: string | undefined;
  readonly stage: string;
  readonly target: string;
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  readonly durationMs: number;
  /** The last lines of its log. */
  readonly log: readonly string[];
}

export interface ResourceBuildReport extends BuildReport {
  readonly failures: readonly ResourceFailure[];
  /** Distributions that were selected, and those of them of which nothing failed. */
  readonly selected: number;
  readonly succeeded: number;
  /** Dockerfiles that select nothing. */
  readonly problems: readonly Problem[];
  /** Targets that there are none of, as their stubs or their corpus is not there. */
  readonly leftOut: readonly LeftOut[];
}

export type Explanation =
  | { readonly reasons: Awaited<ReturnType<IncrementalBuild['explain']>> }
  | { readonly leftOut: LeftOut };

/** A build of the resources of all distributions whose Dockerfiles are in `dockerfiles/build` (specification, 2). */
export class ResourceBuild {
  readonly #in: ResourceBuildInput;
  readonly #items: readonly BuildItem[];
  readonly #build: IncrementalBuild;
  readonly problems: readonly Problem[];
  readonly leftOut: readonly LeftOut[];

  private constructor(input: ResourceBuildInput, items: readonly BuildItem[], problems: readonly Problem[]) {
    const { root, executor, base, corpora = 'corpora', mode = 'content', legacy = false, clock } = input;
    this.#in = input;
    this.#items = items;
    this.problems = problems;
    const { targets, leftOut } = pythonTargets({ root, items, executor, base, corpora, legacy });
    this.leftOut = leftOut;
    this.#build = new IncrementalBuild({ root, state: `${root}/build/.state`, targets, mode, clock });
  }

  /** Reads what is selected. Throws MPY204 for a folder without `dockerfiles/build`, INC003, SYS004. */
  static async open(input: ResourceBuildInput): Promise<ResourceBuild> {
    if (!isSetUp(input.root)) throw fault('MPY204', { what: `'${input.root}' is not set up` });
    const items: BuildItem[] = [];
    const problems: Problem[] = [];
    for (const { name, path, kind } of await listFolder(`${input.root}/dockerfiles/build`)) {
      if (kind !== 'file' || name.startsWith('.')) continue;
      const found = readSelection(textIfThere(path) ?? '', path);
      if ('problem' in found) problems.push(found.problem);
      else items.push({ ...found, dockerfile: path, sources: await input.executor.sources(found) });
    }
    return new ResourceBuild(input, items, problems);
  }

  /** Builds, and writes `build/failures.json`. What fails is in the report. Throws as `IncrementalBuild.build` does. */
  async build(options: BuildOptions = {}): Promise<ResourceBuildReport> {
    const { root } = this.#in;
    const report = await this.#build.build({ goals: ['build'], ...options });
    const failures = report.failed.map(({ target, problem, durationMs, tail }): ResourceFailure => {
      const { code, what, why } = problem;
      return { ...stageOf(target), target, code, what, why, durationMs, log: tail };
    });
    if (options.dryRun !== true) {
      const [file, text] = [`${root}/build/failures.json`, `${JSON.stringify(failures, undefined, 2)}\n`];
      // the same again leaves the folder as it was
      if (textIfThere(file) !== text) replaceFile(file, text);
    }
    const bad = new Set(failures.map(({ stem }) => stem));
    const succeeded = this.#items.filter(({ stem }) => !bad.has(stem)).length;
    return {
      ...report,
      failures,
      selected: this.#items.length,
      succeeded,
      problems: this.problems,
      leftOut: this.leftOut,
    };
  }

  /** As `IncrementalBuild.remember`. */
  remember(memory: Memory): boolean {
    return this.#build.remember(memory);
  }

  /** Why a target would be made, empty when it is up to date; or what it is left out for. Throws as `IncrementalBuild.explain` does. */
  async explain(target: string): Promise<Explanation> {
    const leftOut = this.leftOut.find((one) => one.target === target);
    return leftOut === undefined ? { reasons: await this.#build.explain(target) } : { leftOut };
  }
}

export type { BuildEvent, BuildOptions };
