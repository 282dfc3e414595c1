import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compareVersions, satisfies } from '../src/formats/pacman/index.ts';
import type { Recipe } from '../src/model/index.ts';
import { emptyInventory, makePlan } from '../src/planner/index.ts';
import { discover, loadAll } from '../src/recipes/pkgbuild/index.ts';

const arch = 'x86_64';
const rounds = 7;
const sample =
  process.env.PACKMILL_BENCH_SAMPLE ?? resolve('..', 'shared', 'data', 'pkgbuild-repo-sample.tar.zst');

/**
 * Planning 2,500 recipes (read, graph, order) against `cat` of the files that are read: in one warm
 * process, and as a whole process against the process `cat`. Prints both times and their ratio.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-plan-'));
  try {
    fill(folder);
    const files = listInputs(folder);
    const { found, jobs } = await planOnce(folder);
    const bytes = files.reduce((sum, file) => sum + readFileSync(file).byteLength, 0);
    console.log(`${found} recipes, ${jobs} jobs, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
    const phases = await fastestPhases(folder);
    const cat = fastest(() => execFileSync('cat', files, { stdio: ['ignore', 'ignore', 'inherit'] }));
    const program = `import('${import.meta.filename}').then((bench) => bench.planOnce(${JSON.stringify(folder)}))`;
    // as bin/packmill starts: what Node compiled is kept, the young generation is large
    const env = { ...process.env, NODE_COMPILE_CACHE: `${folder}-compiled` };
    const start = ['--max-semi-space-size=32', '-e', program];
    const whole = fastest(() => execFileSync(process.execPath, start, { stdio: 'inherit', env }));
    const row = (name: string, ms: number): string =>
      `${name.padEnd(34)} ${ms.toFixed(1).padStart(8)} ms ${(ms / cat).toFixed(2).padStart(6)} x cat`;
    console.log(row('cat of the same files (process)', cat));
    console.log(
      row(
        'open, fstat, read, close in Node',
        fastest(() => {
          for (const file of files) readFileSync(file);
        }),
      ),
    );
    console.log(row('  find recipes', phases.discoverMs));
    console.log(row('  read recipes', phases.loadMs));
    console.log(row('  graph, order, reasons', phases.planMs));
    console.log(row('all, in one warm process', phases.discoverMs + phases.loadMs + phases.planMs));
    console.log(row('all, as a process of its own', whole));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-compiled`, { recursive: true, force: true });
  }
}

/** Reads all recipes below a folder and plans them once. */
export async function planOnce(folder: string): Promise<{ readonly found: number; readonly jobs: number }> {
  const { folders } = discover([folder]);
  const recipes = await read(folders);
  return { found: folders.length, jobs: plan(recipes) };
}

async function read(folders: readonly string[]): Promise<readonly Recipe[]> {
  const loaded = await loadAll(folders, { arch });
  return loaded.map(({ recipe }) => recipe).filter((recipe) => recipe !== undefined);
}

function plan(recipes: readonly Recipe[]): number {
  return makePlan({
    recipes,
    inventory: emptyInventory,
    policy: { officialNames: new Set() },
    target: 'bench',
    arch,
    satisfies,
    compareVersions,
    durations: new Map(),
  }).jobs.length;
}

async function fastestPhases(folder: string): Promise<Record<'discoverMs' | 'loadMs' | 'planMs', number>> {
  const best = { discoverMs: Infinity, loadMs: Infinity, planMs: Infinity };
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const { folders } = discover([folder]);
    const found = performance.now();
    const recipes = await read(folders);
    const loaded = performance.now();
    plan(recipes);
    best.discoverMs = Math.min(best.discoverMs, found - start);
    best.loadMs = Math.min(best.loadMs, loaded - found);
    best.planMs = Math.min(best.planMs, performance.now() - loaded);
  }
  return best;
}

function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

export function listInputs(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) =>
    ['PKGBUILD', '.SRCINFO', '.CI/config']
      .map((file) => join(folder, name, file))
      .filter((file) => existsSync(file)),
  );
}

/** Half of a real repository, each recipe twice under two names; a made-up one where there is no sample. */
export function fill(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (existsSync(sample)) execFileSync('tar', ['--zstd', '-xf', sample, '-C', folder]);
  else for (let n = 0; n < 1250; n += 1) writeRecipe(folder, n);
  for (const name of readdirSync(folder)) {
    writeFileSync(join(folder, name, 'PKGBUILD'), '# the recipe itself is not part of the sample\n');
    const twin = join(folder, `${name}-twin`);
    cpSync(join(folder, name), twin, { recursive: true });
    const srcinfo = readFileSync(join(twin, '.SRCINFO'), 'utf8');
    writeFileSync(join(twin, '.SRCINFO'), srcinfo.replace(/^((?:pkgbase|pkgname) = .*?)\s*$/gm, '$1-twin'));
  }
}

function writeRecipe(folder: string, n: number): void {
  const path = join(folder, `recipe-${n}`);
  mkdirSync(join(path, '.CI'), { recursive: true });
  const needs = [n >> 1, n >> 2, (n * 7) % (n + 1)].filter((other) => other < n);
  writeFileSync(
    join(path, '.SRCINFO'),
    [
      `pkgbase = recipe-${n}`,
      '\tpkgdesc = One of many recipes for the benchmark',
      '\tpkgver = 1.2.3',
      `\tpkgrel = ${n}`,
      '\turl = https://example.org/project',
      '\tarch = x86_64',
      '\tlicense = MIT',
      ...needs.map((other) => `\tdepends = recipe-${other}`),
      ...Array.from({ length: 12 }, (_, i) => `\tmakedepends = outside-${(n + i) % 300}`),
      '\tsource = https://example.org/project/release.tar.gz',
      `\tsha256sums = ${'0'.repeat(64)}`,
      '',
      `pkgname = recipe-${n}`,
      '',
    ].join('\n'),
  );
  writeFileSync(join(path, '.CI', 'config'), 'CI_PKGBUILD_SOURCE=custom\n');
}
