import { spawn } from 'node:child_process';

/** A program to run, and what it sees. */
export interface BenchCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a run cost, all that it started included. */
export interface CommandCost {
  readonly seconds: number;
  /** User and system time of the program and all that it waited for, in seconds. */
  readonly cpuSeconds: number;
}

/** Runs a program to its end, with its output passed on when it fails. Throws when it fails. */
export async function costOf(command: BenchCommand): Promise<CommandCost> {
  // the shell tells what its children computed
  const script = '"$@" >&2; code=$?; times; exit $code';
  const started = performance.now();
  const child = spawn('bash', ['-c', script, 'bash', command.program, ...command.args], {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    err = (err + piece.toString()).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`'${command.program} ${command.args.join(' ')}' ends with ${code}: ${err}`);
  const [user = 0, system = 0] = [...(out.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return { seconds, cpuSeconds: user + system };
}
