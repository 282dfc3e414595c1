// `packmill demo kit`: regenerates examples/kit against an upstream on this machine; then again, when there is nothing to do;
// then once more after a release of the upstream. The first word is the folder to do it in.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, say } from './demo-tools.ts';
import { KitUpstream } from './kit-upstream.ts';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(dirname(here), 'bin', 'packmill');
const [given] = process.argv.slice(2);
const demo = given === undefined ? join(dirname(here), '.farm', 'demo-kit') : resolve(given);
const kit = join(demo, 'stationery-kit');
const upstream = new KitUpstream();

/** Fixed, so that the commit of the upstream, and with it the name of its archive, is always the same. */
const gitWho = {
  GIT_AUTHOR_NAME: 'demo',
  GIT_AUTHOR_EMAIL: 'demo@localhost',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'demo',
  GIT_COMMITTER_EMAIL: 'demo@localhost',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
};

function git(folder: string, ...args: string[]): string {
  return run(
    'git',
    ['-C', folder, '-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false', ...args],
    gitWho,
  );
}

function prepare(address: string): void {
  // a folder that somebody names is theirs: nothing in it is removed
  if (given === undefined) rmSync(demo, { recursive: true, force: true });
  else if (existsSync(demo) && readdirSync(demo).length > 0) fail(`'${demo}' is not empty`);
  for (const name of ['home', 'distfiles']) mkdirSync(join(demo, name), { recursive: true });
  const parchment = join(demo, 'parchment.git');
  cpSync(join(here, 'upstreams', 'parchment'), parchment, { recursive: true });
  cpSync(join(here, 'kit'), kit, { recursive: true });
  for (const folder of [parchment, kit]) {
    git(folder, 'init', '--quiet', '--initial-branch=main');
    commit(folder, 'first version');
  }
  const upstreams = { stationery: address, parchment };
  writeFileSync(join(demo, 'home', '.autogen'), `${JSON.stringify({ upstreams })}\n`, { mode: 0o600 });
}

function commit(folder: string, message: string): void {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', message);
}

/** Runs `packmill doit` in the kit as a person would; the upstream of this process answers meanwhile. */
async function doit(...words: string[]): Promise<void> {
  process.stdout.write(`$ packmill doit ${words.join(' ')}`.trimEnd().concat('\n'));
  const { PATH, TMPDIR } = process.env;
  const child = spawn(program, ['doit', ...words], {
    cwd: kit,
    stdio: 'inherit',
    env: {
      ...(PATH === undefined ? {} : { PATH }),
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      HOME: join(demo, 'home'),
      DISTDIR: join(demo, 'distfiles'),
      METATOOLS_WORKSPACE: demo,
      METATOOLS_DISTFILES_HOST: 'https://distfiles.example.org',
    },
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) fail(`packmill doit ended with ${code}`);
}

/** What git finds changed in the kit. */
function changes(): readonly string[] {
  return git(kit, 'status', '--porcelain', '--untracked-files=all').split('\n').filter(Boolean);
}

function downloads(): number {
  return upstream.asked.filter((path) => path.endsWith('.tar.gz')).length;
}

async function first(): Promise<void> {
  say('all autogens of the kit run');
  await doit();
  const made = changes();
  for (const line of made) process.stdout.write(`${line}\n`);
  say(`${downloads()} tarballs were downloaded; the Manifest of an archive that the autogen made itself`);
  process.stdout.write(run('cat', [join(kit, 'app-office', 'paper-patterns', 'Manifest')]));
  commit(kit, 'regenerated');
}

async function second(): Promise<void> {
  say('the same again');
  const before = upstream.asked.length;
  await doit();
  const [changed, asked] = [changes(), upstream.asked.length - before];
  if (changed.length > 0) fail(`the second run changed ${changed.join(', ')}`);
  if (asked > 0) fail(`the second run asked the upstream ${asked} times`);
  say('nothing to do: no file changed, and the upstream was asked for nothing');
}

async function third(): Promise<void> {
  say('the upstream releases inkwell 1.11; pages are asked again, one package changes');
  upstream.release('inkwell', '1.11');
  const before = downloads();
  await doit('--immediate');
  const changed = changes();
  for (const line of changed) process.stdout.write(`${line}\n`);
  say(`${downloads() - before} tarball was downloaded`);
  if (changed.some((line) => !line.includes('app-office/inkwell/'))) fail('more than inkwell changed');
}

try {
  say('a kit and its upstream are set up');
  prepare(await upstream.start());
  await first();
  await second();
  await third();
  say(`done. The kit stands at ${kit}`);
} finally {
  await upstream.stop();
}
