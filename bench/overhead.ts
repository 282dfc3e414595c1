// What one build costs in the farm, from claim to report, beside makepkg alone: same recipe, same makepkg.conf, same
// kind of user, sources from this machine. Pairs take turns, so that what else the machine does hits both.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRecipes, type Farm, initFarm, openFarm } from '../src/app/index.ts';
import { gitConfig, makepkgConf, pacmanConf } from '../src/recipes/pkgbuild/tool-settings.ts';
import { median } from './measure/figures.ts';

const pairs = Number(process.env.PACKMILL_BENCH_PAIRS ?? 5);
const processors = cpus().length;
const isRoot = process.getuid?.() === 0;
/** Any number that owns nothing on this machine. */
const builderId = 60_998;

interface Case {
  readonly name: string;
  readonly recipe: string;
  /** Recipes of the farm whose packages are installed first; bare, `pacman -U` into an empty root does that. */
  readonly needs: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'small C program', recipe: 'small-c', needs: [] },
  { name: 'arch=any script', recipe: 'small-any', needs: [] },
  { name: 'two farm dependencies', recipe: 'small-user', needs: ['lib-one', 'lib-two'] },
  { name: 'git source', recipe: 'small-git', needs: [] },
];

interface Place {
  readonly folder: string;
  readonly recipes: string;
  readonly farm: Farm;
}

/** Builds each case in turn in the farm and with makepkg alone, and prints medians with difference and ratio. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-overhead-'));
  chmodSync(folder, 0o755);
  try {
    const recipes = join(folder, 'recipes');
    writeRecipes(folder, recipes);
    await initFarm({
      folder: join(folder, 'farm'),
      repository: 'bench',
      arch: 'x86_64',
      gnupgHome: undefined,
      key: undefined,
    });
    const farm = await openFarm(join(folder, 'farm'), 'write');
    try {
      await measureAll({ folder, recipes, farm });
    } finally {
      await farm.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(place: Place): Promise<void> {
  await build(place, undefined);
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${pairs} pairs each after a warm-up, medians ('more': of the pairs' differences); ${processors} processors, load ${load} at the start`,
  );
  console.log(
    `${'from claim to report'.padEnd(24)} makepkg ms  packmill ms  more ms   ratio  own CPU ms  within 10 % or 150 ms`,
  );
  for (const one of cases) {
    const bare: number[] = [];
    const farmed: number[] = [];
    const own: number[] = [];
    for (let round = -1; round < pairs; round += 1) {
      const alone = buildBare(place, one);
      const inFarm = (await build(place, one.recipe)).get(one.recipe);
      if (round < 0 || inFarm === undefined) continue;
      bare.push(alone);
      farmed.push(inFarm.tookMs);
      own.push(inFarm.cpuMs);
    }
    console.log(rowOf(one.name, { bare, farmed, own }));
  }
}

interface Times {
  readonly bare: readonly number[];
  readonly farmed: readonly number[];
  /** Processor time of packmill itself, which other work on the machine does not change. */
  readonly own: readonly number[];
}

function rowOf(name: string, { bare, farmed, own }: Times): string {
  const bareMs = median(bare);
  const farmMs = median(farmed);
  const moreMs = median(farmed.map((ms, pair) => ms - (bare[pair] ?? Number.NaN)));
  const cells = [
    bareMs.toFixed(0).padStart(11),
    farmMs.toFixed(0).padStart(12),
    moreMs.toFixed(0).padStart(8),
  ];
  const ratio = `${(farmMs / bareMs).toFixed(2).padStart(6)}x`;
  const verdict = moreMs <= Math.max(150, 0.1 * bareMs) ? 'yes' : 'no';
  return `${name.padEnd(24)} ${cells.join(' ')} ${ratio}  ${median(own).toFixed(0).padStart(10)}  ${verdict}`;
}

interface Took {
  readonly tookMs: number;
  readonly cpuMs: number;
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Builds one recipe once more, or all; what each job took from its claim to its recorded result. */
async function build(place: Place, only: string | undefined): Promise<ReadonlyMap<string, Took>> {
  const begun = new Map<string, { readonly at: number; readonly cpu: number }>();
  const took = new Map<string, Took>();
  const report = await buildRecipes(
    place.farm,
    {
      paths: [place.recipes],
      jobs: 1,
      failFast: false,
      rebuild: only !== undefined,
      only: only === undefined ? undefined : [only],
    },
    {
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.kind === 'started') begun.set(event.job, { at: performance.now(), cpu: cpuMs() });
        if (event.kind !== 'ended') return;
        const name = event.job.slice(event.job.lastIndexOf('/') + 1);
        const from = begun.get(event.job);
        if (from) took.set(name, { tookMs: performance.now() - from.at, cpuMs: cpuMs() - from.cpu });
      },
    },
  );
  const bad = report.jobs.find(({ state }) => state !== 'succeeded' && state !== 'already-built');
  if (bad) throw new Error(`${bad.id} is ${bad.state}: ${bad.reason}; ${bad.excerpt}`);
  return took;
}

/** makepkg in fresh folders, which are made and removed uncounted; before it pacman, where there are dependencies. */
function buildBare(place: Place, { recipe, needs }: Case): number {
  const work = join(place.folder, 'bare');
  cpSync(join(place.recipes, recipe), join(work, 'recipe'), { recursive: true });
  for (const name of ['packages', 'sources', 'work', 'home']) mkdirSync(join(work, name));
  for (const name of ['local', 'sync']) {
    mkdirSync(join(work, 'root', 'var', 'lib', 'pacman', name), { recursive: true });
  }
  writeFileSync(
    join(work, 'makepkg.conf'),
    makepkgConf({ arch: 'x86_64', processors, packager: 'bench <bench@localhost>' }),
  );
  writeFileSync(join(work, 'home', '.gitconfig'), gitConfig([]));
  writeFileSync(join(work, 'pacman.conf'), pacmanConf('x86_64'));
  const packages = needs.map((name) => findPackage(place, name));
  if (isRoot) giveAway(work);
  const makepkg = ['--config', join(work, 'makepkg.conf'), '--nodeps', '--noconfirm', '--noprogressbar'];
  const stepDown = ['--reuid', String(builderId), '--regid', String(builderId), '--clear-groups', 'makepkg'];
  const root = ['--root', join(work, 'root'), '--config', join(work, 'pacman.conf'), '--noconfirm'];
  const install = ['pacman', ...root, '--noprogressbar', '-U', '-dd', '--asdeps', ...packages];
  try {
    const start = performance.now();
    if (packages.length > 0) {
      if (isRoot) quietly(install, work);
      else quietly(['unshare', '--map-root-user', ...install], work);
    }
    quietly([...(isRoot ? ['setpriv', ...stepDown] : ['makepkg']), ...makepkg, '--nocolor'], work);
    return performance.now() - start;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function giveAway(path: string): void {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), builderId, builderId);
  }
  chownSync(path, builderId, builderId);
}

function quietly([program = '', ...args]: readonly string[], work: string): void {
  execFileSync(program, args, {
    cwd: join(work, 'recipe'),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      HOME: join(work, 'home'),
      MAKEFLAGS: `-j${processors}`,
      PKGEXT: '.pkg.tar.zst',
      PKGDEST: join(work, 'packages'),
      SRCDEST: join(work, 'sources'),
      BUILDDIR: join(work, 'work'),
    },
  });
}

function findPackage({ folder }: Place, name: string): string {
  const published = join(folder, 'farm', 'public', 'bench', 'x86_64');
  const file = readdirSync(published).find((one) => one.startsWith(`${name}-1-`) && one.endsWith('.zst'));
  if (!file) throw new Error(`'${name}' is not published`);
  return join(published, file);
}

function writeRecipes(folder: string, recipes: string): void {
  const upstream = join(folder, 'upstream');
  mkdirSync(upstream);
  writeFileSync(join(upstream, 'hello.sh'), '#!/bin/sh\necho hello\n');
  const git = (...args: string[]): unknown =>
    execFileSync('git', [
      '-C',
      upstream,
      '-c',
      'user.name=bench',
      '-c',
      'user.email=bench@localhost',
      ...args,
    ]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
  const program = 'gcc $CFLAGS -o hello "$startdir/hello.c"';
  const script = 'install -Dm755 "$startdir/hello.sh" "$pkgdir/usr/share/$pkgname/hello.sh"';
  const cProgram = `build() { ${program}; }\npackage() { install -Dm755 hello "$pkgdir/usr/bin/$pkgname"; }\n`;
  writeRecipe(recipes, 'small-c', [], cProgram);
  writeRecipe(recipes, 'small-any', [['arch', 'any']], `package() { ${script}; }\n`);
  writeRecipe(recipes, 'lib-one', [['arch', 'any']], `package() { ${script}; }\n`);
  writeRecipe(recipes, 'lib-two', [['arch', 'any']], `package() { ${script}; }\n`);
  writeRecipe(
    recipes,
    'small-user',
    [
      ['depends', 'lib-one'],
      ['depends', 'lib-two'],
    ],
    cProgram,
  );
  const fromGit = 'package() { install -Dm755 upstream/hello.sh "$pkgdir/usr/share/$pkgname/hello.sh"; }\n';
  writeRecipe(
    recipes,
    'small-git',
    [
      ['arch', 'any'],
      ['source', `git+file://${upstream}`],
      ['sha256sums', 'SKIP'],
    ],
    fromGit,
  );
}

type Field = readonly [string, string];

/** A recipe folder with PKGBUILD, `.SRCINFO` and the sources that its functions take from the folder itself. */
function writeRecipe(recipes: string, name: string, more: readonly Field[], functions: string): void {
  const folder = join(recipes, name);
  mkdirSync(folder, { recursive: true });
  const has = (key: string): boolean => more.some(([other]) => other === key);
  const fields: readonly Field[] = [
    ['pkgver', '1'],
    ['pkgrel', '1'],
    ['pkgdesc', 'One of the small recipes of the benchmark'],
    ...(has('arch') ? [] : [['arch', 'x86_64'] as const]),
    ['license', 'MIT'],
    ...more,
  ];
  const arrays = new Map<string, string[]>();
  for (const [key, value] of fields) arrays.set(key, [...(arrays.get(key) ?? []), value]);
  const plain = new Set(['pkgver', 'pkgrel', 'pkgdesc']);
  const lines = [...arrays].map(([key, values]) =>
    plain.has(key) ? `${key}='${values[0]}'` : `${key}=(${values.map((value) => `'${value}'`).join(' ')})`,
  );
  const needsGit = has('source') ? ["makedepends=('git')"] : [];
  writeFileSync(
    join(folder, 'PKGBUILD'),
    [`pkgname=${name}`, ...lines, ...needsGit, '', functions].join('\n'),
  );
  writeFileSync(
    join(folder, '.SRCINFO'),
    [
      `pkgbase = ${name}`,
      ...fields.map(([key, value]) => `\t${key} = ${value}`),
      ...(needsGit.length > 0 ? ['\tmakedepends = git'] : []),
      '',
      `pkgname = ${name}`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'hello.c'),
    '#include <stdio.h>\nint main(void) { return puts("hello") == EOF; }\n',
  );
  writeFileSync(join(folder, 'hello.sh'), '#!/bin/sh\necho hello\n');
}
