import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import { bytesBelow, type Clock, ensureFolder } from '../host/index.ts';
import type { AttemptLog } from '../logs/index.ts';
import type {
  AvailableArtifact,
  BuildMachine,
  JobContext,
  KindServices,
  Outcome,
  RecipeKind,
  StagedJob,
  Step,
  StepEnd,
} from '../model/index.ts';
import { formatDuration } from '../primitives/index.ts';
import type { SandboxDriver, SandboxRoot } from '../sandbox/index.ts';
import { NotedBuild } from './build-record.ts';
import { LogTail } from './log-tail.ts';
import { passingTrouble } from './passing-trouble.ts';

/** What the farm's settings say about every sandboxed step. */
export interface SandboxPolicy {
  readonly root: SandboxRoot;
  readonly network: 'none' | 'fetch-only' | 'full';
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  readonly memoryBytes: number | undefined;
  readonly processes: number | undefined;
  readonly outputBytes: number | undefined;
}

/** One attempt: everything it needs is in here, and nothing is looked up elsewhere. */
export interface AttemptInput {
  readonly kind: RecipeKind;
  readonly context: Omit<JobContext, 'work' | 'say' | 'notes' | 'epochSeconds'>;
  /** The time that results bear, in seconds since the epoch; undefined: when the attempt begins. */
  readonly epochSeconds?: number | undefined;
  /** Where it runs, for the record of the build. */
  readonly machine: BuildMachine;
  /** Folder of this attempt alone; removed when it is over. */
  readonly folder: string;
  readonly policy: SandboxPolicy;
  /** Needs that the farm does not offer, as lines for the log. */
  readonly remarks: readonly string[];
  readonly services: KindServices;
  readonly sandbox: SandboxDriver;
  readonly log: AttemptLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where to find the lines around the first error in a log. */
  readonly findExcerpt: (text: string) => string | undefined;
}

export interface AttemptResult {
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly peakMemoryBytes: number | undefined;
  /** What the attempt's folder held at its end: builds rarely remove much before. */
  readonly peakDiskBytes: number | undefined;
}

/** claim → **fetch → sandbox → collect → store** → report: the middle of a builder's work on one job. */
export async function runAttempt(input: AttemptInput): Promise<AttemptResult> {
  const started = input.clock.monotonicMs();
  const run = new Attempt(input, started);
  let outcome: Outcome;
  let peakDiskBytes: number | undefined;
  try {
    outcome = await run.execute();
  } catch (error) {
    outcome = outcomeOf(error, input.context.recipe.name);
  } finally {
    peakDiskBytes = await bytesBelow(input.folder).catch(() => undefined);
    await input.sandbox.removeFolder(input.folder).catch((error: unknown) => {
      input.log.say(
        `the work folder stays until the next build: ${toProblem(error, input.context.recipe.name).what}`,
      );
    });
  }
  const durationMs = input.clock.monotonicMs() - started;
  for (const line of run.closing(outcome, durationMs)) input.log.say(line);
  return { outcome, durationMs, peakMemoryBytes: run.peakMemoryBytes, peakDiskBytes };
}

/** A machine that fails is no failure of the recipe: the job is given out again, as often as jobs may be lost. */
function outcomeOf(error: unknown, name: string): Outcome {
  const passing = passingTrouble(error);
  return passing === undefined
    ? { kind: 'failed', problem: toProblem(error, name) }
    : { kind: 'lost', reason: passing };
}

function toProblem(error: unknown, name: string): Problem {
  if (isFault(error)) return error.problem;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return problem('BLD017', { what: `packmill failed while building '${name}'`, why: text });
}

class Attempt {
  peakMemoryBytes: number | undefined;
  readonly #input: AttemptInput;
  readonly #started: number;
  readonly #tail = new LogTail(64 * 1024);
  readonly #notes: NotedBuild;
  #outputBytes = 0;
  #staged: StagedJob | undefined;

  constructor(input: AttemptInput, started: number) {
    this.#input = input;
    this.#started = started;
    const epochSeconds = input.epochSeconds ?? Math.floor(input.clock.nowMs() / 1000);
    this.#notes = new NotedBuild({ ...input, epochSeconds });
  }

  /** How it ended; what was made bears the record of its build. */
  async execute(): Promise<Outcome> {
    return await this.#notes.recorded(await this.#build(), this.#input.services);
  }

  async #build(): Promise<Outcome> {
    const input = this.#input;
    const work = `${input.folder}/job`;
    ensureFolder(input.folder, 0o755);
    ensureFolder(work, 0o755);
    await input.sandbox.makeFolder(this.#layer);
    for (const line of input.remarks) input.log.say(line);
    const context: JobContext = {
      ...input.context,
      work,
      epochSeconds: this.#notes.epochSeconds,
      say: (line) => input.log.say(line),
      notes: this.#notes,
    };
    if (input.kind.perform) return await this.#perform(context, input.kind);
    const staged = await input.kind.stage(context, input.services);
    this.#staged = staged;
    await input.sandbox.prepareLayer(this.#layer, input.policy.root, staged.rootContents);
    let outcome = await this.#runSteps(staged);
    outcome = staged.explain(outcome, this.#tail.text(), input.findExcerpt(this.#tail.text()) ?? '');
    for (const step of staged.epilogue(outcome)) {
      input.log.phase(step.name);
      await this.#runStep(step).catch((error: unknown) => input.log.say(`${step.name}: ${String(error)}`));
    }
    return outcome;
  }

  /** A job that is done as a whole: it ends when its signal says so, and what it met on the way is its outcome. */
  async #perform(context: JobContext, kind: RecipeKind): Promise<Outcome> {
    const { log, signal } = this.#input;
    const run = {
      output: (bytes: Uint8Array) => {
        this.#tail.add(bytes);
        log.write(bytes);
      },
      phase: (name: string) => log.phase(name),
      signal,
    };
    try {
      const outcome = await kind.perform?.(context, run);
      if (outcome) return outcome;
      throw new Error(`jobs of kind '${kind.name}' do nothing`);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { kind: 'canceled', requeue: false, reason: 'canceled while running' };
    }
  }

  /** What the log ends with: the kind's summary, then the result and why. */
  closing(outcome: Outcome, durationMs: number): string[] {
    const lines = [...(this.#staged?.summary() ?? [])];
    if (outcome.kind === 'failed') {
      const { code, what, why, next } = outcome.problem;
      lines.push(`${code} ${what}`);
      for (const text of [why, next]) if (text) lines.push(...text.split('\n'));
    }
    if (outcome.kind === 'lost') lines.push(`${outcome.reason}: the job is given out again`);
    return [...lines, `${outcome.kind} after ${formatDuration(durationMs)}`];
  }

  get #layer(): string {
    return `${this.#input.folder}/layer`;
  }

  async #runSteps(staged: StagedJob): Promise<Outcome> {
    for (const step of staged.steps) {
      this.#input.log.phase(step.name);
      const verdict = staged.judge(step, await this.#runStep(step));
      if (verdict !== 'continue') return verdict;
      await staged.afterStep(step);
    }
    this.#input.log.phase('collect');
    return staged.collect();
  }

  async #runStep(step: Step): Promise<StepEnd> {
    const { policy, sandbox, log, signal } = this.#input;
    const spent = this.#input.clock.monotonicMs() - this.#started;
    const factor = this.#input.kind.timeoutFactor(this.#input.context.recipe);
    const limit = policy.timeoutMs * factor;
    const left = step.timeoutMs ?? limit - spent;
    if (left <= 0) return { kind: 'timed-out', limitMs: limit };
    const result = await sandbox.run(
      {
        root: policy.root,
        layer: this.#layer,
        layerWritable: step.changesRoot,
        user: step.user,
        network: isGranted(step.network, policy.network),
        mounts: step.mounts,
        environment: step.environment,
        workingDirectory: step.workingDirectory,
        command: step.command,
        limits: {
          timeoutMs: left,
          killGraceMs: policy.killGraceMs,
          memoryBytes: policy.memoryBytes,
          processes: policy.processes,
          outputBytes:
            policy.outputBytes === undefined
              ? undefined
              : Math.max(1, policy.outputBytes - this.#outputBytes),
        },
      },
      {
        onOutput: (bytes) => {
          this.#outputBytes += bytes.byteLength;
          this.#tail.add(bytes);
          log.write(bytes);
        },
        signal,
      },
    );
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes ?? 0, result.peakMemoryBytes ?? 0) || undefined;
    if (result.leftovers > 0) {
      const were = result.leftovers === 1 ? '1 process was' : `${result.leftovers} processes were`;
      const they = result.leftovers === 1 ? 'it was' : 'they were';
      log.say(`${were} still running when the ${step.name} phase ended; ${they} killed`);
    }
    const end = result.end;
    if (end.kind === 'timed-out') return { kind: 'timed-out', limitMs: step.timeoutMs ?? limit };
    if (end.kind === 'too-much-output') return { ...end, limitBytes: policy.outputBytes ?? end.limitBytes };
    return end;
  }
}

const isGranted = (use: Step['network'], policy: SandboxPolicy['network']): boolean =>
  use !== 'none' && (policy === 'full' || (policy === 'fetch-only' && use === 'fetch'));

/** How the needs of a recipe were met. */
export interface DependencyRemarks {
  readonly name: string;
  readonly installed: readonly Pick<AvailableArtifact, 'artifact'>[];
  readonly hostProvided: readonly string[];
  readonly unmet: readonly { readonly need: string; readonly of: string }[];
  readonly otherwise: 'assume' | 'fail';
  /** Unmet needs are left to the repositories of the target. */
  readonly hasRepositories: boolean;
}

/** Lines for the log about needs that were not met by packages of the farm; BLD009 when the policy forbids them. */
export function remarkDependencies(found: DependencyRemarks): string[] {
  const { name, installed, hostProvided, unmet, otherwise, hasRepositories } = found;
  const first = unmet[0];
  if (first && otherwise === 'fail' && !hasRepositories) {
    const all = unmet.map(({ need }) => `'${need}'`).join(', ');
    throw fault('BLD009', { what: `'${name}' needs ${all}, which nobody offers` });
  }
  return [
    ...installed.map(({ artifact }) => `dependency: ${artifact.name} ${artifact.version} from this farm`),
    ...(hostProvided.length > 0 ? [`dependencies the root provides: ${hostProvided.join(', ')}`] : []),
    ...unmet.map(({ need, of }) =>
      hasRepositories
        ? `dependency '${need}' of ${of} is left to the target's repositories`
        : `dependency '${need}' of ${of} is offered by no repository: assumed to be there`,
    ),
  ];
}
