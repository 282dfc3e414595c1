// A recipe repository with everything that a regular run talks to: a remote, an AUR, git hosts, databases, a forge, a manager.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault, type Problem } from '../../src/diagnostics/index.ts';
import {
  type OnCommitReport,
  onCommit,
  type ScheduleReport,
  type UploadToAur,
} from '../../src/pipeline/index.ts';
import { JumpingClock } from '../fetcher/far-server.ts';
import { LoopbackGithub, LoopbackGitlab } from '../forge/loopback-forge.ts';
import { nobodysGit } from '../git/nobodys-git.ts';
import { TakingManager } from './accepted-documents.ts';
import { type AurEntry, FarAway } from './far-away.ts';
import { type Files, writeFiles } from './recipe-texts.ts';
import { type Place, regularRun, withRepository } from './regular-run.ts';

export interface RunOptions {
  readonly dryRun?: boolean;
  readonly only?: readonly string[];
  readonly handOver?: boolean;
  /** The checkout was made before the last push. */
  readonly isStale?: boolean;
  /** Default: `checkout` of the world. */
  readonly checkout?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly uploadToAur?: UploadToAur;
}

/** What came of a run: its report or what ended it, and what it said. */
export interface RunResult {
  readonly report: ScheduleReport;
  readonly failure: Problem | undefined;
  readonly told: readonly string[];
  readonly problems: readonly Problem[];
  /** Names that the manager got in this run. */
  readonly delivered: readonly string[];
  /** Paths that servers were asked for. */
  readonly asked: readonly string[];
}

export class RecipeWorld extends FarAway {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-world-'));
  readonly remote = join(this.folder, 'remote.git');
  /** Where people work. */
  readonly desk = join(this.folder, 'desk');
  /** Where the pipeline works. */
  readonly checkout = join(this.folder, 'checkout');
  readonly clock = new JumpingClock();
  readonly manager = new TakingManager();
  readonly gitlab = new LoopbackGitlab();
  readonly github = new LoopbackGithub();
  service: 'gitlab' | 'github' | 'none' = 'gitlab';

  static async open(
    files: Files = {},
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RecipeWorld> {
    const world = new RecipeWorld();
    await world.listen();
    await world.gitlab.listen();
    await world.github.listen();
    world.git(world.folder, 'init', '--quiet', '--bare', '--initial-branch=main', world.remote);
    world.git(world.remote, 'config', 'receive.advertisePushOptions', 'true');
    world.git(world.folder, 'clone', '--quiet', `file://${world.remote}`, world.desk);
    world.git(world.desk, 'switch', '--quiet', '--orphan', 'main');
    world.commit({ '.ci/config': world.config(settings), ...files }, { message: 'init' });
    world.git(world.folder, 'clone', '--quiet', `file://${world.remote}`, world.checkout);
    return world;
  }

  /** `.ci/config` that leads to the servers of this world. */
  config(more: Readonly<Record<string, string>> = {}): string {
    const all = {
      BUILD_REPO: 'target',
      REPO_NAME: 'recipes',
      GIT_AUTHOR_NAME: 'Robot',
      GIT_AUTHOR_EMAIL: 'robot@localhost',
      CI_AUR_URL: this.url,
      CI_AUR_GIT_URL: `file://${this.folder}/aur/{pkgbase}`,
      CI_GITLAB_URL: this.url,
      ...more,
    };
    return Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }

  git(cwd: string, ...args: readonly string[]): string {
    return nobodysGit({ cwd, settings: ['protocol.file.allow=always'] }, ...args);
  }

  /** Commits on top of the remote's main and pushes; `isEvaluated` (the default) moves tag `scheduled` there, too. */
  commit(
    files: Files,
    options: { readonly message?: string; readonly isEvaluated?: boolean; readonly force?: boolean } = {},
  ): string {
    const { message = 'x', isEvaluated = true, force = false } = options;
    if (!force && this.tip('refs/heads/main') !== '') {
      this.git(this.desk, 'fetch', '--quiet', 'origin', 'main');
      this.git(this.desk, 'reset', '--quiet', '--hard', 'FETCH_HEAD');
    }
    writeFiles(this.desk, files);
    this.git(this.desk, 'add', '--all', '--force');
    this.git(this.desk, 'commit', '--quiet', '--allow-empty', '--message', message);
    const refs = ['HEAD:refs/heads/main', ...(isEvaluated ? ['HEAD:refs/tags/scheduled'] : [])];
    this.git(this.desk, 'push', '--quiet', '--force', 'origin', ...refs);
    return this.git(this.desk, 'rev-parse', 'HEAD');
  }

  /** A new commit in the AUR's repository of a package, and its entry. */
  pushToAur(name: string, files: Files, entry: AurEntry): string {
    if (entry) this.aur.set(name, entry);
    return this.pushUpstream(`aur/${name}`, files);
  }

  /** A new commit in a repository of this world; returns it. Its URL is `urlOf(path)`. */
  pushUpstream(path: string, files: Files, branch = 'main'): string {
    const folder = join(this.folder, path);
    mkdirSync(folder, { recursive: true });
    if (!this.#isRepository(folder)) this.git(folder, 'init', '--quiet', `--initial-branch=${branch}`);
    writeFiles(folder, files);
    this.git(folder, 'add', '--all', '--force');
    this.git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'x');
    return this.git(folder, 'rev-parse', 'HEAD');
  }

  #isRepository(folder: string): boolean {
    try {
      return this.git(folder, 'rev-parse', '--show-toplevel') === folder;
    } catch {
      return false;
    }
  }

  urlOf(path: string): string {
    return `file://${this.folder}/${path}`;
  }

  /** A hook of the remote, as lines of a shell script. */
  hook(name: string, script: string): void {
    writeFiles(join(this.remote, 'hooks'), { [`${name}!`]: `#!/bin/sh\n${script}\n` });
  }

  tip(ref: string): string {
    return this.git(this.remote, 'for-each-ref', '--format=%(objectname)', ref);
  }

  /** Text of a file of a ref of the remote; undefined when it is not there. */
  show(ref: string, path: string): string | undefined {
    try {
      return execFileSync('git', ['-C', this.remote, 'show', `${ref}:${path}`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch {
      return undefined;
    }
  }

  /** Paths of a ref of the remote. */
  paths(ref: string): readonly string[] {
    return this.git(this.remote, 'ls-tree', '-r', '--name-only', ref).split('\n').filter(Boolean);
  }

  subjects(ref = 'main'): readonly string[] {
    return this.git(this.remote, 'log', '--format=%s', ref).split('\n');
  }

  /** `.checks.json` of branch `state`. */
  checks(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return JSON.parse(this.show('state', '.checks.json') ?? '{"packages":{}}').packages;
  }

  /** Lets time pass. */
  async later(ms: number): Promise<void> {
    await this.clock.sleep(ms);
    this.clock.pauses.pop();
  }

  variables(): Readonly<Record<string, string>> {
    switch (this.service) {
      case 'gitlab':
        return {
          GITLAB_CI: 'true',
          CI_PIPELINE_ID: '77',
          CI_COMMIT_BRANCH: 'main',
          CI_API_V4_URL: this.gitlab.api,
          CI_PROJECT_ID: '42',
          ACCESS_TOKEN: this.gitlab.token,
        };
      case 'github':
        return {
          GITHUB_ACTIONS: 'true',
          GITHUB_REF_NAME: 'main',
          GITHUB_REPOSITORY: 'farm/recipes',
          GITHUB_API_URL: this.github.url,
          ACCESS_TOKEN: this.github.token,
        };
      case 'none':
        return {};
    }
  }

  /** One regular run in a checkout as a CI service makes it: at the newest commit. */
  async run(options: RunOptions = {}): Promise<RunResult> {
    const before = new Set(this.manager.documents.keys());
    const told: string[] = [];
    const problems: Problem[] = [];
    const asked = this.heard.length;
    let report: ScheduleReport | undefined;
    let failure: Problem | undefined;
    try {
      const checkout = options.checkout ?? this.checkout;
      if (!options.isStale) this.#checkOut(checkout);
      report = await regularRun({
        ...this.#place({ ...this.variables(), ...options.variables }, { told, problems }),
        ...{ checkout, only: options.only, dryRun: options.dryRun },
        port: options.handOver ? undefined : this.manager,
        uploadToAur: options.uploadToAur,
        cacheFolder: join(this.folder, 'cache'),
      });
    } catch (error) {
      if (!isFault(error)) throw error;
      failure = error.problem;
    }
    const delivered = [...this.manager.documents]
      .filter(([id]) => !before.has(id))
      .flatMap(([, names]) => names);
    return {
      get report() {
        if (!report) throw new Error(`the run failed: ${failure?.code} ${failure?.what}`);
        return report;
      },
      ...{ failure, told, problems, delivered },
      asked: this.heard.slice(asked),
    };
  }

  /** The pipeline of a push. */
  async onCommit(): Promise<OnCommitReport> {
    this.#checkOut(this.checkout);
    return await withRepository(this.#place(this.variables(), { told: [], problems: [] }), (context) =>
      onCommit(context, { port: this.manager }),
    );
  }

  #place(variables: Readonly<Record<string, string>>, into: { told: string[]; problems: Problem[] }): Place {
    return { checkout: this.checkout, clock: this.clock, variables, ...into };
  }

  #checkOut(checkout: string): void {
    const main = 'refs/remotes/origin/main';
    this.git(checkout, 'fetch', '--quiet', '--force', 'origin', `+refs/heads/main:${main}`);
    this.git(checkout, 'reset', '--quiet', '--hard', main);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.closeServer(), this.gitlab.close(), this.github.close()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
