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
 * @typedef {{name: string, need: string, why: string, packages: Record<string, string>}} Program
 * @param {string} root
 * @returns {Program[]} programs that demo and tests need and that are not there
 */
export function missingPrograms(root) {
  const table = JSON.parse(readFileSync(join(root, 'src', 'app', 'doctor', 'programs.json'), 'utf8'));
  return table.filter((program) => ['required', 'test'].includes(program.need) && !isThere(program.name));
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
  const isRoot = process.getuid?.() === 0;
  const sudo = isRoot ? [] : process.env.CI ? ['sudo', '-n'] : ['sudo'];
  const command = [...sudo, ...installers[family], ...packages];
  console.error(`set-up: these programs are missing:\n${why}`);
  console.error(`set-up: they come with: ${command.join(' ')}`);
  if (!isRoot && !process.env.CI && !(await agrees())) {
    throw new Error(`nothing was installed. Run this and try again:\n  ${command.join(' ')}`);
  }
  const isApt = family === 'debian' || family === 'ubuntu';
  if (isApt && !aptHasLists()) run([...sudo, 'apt-get', 'update']);
  try {
    run(command);
  } catch (error) {
    if (!isApt) throw error;
    // Old lists name files that the servers no longer have.
    run([...sudo, 'apt-get', 'update']);
    run(command);
  }
  const left = missing.filter((program) => !isThere(program.name)).map((program) => program.name);
  if (left.length > 0) throw new Error(`still missing after the installation: ${left.join(', ')}`);
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
  const end = result.error?.message ?? result.status ?? result.signal;
  throw new Error(`'${command.join(' ')}' ended with ${end}; its own words are above.`);
}

async function agrees() {
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise((resolve) => lines.question('set-up: install them now? [y/N] ', resolve));
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
