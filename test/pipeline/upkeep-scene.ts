// A repository of recipes with a bare remote, and what a pipeline of it works with.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Problem } from '../../src/diagnostics/index.ts';
import { openWorkingCopy, type WorkingCopy } from '../../src/git/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { ciFacts, type PipelineContext, readRecipeRepository } from '../../src/pipeline/index.ts';
import { unchecked } from '../unchecked-recipe.ts';

/** Settings of nobody but the scene, so that the machine's own never count. */
export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 't',
  GIT_AUTHOR_EMAIL: 't@localhost',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@localhost',
  TMPDIR: tmpdir(),
};

/** Runs git and returns what it printed, without the last line end. */
export function git(folder: string, ...args: readonly string[]): string {
  const text = execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: gitEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return text.replace(/\n$/, '');
}

export type Files = Readonly<Record<string, string | undefined>>;

/** Writes files below a folder; undefined removes one. Names that end in `!` are executable. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name.replace(/!$/, ''));
    if (text === undefined) rmSync(path, { force: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      if (name.endsWith('!')) chmodSync(path, 0o755);
    }
  }
}

export class UpkeepScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-upkeep-'));
  readonly remote = join(this.folder, 'remote.git');
  readonly checkout = join(this.folder, 'recipes');
  readonly problems: Problem[] = [];
  readonly told: string[] = [];
  #copy: WorkingCopy | undefined;

  constructor(files: Files) {
    git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.remote);
    git(this.folder, 'clone', '--quiet', this.remote, this.checkout);
    git(this.checkout, 'switch', '--quiet', '--orphan', 'main');
    this.commit(files);
  }

  /** Commits and pushes; returns the id. */
  commit(files: Files, message = 'x'): string {
    writeFiles(this.checkout, files);
    git(this.checkout, 'add', '--all', '--force');
    git(this.checkout, 'commit', '--quiet', '--allow-empty', '--message', message);
    git(this.checkout, 'push', '--quiet', 'origin', 'HEAD:main');
    return git(this.checkout, 'rev-parse', 'HEAD');
  }

  /** What a run at `HEAD` works with; `variables` are its environment. */
  async context(variables: Readonly<Record<string, string>> = {}): Promise<PipelineContext> {
    await this.#copy?.close();
    const variable = (name: string): string | undefined => variables[name];
    const copy = await openWorkingCopy({ folder: this.checkout, branch: 'main', clock: systemClock });
    this.#copy = copy;
    const commit = (await copy.resolve(['HEAD'])).get('HEAD') ?? '';
    return {
      copy,
      repository: await readRecipeRepository(copy, commit, variable),
      ci: ciFacts(variable),
      clock: systemClock,
      report: (problem) => void this.problems.push(problem),
      tell: (line) => void this.told.push(line),
    };
  }

  codes(): readonly string[] {
    return this.problems.map(({ code }) => code);
  }

  async dispose(): Promise<void> {
    await this.#copy?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A `.SRCINFO` with tabs as makepkg has them. */
export function srcinfo(pkgbase: string, lines: readonly string[] = []): string {
  const body = ['pkgver = 1.0', 'pkgrel = 1', 'arch = any', ...lines].map((line) => `\t${line}\n`).join('');
  return `pkgbase = ${pkgbase}\n${body}\npkgname = ${pkgbase}\n`;
}

/** A PKGBUILD that needs formatting; makepkg does not check it. */
export function pkgbuild(pkgbase: string, pkgver = '1.0'): string {
  return `pkgname=${pkgbase}\npkgver=${pkgver}\npkgrel=1\narch=(any)\n${unchecked}\npackage() {\n      true\n}\n`;
}
