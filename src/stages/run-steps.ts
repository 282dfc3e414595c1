import { fault } from '../diagnostics/index.ts';
import {
  ensureFolder,
  entryFacts,
  freeDiskBytes,
  namesIn,
  removeEntry,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import { formatDuration } from '../primitives/index.ts';
import type { RootCommand, RootSession, SandboxEnd } from '../sandbox/index.ts';
import type { StagePlan, StageStep } from './contract.ts';
import { complainedLine, isBashScript, placeInWords, placeOfLine } from './script-place.ts';

const scriptsFolder = '/run/packmill';
const traceFolder = '/run/packmill-trace';
const mostOutputBytes = 2 ** 30;
const keptBytes = 1 << 16;
const killGraceMs = 5_000;
/** What is left of a disk that a step has filled. */
const fullBytes = 1 << 20;

/** Lets Bash write down the line of a command that fails; in the script itself only, and without a trace in its environment. */
const traceScript = `unset BASH_ENV
case $0 in ${scriptsFolder}/*) set -E; trap 'echo "$LINENO" > ${traceFolder}/line' ERR ;; esac
`;

export interface StepRun {
  readonly plan: StagePlan;
  readonly session: RootSession;
  /** Folder of this build. */
  readonly work: string;
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal | undefined;
}

/** What one step printed, its last 64 KiB. */
export interface StepOutput {
  readonly text: string;
  readonly durationMs: number;
}

const scriptName = (element: string): string => element.replaceAll(/[^A-Za-z0-9._-]/g, '-');

function mountsOf(
  step: StageStep,
  run: StepRun & { readonly fetched: string | undefined },
): RootCommand['mounts'] {
  const { plan, work } = run;
  const fetched =
    run.fetched === undefined ? [] : [{ source: run.fetched, target: '/run/fetched', writable: false }];
  if (step.where === 'host') {
    const output = { source: `${work}/output`, target: plan.outputPath, writable: true };
    return [...fetched, { tree: true, target: plan.workPath }, output];
  }
  const place = '/var/cache/portage/distfiles';
  const isShown = plan.distfiles !== undefined && isPlainWay(run.session.tree, place, 'may-end');
  const distfiles = isShown ? [{ source: plan.distfiles as string, target: place, writable: false }] : [];
  return [...fetched, ...distfiles];
}

/** Whether a path below a folder leads through folders alone: a link would lead to somewhere else. */
export function isPlainWay(tree: string, path: string, end: 'may-end' | 'is-there'): boolean {
  let at = tree;
  for (const part of path.split('/').filter((one) => one !== '')) {
    at = `${at}/${part}`;
    const facts = entryFacts(at);
    if (facts === undefined) return end === 'may-end';
    if (facts.kind !== 'folder') return false;
  }
  return true;
}

/** Runs one step without the network. Returns what it printed; throws MST020 to MST023 when it fails, the signal's reason when it aborts. */
export async function runStep(
  step: StageStep,
  run: StepRun & { readonly fetched: string | undefined },
): Promise<StepOutput> {
  return await runScript(step, run, { network: false, mounts: mountsOf(step, run) });
}

/** Like `runStep`, with rights and mounts that the caller names. */
export async function runScript(
  step: StageStep,
  run: StepRun,
  rights: { readonly network: boolean; readonly mounts: RootCommand['mounts'] },
): Promise<StepOutput> {
  const { plan, work, session } = run;
  const name = scriptName(step.element);
  for (const folder of ['scripts', 'trace', 'output']) ensureFolder(`${work}/${folder}`);
  await writeFileWithMode(`${work}/scripts/${name}`, step.script.text, 0o755);
  await writeFileWithMode(`${work}/scripts/trace.bash`, traceScript, 0o644);
  removeEntry(`${work}/trace/line`);
  const traced = isBashScript(step.script.text) ? { BASH_ENV: `${scriptsFolder}/trace.bash` } : {};
  let kept = Buffer.alloc(0);
  const result = await session.run(
    {
      inside: step.where,
      network: rights.network,
      mounts: [
        { source: `${work}/scripts`, target: scriptsFolder, writable: false },
        { source: `${work}/trace`, target: traceFolder, writable: true },
        ...rights.mounts,
      ],
      environment: { ...plan.environment, ...traced },
      workingDirectory: '/',
      command: [`${scriptsFolder}/${name}`],
      limits: {
        timeoutMs: plan.limits.stepMs,
        killGraceMs,
        memoryBytes: plan.limits.memoryBytes,
        processes: plan.limits.processes,
        outputBytes: mostOutputBytes,
      },
    },
    {
      onOutput: (bytes) => {
        kept = Buffer.concat([kept, bytes]).subarray(-keptBytes);
        run.onOutput(bytes);
      },
      signal: run.signal,
    },
  );
  const text = kept.toString('utf8');
  if (result.end.kind === 'exited' && result.end.code === 0) return { text, durationMs: result.durationMs };
  run.signal?.throwIfAborted();
  throw stepProblem(step, run, { end: result.end, text, scriptPath: `${scriptsFolder}/${name}` });
}

interface StepFailure {
  readonly end: SandboxEnd;
  readonly text: string;
  readonly scriptPath: string;
}

function tracedLine(work: string): number | undefined {
  const path = `${work}/trace/line`;
  if (entryFacts(path)?.kind !== 'file') return undefined;
  const [, digits] = /^([0-9]{1,9})\s*$/.exec(textIfThere(path) ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function endWords(end: SandboxEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'signalled':
      return `killed by ${end.signal}`;
    default:
      return end.kind;
  }
}

function stepProblem(step: StageStep, run: StepRun, failure: StepFailure): Error {
  const { element } = step;
  const line = tracedLine(run.work) ?? complainedLine(failure.text, failure.scriptPath);
  const written = placeOfLine(step.script, line);
  const [head] = step.script.lines;
  const place = written ?? head;
  const at = { ...(place ? { place: { file: place.file, line: place.line } } : {}) };
  const { end } = failure;
  if (end.kind === 'timed-out') {
    return fault('MST021', {
      ...at,
      what: `the step '${element}' is not done after ${formatDuration(end.limitMs)}`,
    });
  }
  if (end.kind === 'out-of-memory' || end.kind === 'too-much-output') {
    const what = end.kind === 'out-of-memory' ? 'needs more memory' : 'prints more';
    return fault('MST023', { ...at, what: `the step '${element}' ${what} than ${end.limitBytes} bytes` });
  }
  const isFull =
    (freeDiskBytes(run.work) ?? fullBytes) < fullBytes || /No space left on device/.test(failure.text);
  if (isFull) return fault('MST022', { ...at, what: `the step '${element}' finds no room on the disk` });
  const where = written
    ? `It stopped in line ${line} of the script, written at ${placeInWords(written)}.`
    : 'The interpreter does not say in which line.';
  const last = failure.text.trim().split('\n').slice(-5).join('\n');
  const said = last === '' ? '' : ` Its last words:\n${last}`;
  return fault('MST020', {
    ...at,
    what: `the step '${element}' fails (${endWords(end)})`,
    why: `${where}${said}`,
  });
}

/** Names of files that scripts of the host have left beside the result. */
export function outputFiles(work: string): readonly string[] {
  return namesIn(`${work}/output`)
    .filter((name) => entryFacts(`${work}/output/${name}`)?.kind === 'file')
    .sort();
}
