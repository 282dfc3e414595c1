import { fault } from '../diagnostics/index.ts';
import { machine, type ProcessResult, runProcess } from '../host/index.ts';

export interface CommandOptions {
  readonly cwd?: string | undefined;
  /** Laid over our own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds; default: none. */
  readonly timeoutMs?: number | undefined;
  /** `false`: a failure is a result. */
  readonly throw?: boolean | undefined;
}

/** Programs that autogens run: argument vectors, no shell between. */
export interface HubCommand {
  /** Runs a program to its end. Throws AGN032 with what it printed when it fails. */
  run(argv: readonly string[], options?: CommandOptions): Promise<void>;
  /** What a program prints on both streams, and its exit code (undefined when a signal ended it). */
  capture(argv: readonly string[], options?: CommandOptions): Promise<CapturedCommand>;
  /** A line for `/bin/sh`, where one is really wanted. Throws AGN032; returns what it printed on standard output. */
  shell(line: string, options?: CommandOptions): Promise<string>;
}

export interface CapturedCommand {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The commands of one run, ended when it is called off. */
export function hubCommand(signal: AbortSignal): HubCommand {
  const start = async (argv: readonly string[], options: CommandOptions): Promise<ProcessResult> => {
    const [program, ...args] = argv;
    if (program === undefined || !argv.every((word) => typeof word === 'string')) {
      throw fault('AGN035', { what: 'a command is no list of texts' });
    }
    const { cwd, env, input, timeoutMs } = options;
    const result = await runProcess(program, args, {
      cwd,
      input,
      timeoutMs,
      signal,
      ...(env === undefined ? {} : { env: { ...ownEnvironment(), ...env } }),
    });
    if (options.throw === false || (result.code === 0 && result.why === 'ended')) return result;
    throw failure(argv, result);
  };
  return {
    run: async (argv, options = {}) => {
      await start(argv, options);
    },
    capture: async (argv, options = {}) => {
      const { code, stdout, stderr } = await start(argv, options);
      return { code, stdout, stderr };
    },
    shell: async (line, options = {}) => (await start(['/bin/sh', '-c', line], options)).stdout,
  };
}

function failure(argv: readonly string[], { code, signal, why, stdout, stderr }: ProcessResult) {
  const how =
    why === 'ended'
      ? signal === undefined
        ? `exit ${code}`
        : `killed by ${signal}`
      : why.replaceAll('-', ' ');
  const printed = (stderr.trim() || stdout.trim()).split('\n').slice(-10).join('\n');
  return fault('AGN032', {
    what: `'${argv.join(' ').slice(0, 200)}' fails (${how})`,
    ...(printed === '' ? {} : { why: printed }),
  });
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(machine.environment()).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
