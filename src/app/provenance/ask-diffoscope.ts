import type { SandboxDriver, SandboxRoot } from '../../sandbox/index.ts';

export interface DiffoscopeInput {
  readonly sandbox: SandboxDriver;
  readonly root: SandboxRoot;
  /** Package files to be compared. */
  readonly before: string;
  readonly after: string;
  /** Its name in the report. */
  readonly fileName: string;
  readonly signal: AbortSignal;
}

const limits = {
  timeoutMs: 10 * 60_000,
  killGraceMs: 2_000,
  memoryBytes: undefined,
  processes: 500,
  outputBytes: 4 * 2 ** 20,
} as const;
const mostLines = 400;
/** What a shell ends with when there is no such program. */
const notThere = 127;

/**
 * What diffoscope says of two packages, as at most 400 lines; undefined where the root of builds has none, or it did not
 * come to an end. It reads what a recipe made, so that it runs in the sandbox, without network. Throws SBX problems.
 */
export async function askDiffoscope(input: DiffoscopeInput): Promise<readonly string[] | undefined> {
  const { sandbox, root, before, after, fileName, signal } = input;
  const pieces: Buffer[] = [];
  const [old, young] = ['first', 'second'].map((name) => `/compare/${name}/${fileName}`) as [string, string];
  const { end } = await sandbox.run(
    {
      ...{ root, layer: undefined, layerWritable: false, user: 'builder', network: false, limits },
      mounts: [
        { source: before, target: old, writable: false },
        { source: after, target: young, writable: false },
      ],
      environment: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        LC_ALL: 'C.UTF-8',
        TZ: 'UTC',
        HOME: '/tmp',
        TMPDIR: '/tmp',
      },
      workingDirectory: '/tmp',
      command: [
        ...[
          'bash',
          '-c',
          'command -v diffoscope > /dev/null || exit 127; exec diffoscope "$@" 2> /dev/null',
          'compare',
        ],
        ...['--no-progress', '--text', '-', '--max-text-report-size', '1000000', old, young],
      ],
    },
    { onOutput: (bytes) => pieces.push(Buffer.from(bytes)), signal },
  );
  // 0: no difference, 1: differences
  const isDone = end.kind === 'exited' && end.code !== notThere && end.code <= 1;
  if (!isDone) return undefined;
  return Buffer.concat(pieces).toString('utf8').trimEnd().split('\n').slice(0, mostLines);
}
