// The farm as a service, shown: Redis, a manager and two builders on this machine, each as it would run on one of its own. The
// example recipes come from git, are scheduled as a pipeline would do it, and one builder is killed on the way.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, packmill, run, say } from './demo-tools.ts';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(dirname(here), 'bin', 'packmill');
const demo = join(dirname(here), '.farm', 'service');
const farm = join(demo, 'farm');
const recipes = join(demo, 'recipes');
const upstreams = join(demo, 'upstreams');
const children = new Map<string, ChildProcess>();
const listeners = new Set<(name: string, text: string) => void>();

/** Resolves when a program that was started says what is awaited. */
function heard(from: string, awaited: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const listen = (name: string, text: string): void => {
      if (name !== from || !awaited.test(text)) return;
      listeners.delete(listen);
      resolve();
    };
    listeners.add(listen);
  });
}

/** Starts a program that stays, with its lines under its name; resolves when it says what is awaited. */
function start(
  name: string,
  command: readonly string[],
  variables: Record<string, string>,
  awaited: RegExp,
): Promise<void> {
  const child = spawn(command[0] ?? '', command.slice(1), { env: { ...process.env, ...variables } });
  children.set(name, child);
  const hear = (bytes: Buffer): void => {
    const text = bytes.toString();
    if (name !== 'redis') process.stdout.write(text.replace(/^(?=.)/gm, `  [${name}] `));
    for (const listen of [...listeners]) listen(name, text);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return Promise.race([heard(name, awaited), ended]);
}

/** Runs packmill as a person would, while the others go on to speak. */
async function ask(...args: string[]): Promise<void> {
  process.stdout.write(`$ packmill ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [program, '--farm', farm, ...args], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) fail(`packmill ${args[0]} ended with ${code}`);
}

function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  return new Promise((resolve) => {
    server.once('listening', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function repository(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const git = (...args: string[]) =>
    run('git', ['-C', to, '-c', 'user.name=demo', '-c', 'user.email=demo@localhost', ...args]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'feat: first version');
}

function prepare(webPort: number): void {
  rmSync(demo, { recursive: true, force: true });
  mkdirSync(join(demo, 'redis'), { recursive: true });
  repository(join(here, 'pkgbuilds'), recipes);
  for (const name of readdirSync(join(here, 'upstreams')))
    repository(join(here, 'upstreams', name), join(upstreams, `${name}.git`));
  packmill(farm, 'init', '--repo', 'demo');
  const config = join(farm, 'packmill.yaml');
  const settings = {
    sources: { map: { 'https://git.example.org/': upstreams } },
    service: { port: webPort, url: `http://127.0.0.1:${webPort}`, 'request-log': false },
    'recipe-sources': { recipes: { url: recipes } },
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  writeFileSync(config, `${readFileSync(config, 'utf8')}\n${lines.join('')}`);
}

async function show(): Promise<void> {
  const redisPort = String(await freePort());
  say('a farm is made; Redis, a manager and two builders start');
  prepare(await freePort());
  const queue = { REDIS_HOST: '127.0.0.1', REDIS_PORT: redisPort };
  const redis = ['redis-server', '--port', redisPort, '--bind', '127.0.0.1', '--dir', join(demo, 'redis')];
  await start('redis', redis, {}, /Ready to accept/);
  const role = (...args: string[]) => [process.execPath, program, ...args];
  await start('manager', role('--farm', farm, 'manager'), queue, /is at work/);
  for (const name of ['attic', 'cellar']) {
    const own = { ...queue, BUILDER_HOSTNAME: name, SHARED_PATH: join(demo, name) };
    await start(name, role('builder'), own, /the manager answered/);
  }
  say('all recipes are scheduled at one commit');
  const commit = run('git', ['-C', recipes, 'rev-parse', 'HEAD']).trim();
  const names = readdirSync(recipes).filter((one) => one !== '.git');
  const begun = heard('cellar', /begins/);
  const all = ask('schedule', '--commit', commit, '--wait', ...names);
  await begun;
  say("builder 'cellar' is killed in the middle of a build; its job goes to the other one");
  children.get('cellar')?.removeAllListeners('exit').kill('SIGKILL');
  await all;
  await ask('queue');
  await ask('repo', 'verify');
  say(`done. The repository stands at ${join(farm, 'public', 'demo', 'x86_64')}`);
}

/** The manager before Redis, so that nobody complains of what is gone on purpose. */
async function stopAll(): Promise<void> {
  for (const name of ['cellar', 'attic', 'manager', 'redis']) {
    const child = children.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise<void>((resolve) =>
      child.removeAllListeners('exit').once('exit', () => resolve()),
    );
    child.kill('SIGTERM');
    await ended;
  }
}

process.once('exit', () => {
  for (const child of children.values()) child.kill('SIGKILL');
});
try {
  await show();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
await stopAll();
