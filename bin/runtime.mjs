// What launcher and bootstrap know of runtimes. Plain JavaScript: it must work on Node 18.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

/** The oldest Node that runs our sources: type stripping without a flag, node:sqlite, zstd in node:zlib. */
const oldest = 24;

/**
 * Whether a Node of this version runs packmill.
 * @param {string} version as in process.versions.node
 */
export function runtimeIsEnough(version) {
  return Number(version.split('.')[0]) >= oldest;
}

/**
 * Runs a script under another Node with our streams and takes over its end: its exit code, or the signal it died of.
 * The child dies with us even when we are killed (setpriv --pdeathsig), because a farm that goes on
 * behind a dead command would meet the command that is typed next.
 * @param {string} node path of the runtime
 * @param {string[]} args script and its arguments
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function runUnder(node, args, env = process.env) {
  const command = [node, '--disable-warning=ExperimentalWarning', ...args];
  const [program, ...rest] = diesWithUs() ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;
  const child = spawn(program, rest, { stdio: 'inherit', env });
  // A terminal sends its signals to the whole group, so the child has them already.
  const onTerminal = [0, 1, 2].some((fd) => isatty(fd));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
    const fromTerminal = signal === 'SIGINT' || signal === 'SIGQUIT';
    process.on(signal, () => {
      if (!(fromTerminal && onTerminal)) child.kill(signal);
    });
  }
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  if (signal) {
    process.removeAllListeners(signal);
    // Die of the same signal, so that whoever waits for us sees the same end; where that does not work, 128 + n.
    process.exitCode = 128 + (constants.signals[signal] ?? 0);
    process.kill(process.pid, signal);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.exit();
  }
  process.exit(code ?? 1);
}

function diesWithUs() {
  return spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
}
