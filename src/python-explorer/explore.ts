import { type Code, fault, type Problem, problem } from '../diagnostics/index.ts';
import type { GraphTrouble } from '../formats/python-graph/index.ts';
import { ensureFolders, pathExists, realPath, systemRandom, writeFileWithMode } from '../host/index.ts';
import type { SandboxEnd, SandboxResult } from '../sandbox/index.ts';
import type { ExplorationInput, ExplorationLimits } from './exploration-input.ts';
import {
  explorationKey,
  readRecord,
  removeRecord,
  standardFolderOf,
  writeRecord,
} from './exploration-record.ts';
import { type GraphSummary, takeGraph } from './graph-file.ts';
import { inside, probeCommand } from './python-environment.ts';

export interface Exploration {
  /** Whether at least one top-level has nodes, and a graph was written. */
  readonly succeeded: boolean;
  /** Nothing has changed since the graph that is there was written. */
  readonly recorded: boolean;
  readonly summary: GraphSummary;
  readonly end: SandboxEnd;
  readonly durationMs: number;
  readonly peakMemoryBytes: number | undefined;
}

const usualLimits: ExplorationLimits = {
  timeoutMs: 1_800_000,
  toplevelMs: 600_000,
  stepMs: 60_000,
  memoryBytes: 4 * 1024 ** 3,
  processes: 512,
  retries: 16,
  nodes: 2_000_000,
};

/**
 * Explores one distribution of an environment in a sandbox without network and writes its raw graph. What goes wrong inside of
 * the distribution is in the summary's troubles (MPY001 to MPY010) and stops nothing else. With the record of an earlier run
 * whose inputs had the same content it does nothing. Throws MPY011 when the interpreter does not run, SBX problems when there
 * is no sandbox, SYS004 for the disk.
 */
export async function explore(input: ExplorationInput): Promise<Exploration> {
  const { output, options = {}, cage } = input;
  const before = readRecord(output);
  const folderOfStandard = standardFolderOf(input.environment, cage.root) ?? before?.standardFolder ?? '';
  const key = await explorationKey(input, folderOfStandard);
  if (before !== undefined && options.fresh !== true && before.key === key) {
    return {
      succeeded: true,
      recorded: true,
      summary: before.summary,
      end: { kind: 'exited', code: 0 },
      durationMs: 0,
      peakMemoryBytes: undefined,
    };
  }
  const folder = `${cage.scratch}/explore-${systemRandom.hex(6)}`;
  try {
    return await exploreAnew(input, folder, { key, standardFolder: folderOfStandard });
  } finally {
    await cage.sandbox.removeFolder(folder);
  }
}

async function exploreAnew(
  input: ExplorationInput,
  folder: string,
  known: { readonly key: string; readonly standardFolder: string },
): Promise<Exploration> {
  const { output } = input;
  const job = `${folder}/job`;
  const out = `${folder}/out`;
  ensureFolders([folder, job]);
  await input.cage.sandbox.makeFolder(out);
  await writeFileWithMode(`${job}/request.json`, JSON.stringify(requestOf(input)), 0o644);
  const said: Uint8Array[] = [];
  const result = await run(input, { job, out }, said);
  const words = Buffer.concat(said).toString('utf8');
  // until there is a graph that came to its end, nothing tells what the one that lies there was made from
  removeRecord(output);
  const summary = await takeGraph({ from: out, output, words });
  if (summary === undefined) {
    const last = words.trim().split('\n').slice(-3).join(' ');
    throw fault('MPY011', {
      what: `'${input.environment.python}' does not run the explorer (${result.end.kind})`,
      ...(last === '' ? {} : { why: `It says: ${last}` }),
    });
  }
  const troubles = [...summary.troubles, ...endTrouble(result.end, summary)];
  const told: GraphSummary = { ...summary, troubles };
  const succeeded = summary.toplevels.some(({ nodes }) => nodes > 0);
  if (succeeded && summary.complete) {
    const { standardFolder } = summary;
    const isKnown = standardFolder === known.standardFolder;
    const key = isKnown ? known.key : await explorationKey(input, standardFolder);
    await writeRecord(output, { key, standardFolder, summary: told });
  }
  const { end, durationMs, peakMemoryBytes } = result;
  return { succeeded, recorded: false, summary: told, end, durationMs, peakMemoryBytes };
}

function requestOf({ distribution, environment, options = {} }: ExplorationInput): object {
  const limits = { ...usualLimits, ...options.limits };
  return {
    distribution,
    output: `${inside.out}/graph.jsonl`,
    log: `${inside.out}/explore.log`,
    facts: `${inside.out}/facts.json`,
    site: [...environment.site.map((_path, index) => inside.site(index)), ...(environment.own ?? [])],
    toplevels: options.toplevels ?? [],
    skip: options.skip ?? [],
    stubs: (options.stubs ?? []).map((_path, index) => inside.stubs(index)),
    rules: options.rules ?? 'packmill',
    static: options.static ?? 'never',
    jobs: options.jobs ?? 1,
    limits: {
      toplevelSeconds: limits.toplevelMs / 1000,
      importSeconds: limits.stepMs / 1000,
      retries: limits.retries,
      nodes: limits.nodes,
    },
  };
}

async function run(
  { environment, cage, options = {} }: ExplorationInput,
  { job, out }: { readonly job: string; readonly out: string },
  said: Uint8Array[],
): Promise<SandboxResult> {
  const limits = { ...usualLimits, ...options.limits };
  for (const path of [...environment.site, ...(options.stubs ?? [])]) {
    if (!pathExists(path)) throw fault('MPY013', { what: `the folder '${path}' does not exist` });
  }
  const stubs = (options.stubs ?? []).map((path, index) => ({
    source: realPath(path),
    target: inside.stubs(index),
    writable: false,
  }));
  const command = probeCommand(cage, environment, {
    script: 'run.py',
    words: [`${inside.job}/request.json`],
    mounts: [
      ...stubs,
      { source: job, target: inside.job, writable: false },
      { source: out, target: inside.out, writable: true },
    ],
    limits: {
      timeoutMs: limits.timeoutMs,
      killGraceMs: 500,
      memoryBytes: limits.memoryBytes,
      processes: limits.processes,
      outputBytes: 16 * 1024 * 1024,
    },
  });
  return await cage.sandbox.run(command, {
    onOutput: (bytes) => {
      if (said.length < 256) said.push(Uint8Array.from(bytes));
    },
    signal: cage.signal,
  });
}

/** What the sandbox says, when the explorer did not come to its own end. */
function endTrouble(end: SandboxEnd, summary: GraphSummary): readonly GraphTrouble[] {
  if (end.kind === 'exited' && summary.complete) return [];
  const words: Readonly<Record<SandboxEnd['kind'], string>> = {
    exited: 'the explorer was ended from inside',
    signalled: 'the explorer was ended by a signal',
    'timed-out': 'the limit of time is reached',
    'out-of-memory': 'the limit of memory is reached',
    'too-much-output': 'too much was printed',
    canceled: 'it was canceled',
  };
  return [
    {
      code: 'MPY010',
      what: 'the exploration ended before its time',
      toplevel: null,
      at: null,
      why: words[end.kind],
    },
  ];
}

/** What troubles of a graph can be: what the explorer tells, and what makes a graph valid. */
const troubleCodes: readonly Code[] = [
  ...(['MPY001', 'MPY002', 'MPY003', 'MPY004', 'MPY005', 'MPY006', 'MPY007', 'MPY008', 'MPY009'] as const),
  ...(['MPY010', 'MPY014', 'MPY021', 'MPY023', 'MPY024', 'MPY025', 'MPY026'] as const),
];

/** A trouble as a problem to show; `file` is the graph that it stands in. One that a graph made up is MPY026. */
export function troubleProblem({ code, what, why }: GraphTrouble, file: string): Problem {
  const known = troubleCodes.find((one) => one === code) ?? 'MPY026';
  return problem(known, { what, place: { file }, ...(why === '' ? {} : { why }) });
}

/** What is to be shown of a graph's troubles; how many are left out is told with MPY015. */
export function troubleProblems(
  { troubles, leftOut }: Pick<GraphSummary, 'troubles' | 'leftOut'>,
  file: string,
): readonly Problem[] {
  const told = troubles.map((one) => troubleProblem(one, file));
  if (leftOut.troubles === 0) return told;
  const what = `${leftOut.troubles} more troubles are not told`;
  return [...told, problem('MPY015', { what, place: { file } })];
}
