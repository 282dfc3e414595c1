// What launcher and bootstrap know of runtimes. Plain JavaScript: it must work on Node 18.
import { spawn } from 'node:child_process';
import { accessSync, existsSync, mkdirSync, constants as permissions, realpathSync, statSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
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
 * Keeps what Node makes of our sources (types taken out, compiled) for the next start, which then takes half the
 * time: beside the dependencies, or in the user's cache when they belong to somebody else. Node sees by itself when
 * a source or its own version has changed. A start without this is slower and nothing else, so nothing here fails.
 * @param {string} root folder of packmill
 */
export async function keepCompiled(root) {
  const { enableCompileCache } = await import('node:module');
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = [join(root, 'node_modules', '.cache', 'packmill'), join(cache, 'packmill')].find(isOurs);
  if (enableCompileCache && folder) enableCompileCache(folder);
}

/**
 * Makes the folder, and the one around it, where they are missing. One by one: Node's own way of making parents (also
 * that of its cache) loops for ever below /proc. What lies in the folder is run, so it has to belong to whoever runs
 * it, and to nobody else.
 * @param {string} folder
 */
function isOurs(folder) {
  try {
    for (const path of [dirname(folder), folder]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    accessSync(folder, permissions.W_OK | permissions.X_OK);
    const { uid, mode } = statSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
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
  const setpriv = programForDying();
  const [program, ...rest] = setpriv ? [setpriv, '--pdeathsig', 'KILL', ...command] : command;
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

/** setpriv of util-linux, looked up instead of tried: a trial would be one more process at each start. */
function programForDying() {
  for (const folder of (process.env.PATH || '').split(':')) {
    const path = join(folder, 'setpriv');
    try {
      accessSync(path, permissions.X_OK);
      // that of busybox does not know --pdeathsig
      return realpathSync(path).endsWith('/busybox') ? undefined : path;
    } catch {
      // not here
    }
  }
  return undefined;
}
