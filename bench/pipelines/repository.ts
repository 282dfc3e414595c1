// The repository that pipelines run on: a made-up one that is kept between runs, or one that the caller has.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Files, recipeFolder, sketchOf } from './recipes.ts';

const packages = 2_500;
const commits = 15_000;
/** Changes with what `recipes.ts` makes, so that nobody measures an older kind. */
const generation = 1;

export const cleanGit: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  LANG: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

const identity = ['user.name=bench', 'user.email=bench@localhost', 'gc.auto=0', 'maintenance.auto=false'];

/** Runs git; returns what it says. */
export function git(folder: string, ...args: readonly string[]): string {
  const options = identity.flatMap((one) => ['-c', one]);
  return execFileSync('git', ['-C', folder, ...options, ...args], {
    encoding: 'utf8',
    env: cleanGit,
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** A bare repository to copy from: what PACKMILL_BENCH_REPOSITORY names, else the made-up one, made at the first call. */
export async function sourceRepository(): Promise<string> {
  const given = process.env['PACKMILL_BENCH_REPOSITORY'];
  if (given !== undefined && given !== '') return given;
  const cache = join(tmpdir(), `packmill-bench-pipelines-${process.getuid?.() ?? 0}`);
  const made = join(cache, `made-up-${generation}.git`);
  if (existsSync(made)) return made;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const half = `${made}.${process.pid}`;
  console.log(`making a repository of ${packages} packages and ${commits} commits, kept in ${cache}`);
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', half], { env: cleanGit });
  const importing = spawn('git', ['-C', half, 'fast-import', '--quiet'], {
    env: cleanGit,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  for (const piece of history()) {
    if (!importing.stdin.write(piece)) await once(importing.stdin, 'drain');
  }
  importing.stdin.end();
  const [code] = await once(importing, 'exit');
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  try {
    renameSync(half, made);
  } catch (error) {
    // somebody else has made the same meanwhile
    if (!existsSync(made)) throw error;
    rmSync(half, { recursive: true });
  }
  return made;
}

function* history(): Generator<string> {
  const start = 1_700_000_000;
  const updates = new Uint32Array(packages);
  const first = new Map<string, string>();
  for (let n = 0; n < packages; n += 1) for (const file of recipeFolder(sketchOf(n, 0))) first.set(...file);
  yield commitText('feat: all recipes', start, first);
  for (let at = 1; at < commits; at += 1) {
    // now and then several packages in one commit, as automatic runs do it
    const width = at % 10 === 0 ? 3 : 1;
    const files = new Map<string, string>();
    let name = '';
    for (let one = 0; one < width; one += 1) {
      const n = (at * 7_919 + one * 31) % packages;
      updates[n] = (updates[n] ?? 0) + 1;
      const sketch = sketchOf(n, updates[n]);
      name = sketch.name;
      for (const file of recipeFolder(sketch)) files.set(...file);
    }
    yield commitText(`chore(update): ${name}`, start + at * 300, files);
  }
}

function commitText(subject: string, seconds: number, files: Files): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const changes = [...files].map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
  return [
    'commit refs/heads/main\n',
    `committer Bench <bench@localhost> ${seconds} +0000\n`,
    data(subject),
    ...changes,
    '\n',
  ].join('');
}
