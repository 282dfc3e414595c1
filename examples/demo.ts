// The main job, shown: builds the example recipes, publishes them signed, lets pacman install from the
// repository with signatures required, runs an installed program; then changes one recipe and builds again.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, keyringFor, packmill, pacmanConfig, run, say } from './demo-tools.ts';

const here = dirname(fileURLToPath(import.meta.url));
const demo = join(dirname(here), '.farm', 'demo');
const farm = join(demo, 'farm');
const recipes = join(demo, 'recipes');
const upstreams = join(demo, 'upstreams');
const scratch = join(demo, 'root');

function prepare(): void {
  rmSync(demo, { recursive: true, force: true });
  mkdirSync(upstreams, { recursive: true });
  cpSync(join(here, 'pkgbuilds'), recipes, { recursive: true, dereference: false });
  for (const name of readdirSync(join(here, 'upstreams'))) makeRepository(name);
}

/** The `-git` example builds from a git repository; this makes one of the files in examples/upstreams. */
function makeRepository(name: string): void {
  const folder = join(upstreams, `${name}.git`);
  cpSync(join(here, 'upstreams', name), folder, { recursive: true });
  const git = (...args: string[]) =>
    run('git', ['-C', folder, '-c', 'user.name=demo', '-c', 'user.email=demo@localhost', ...args]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'feat: first version');
}

function build(): void {
  packmill(farm, 'init', '--repo', 'demo');
  const config = join(farm, 'packmill.yaml');
  writeFileSync(
    config,
    `${readFileSync(config, 'utf8')}\nsources:\n  map:\n    "https://git.example.org/": ${upstreams}\n`,
  );
  packmill(farm, 'plan', recipes);
  packmill(farm, 'build', recipes);
  packmill(farm, 'repo', 'verify');
}

function install(): void {
  say('pacman installs from it, SigLevel = Required, into a scratch root');
  rmSync(scratch, { recursive: true, force: true });
  const keyring = keyringFor(demo, join(farm, 'public', 'demo', 'demo.gpg'));
  const config = pacmanConfig(demo, keyring, scratch, 'demo', join(farm, 'public', 'demo', 'x86_64'));
  const assumed = ['glibc', 'gcc-libs', 'bash', 'sh'].flatMap((name) => ['--assume-installed', name]);
  const pacman = (...args: string[]) => run('pacman', ['--config', config, ...args]);
  pacman('-Sy');
  const names = pacman('-Slq', 'demo').trim().split('\n');
  pacman('-S', '--noconfirm', '--noprogressbar', ...assumed, ...names);
  say(`installed: ${pacman('-Q').trim().split('\n').join(', ')}`);
}

function runInstalled(): void {
  const program = join(scratch, 'usr', 'bin', 'scribe');
  if (!existsSync(program)) fail(`'${program}' was not installed`);
  say('an installed program runs');
  const output = run(program, ['built in sandboxes', 'signed', 'installed by pacman'], {
    LD_LIBRARY_PATH: join(scratch, 'usr', 'lib'),
  });
  process.stdout.write(output);
  if (output.trim() === '') fail('the installed program prints nothing');
}

function changeOne(): void {
  say('one recipe changes; only it is built again, and the plan says why');
  const file = join(recipes, 'scribe', 'PKGBUILD');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/^pkgrel=(\d+)/m, (_, n: string) => `pkgrel=${Number(n) + 1}`),
  );
  packmill(farm, 'plan', recipes);
  packmill(farm, 'build', recipes);
  packmill(farm, 'why', 'scribe');
  packmill(farm, 'repo', 'generations');
}

say('a farm is made and the example recipes are built');
prepare();
build();
install();
runInstalled();
changeOne();
say(`done. The repository stands at ${join(farm, 'public', 'demo', 'x86_64')}`);
