// npm packages of a clone: are they the ones of package-lock.json, and if not, install them.
// Plain JavaScript: it must work on Node 18.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runtimeIsEnough } from '../bin/runtime.mjs';

/**
 * The pinned Node of a clone (from the npm package 'node').
 * @param {string} root
 */
export const runtime = (root) => join(root, 'node_modules', 'node', 'bin', 'node');

const stampFile = (root) => join(root, 'node_modules', '.packmill-setup');
/** Is there while an installation is under way, and still is when it was killed. */
const unfinished = (root) => join(root, '.setup', 'unfinished');
const lockDigest = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/**
 * Whether node_modules holds what package-lock.json asks for. The stamp lies inside node_modules, so that
 * removing the folder removes it too; a tree that npm installed without us is recognised by npm's own record.
 * @param {string} root
 * @returns {boolean}
 */
export function modulesAreReady(root) {
  if (!existsSync(runtime(root)) || existsSync(unfinished(root))) return false;
  const digest = lockDigest(root);
  if (existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8').trim() === digest) return true;
  if (!installedAsLocked(root)) return false;
  writeFileSync(stampFile(root), `${digest}\n`);
  return true;
}

function installedAsLocked(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const there = installed[path];
    if (!there) return entry.optional === true || entry.peer === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

/**
 * Installs what package-lock.json asks for, development packages included.
 * @param {string} root
 * @throws {Error} with what to do when npm fails
 */
export function installModules(root) {
  console.error('set-up: installing npm packages, the matching Node among them');
  mkdirSync(join(root, '.setup'), { recursive: true });
  writeFileSync(unfinished(root), '');
  install(root, process.execPath);
  // Where install scripts are switched off, the package 'node' comes without its program.
  if (!existsSync(runtime(root))) npm(root, process.execPath, ['rebuild', 'node', '--ignore-scripts=false']);
  const check = spawnSync(runtime(root), ['--version'], { encoding: 'utf8' });
  if (check.status !== 0) {
    throw new Error(
      `npm installed no working Node at ${runtime(root)}.\n  Its package needs its install script: see 'npm config get ignore-scripts'.`,
    );
  }
  // An old Node makes npm leave out native parts that ask for a newer one, without a word; the new Node gets them.
  if (!runtimeIsEnough(process.versions.node)) install(root, runtime(root));
  writeFileSync(stampFile(root), `${lockDigest(root)}\n`);
  rmSync(unfinished(root), { force: true });
}

function install(root, node) {
  // Not 'npm ci': it refuses a lock file that lacks a package of some other platform, as those of registries do that
  // carry only some. This takes the versions and checksums of the lock file as well, and leaves the file alone.
  npm(root, node, ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Runs npm under a given Node: by its script where we know it, else by the one that comes first in PATH. */
function npm(root, node, args) {
  const cli = process.env.npm_execpath;
  const [program, first] = cli?.endsWith('npm-cli.js') ? [node, ['--no-deprecation', cli]] : ['npm', []];
  // What lies in npm's cache is not asked for again: the checksums of the lock file say that it is the same. By the
  // environment, because the package 'node' starts an npm of its own.
  const settings = { npm_config_prefer_offline: 'true', PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
  const env = { ...process.env, ...settings };
  // npm writes to stdout what belongs to set-up, not to the result of the command that was asked for.
  const result = spawnSync(program, [...first, ...args], { cwd: root, stdio: ['inherit', 2, 2], env });
  if (result.error)
    throw new Error(`npm cannot be started (${result.error.message}). Install npm and run again.`);
  if (result.status !== 0) {
    throw new Error(
      `'npm ${args.join(' ')}' ended with ${result.status ?? result.signal}; its own words are above.\n  It needs the network once: is this machine online, and is the registry right ('npm config get registry')?`,
    );
  }
}
