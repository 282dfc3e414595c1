// System programs of a clone: which are missing, and the platform's way of installing them.
// The table is the doctor's (src/app/doctor/programs.json). Plain JavaScript: it must work on Node 18.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const places = () => [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** How each family installs; the words before the package names. */
const installers = {
  debian: ['apt-get', 'install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600'],
  ubuntu: ['apt-get', 'install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600'],
  arch: ['pacman', '-Sy', '--needed', '--noconfirm'],
  fedora: ['dnf', 'install', '-y'],
  gentoo: ['emerge', '--noreplace'],
};

/**
 * @typedef {{name: string, module?: string, need: string, why: string, packages: Record<string, string>}} Program
 * @param {string} root
 * @returns {Program[]} programs that demo and tests need and that are not there
 */
export function missingPrograms(root) {
  const table = JSON.parse(readFileSync(join(root, 'src', 'app', 'doctor', 'programs.json'), 'utf8'));
  return table.filter((program) => ['required', 'test'].includes(program.need) && !hasRow(program));
}

/** Whether a row's program is in the path, or its module with the Python of the system. */
function hasRow({ name, module }) {
  if (module === undefined) return isThere(name);
  return hasPythonModule(module);
}

/** Looks where distributions put modules: starting Python to ask it would slow down every command. */
function hasPythonModule(name) {
  return ['/usr/lib', '/usr/lib64', '/usr/local/lib'].some((library) => {
    const folders = existsSync(library)
      ? readdirSync(library).filter((folder) => folder.startsWith('python3'))
      : [];
    return folders.some((folder) =>
      ['dist-packages', 'site-packages'].some((packages) =>
        existsSync(join(library, folder, packages, name)),
      ),
    );
  });
}

function isThere(name) {
  return places().some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Family of the running distribution, from os-release(5): its ID, else the first known ID_LIKE.
 * @param {string} text content of /etc/os-release
 * @returns {string | undefined}
 */
export function familyOf(text) {
  const value = (key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return [value('ID'), ...value('ID_LIKE').split(' ')].find((id) => id in installers);
}

/**
 * Installs the packages of missing programs: at once as root or in CI, otherwise after asking.
 * @param {Program[]} missing
 * @throws {Error} with the command to type when that is not possible or not wanted
 */
export async function installPrograms(missing) {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const family = familyOf(release);
  const why = missing.map((program) => `  ${program.name.padEnd(12)} ${program.why}`).join('\n');
  if (!family) throw new Error(`these programs are missing; install them and run again:\n${why}`);
  const packages = [...new Set(missing.flatMap((program) => program.packages[family].split(' ')))].sort();
  const isApt = family === 'debian' || family === 'ubuntu';
  const install = [...installers[family], ...packages];
  const commands = isApt && !aptHasLists() ? [aptUpdate, install] : [install];
  console.error(`set-up: these programs are missing:\n${why}`);
  const sudo = await howToBecomeRoot(commands);
  if (sudo === undefined) {
    throw new Error(`nothing was installed. Run this and try again:\n  ${typed(commands, ['sudo'])}`);
  }
  for (const command of commands.slice(0, -1)) run([...sudo, ...command]);
  try {
    run([...sudo, ...install]);
  } catch (error) {
    if (!isApt || commands.length > 1) throw error;
    // Old lists name files that the servers no longer have.
    run([...sudo, ...aptUpdate]);
    run([...sudo, ...install]);
  }
  const left = missing.filter((program) => !hasRow(program)).map((program) => program.name);
  if (left.length > 0) throw new Error(`still missing after the installation: ${left.join(', ')}`);
}

const aptUpdate = ['apt-get', 'update'];
const typed = (commands, sudo) => commands.map((words) => [...sudo, ...words].join(' ')).join(' && ');

/**
 * The words before a command of root's, said aloud with the commands; undefined when the answer to our question is no.
 * @throws {Error} when there is no way, with what to do
 */
async function howToBecomeRoot(commands) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !isThere('sudo')) {
    throw new Error(
      `nothing was installed: that takes root, and there is no sudo here. Let root run this and try again:\n  ${typed(commands, [])}`,
    );
  }
  const inCi = !['', '0', 'false', undefined].includes(process.env.CI);
  const sudo = isRoot ? [] : inCi ? ['sudo', '-n'] : ['sudo'];
  console.error(`set-up: they come with: ${typed(commands, sudo)}`);
  if (isRoot || inCi) return sudo;
  if (!process.stdin.isTTY) {
    console.error('set-up: there is no terminal to ask on; with CI=1 nobody is asked');
    return undefined;
  }
  return (await agrees()) ? sudo : undefined;
}

/** apt knows no package before its lists are there, as in every container image. */
function aptHasLists() {
  const lists = '/var/lib/apt/lists';
  return existsSync(lists) && readdirSync(lists).some((name) => name.includes('_Packages'));
}

function run(command) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // One machine, one package manager: a second clone that sets itself up waits here (root only writes there).
  const canLock = process.getuid?.() === 0 && existsSync('/run/lock') && isThere('flock');
  const locked = canLock ? ['flock', '/run/lock/packmill-setup'] : [];
  const [program, ...args] = [...locked, ...command];
  const result = spawnSync(program, args, { stdio: ['inherit', 2, 2], env });
  if (result.status === 0) return;
  if (result.error) throw new Error(`'${program}' cannot be started: ${result.error.message}`);
  throw new Error(
    `'${command.join(' ')}' ended with ${result.status ?? result.signal}; its own words are above.\n  It needs the network once: is this machine online, and are its package sources right?`,
  );
}

async function agrees() {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise((resolve) => lines.question('set-up: install them now? [y/N] ', resolve));
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
