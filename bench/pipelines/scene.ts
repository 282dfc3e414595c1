// A remote, a checkout, and servers: everything that a pipeline of a real-size repository touches, on this machine.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSrcinfo, srcinfoVersion } from '../../src/formats/pacman/index.ts';
import { writePackageState } from '../../src/formats/pkgbuild-repo/index.ts';
import { changing, changingRecipes, changingSketch, vcsPath } from './forty.ts';
import { recipeFolder } from './recipes.ts';
import { cleanGit, git, sourceRepository } from './repository.ts';
import { Upstreams } from './upstreams.ts';

const wasModified = 1_700_000_000;

/** Refs of the remote and files of the checkout that a run begins with. */
export interface Moment {
  readonly main: string;
  readonly state: string | undefined;
  readonly scheduled: string;
}

export class Scene {
  readonly folder: string;
  readonly remote: string;
  readonly checkout: string;
  /** For what is measured to be written to. */
  readonly notes: string;
  readonly upstreams: Upstreams;
  /** Versions of the library that five packages are rebuilt for. */
  readonly #libraries = new Map([['bench-library', '1.0-1']]);

  private constructor(folder: string, upstreams: Upstreams) {
    this.folder = folder;
    this.remote = join(folder, 'remote.git');
    this.checkout = join(folder, 'checkout');
    this.notes = join(folder, 'notes');
    this.upstreams = upstreams;
  }

  /** Copies the repository, and leads what it asks for to servers of this machine. */
  static async open(gitHosts: number): Promise<Scene> {
    const source = await sourceRepository();
    const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-pipelines-run-'));
    const scene = new Scene(folder, await Upstreams.open(gitHosts));
    mkdirSync(scene.notes);
    mkdirSync(join(folder, 'home'));
    writeFileSync(
      join(folder, 'gitconfig'),
      '[user]\n\tname = bench\n\temail = bench@localhost\n[protocol "file"]\n\tallow = always\n[gc]\n\tauto = 0\n',
    );
    git(folder, 'clone', '--quiet', '--bare', '--single-branch', source, scene.remote);
    const branch = git(scene.remote, 'symbolic-ref', '--short', 'HEAD');
    if (branch !== 'main') git(scene.remote, 'branch', '--move', branch, 'main');
    git(folder, 'clone', '--quiet', `file://${scene.remote}`, scene.checkout);
    scene.#lead();
    return scene;
  }

  /** The environment of a pipeline that nobody's settings and no CI service reach. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...cleanGit,
      HOME: join(this.folder, 'home'),
      GIT_CONFIG_GLOBAL: join(this.folder, 'gitconfig'),
      PACKMILL_CACHE: join(this.folder, 'cache'),
      TMPDIR: tmpdir(),
    };
  }

  get packages(): readonly string[] {
    return readdirSync(this.checkout, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
  }

  /** Every .SRCINFO of the checkout. */
  get srcinfos(): readonly string[] {
    return this.packages
      .map((name) => join(this.checkout, name, '.SRCINFO'))
      .filter((path) => existsSync(path));
  }

  /** Has the peer's scripts. */
  get hasPeer(): boolean {
    return ['on-commit.sh', 'schedule-packages.sh'].every((name) =>
      existsSync(join(this.checkout, '.ci', name)),
    );
  }

  /** Settings and sources of a copy that lead here, the forty packages that will change, and what is known of all. */
  #lead(): void {
    const { url } = this.upstreams;
    const state = new Map<string, string>();
    const published = new Map<string, string>();
    for (const [path, text] of changingRecipes()) write(join(this.checkout, path), text);
    for (const name of this.packages) this.#leadPackage(name, state, published);
    this.upstreams.publishAur();
    const databases = [
      this.upstreams.publishDistribution(this.#libraries),
      this.upstreams.publishDatabase('demo.db', published),
    ];
    const config = {
      ...{
        BUILD_REPO: 'demo',
        REPO_NAME: 'recipes',
        GIT_AUTHOR_NAME: 'Bench',
        GIT_AUTHOR_EMAIL: 'bench@localhost',
      },
      ...{
        CI_DEFAULT_CLASS: '5',
        CI_MANAGE_AUR: 'false',
        CI_HUMAN_REVIEW: 'false',
        TEMPLATE_ENABLE_UPDATES: 'false',
      },
      ...{ CI_AUR_URL: url, CI_GITLAB_URL: url, CI_AUR_GIT_URL: `file://${this.folder}/aur/{pkgbase}` },
      CI_LIB_DB: `"${databases.join(' ')}"`,
    };
    const lines = Object.entries(config).map(([key, value]) => `${key}=${value}\n`);
    write(join(this.checkout, '.ci', 'config'), lines.join(''));
    git(this.checkout, 'add', '--all', '--force');
    git(this.checkout, 'commit', '--quiet', '--message', 'ci: everything on this machine');
    git(this.checkout, 'push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    this.restore({
      main: git(this.checkout, 'rev-parse', 'HEAD'),
      state: this.#commitState(state),
      scheduled: 'HEAD',
    });
  }

  #leadPackage(name: string, state: Map<string, string>, published: Map<string, string>): void {
    const folder = join(this.checkout, name);
    const srcinfo = readText(join(folder, '.SRCINFO'));
    if (srcinfo !== undefined) {
      // a source of git from anywhere, and what stands behind the host of it
      const led = srcinfo.replace(
        /git\+(?:https?|ssh|git):\/\/(?:[^/@\s]*@)?([^\s#?]+)/g,
        (_all, path: string) => `git+${this.upstreams.gitUrl(path)}`,
      );
      if (led !== srcinfo) write(join(folder, '.SRCINFO'), led);
      const read = parseSrcinfo(srcinfo, name).srcinfo;
      const version = read && srcinfoVersion(read);
      if (version !== undefined) published.set(name, String(version));
    }
    // hooks of others, and what would ask servers that are not here
    rmSync(join(folder, '.CI', 'update.sh'), { force: true });
    const config = readText(join(folder, '.CI', 'config'));
    if (config === undefined) return;
    const led = config
      .replace(/^CI_NVCHECKER=.*\n?/gm, '')
      .replace(
        /^(CI_PKGBUILD_SOURCE=)https?:\/\/(\S+)$/m,
        (_all, key: string, path: string) => key + this.upstreams.gitUrl(path),
      );
    if (led !== config) write(join(folder, '.CI', 'config'), led);
    const source = /^CI_PKGBUILD_SOURCE=(\S+)/m.exec(led)?.[1] ?? '';
    const recipe = /^http:\/\/[^/]+\/(.+)$/.exec(source)?.[1];
    if (source === 'aur') this.upstreams.aur.set(name, wasModified);
    const known = writePackageState({
      commits: new Map(),
      pkgbuildTimestamp: source === 'aur' ? wasModified : undefined,
      recipeCommit: recipe === undefined ? undefined : this.upstreams.commitOf(recipe, 'HEAD'),
    });
    if (known !== undefined) state.set(name, known);
  }

  #commitState(files: ReadonlyMap<string, string>): string {
    const folder = join(this.folder, 'state');
    git(this.folder, 'init', '--quiet', '--initial-branch=state', folder);
    for (const [name, text] of files) write(join(folder, name), text);
    git(folder, 'add', '--all', '--force');
    git(folder, 'commit', '--quiet', '--message', 'state');
    git(folder, 'push', '--quiet', `file://${this.remote}`, 'HEAD:refs/heads/state');
    return git(folder, 'rev-parse', 'HEAD');
  }

  /** The forty move upstream: recipes in the AUR, branches, tags, and a library. */
  move(): void {
    for (let n = 1; n <= changing.aur; n += 1) {
      const sketch = changingSketch('aur', n, true);
      const folder = join(this.folder, 'aur', sketch.name);
      git(this.folder, 'init', '--quiet', '--initial-branch=master', folder);
      for (const [path, text] of recipeFolder(sketch)) {
        const inside = path.slice(sketch.name.length + 1);
        if (!inside.startsWith('.CI/')) write(join(folder, inside), text);
      }
      git(folder, 'add', '--all');
      git(folder, 'commit', '--quiet', '--message', 'upgpkg');
      this.upstreams.aur.set(sketch.name, wasModified + 1);
    }
    this.upstreams.publishAur();
    for (let n = 1; n <= changing.vcs; n += 1) this.upstreams.moved.add(vcsPath(n));
    for (let n = 1; n <= changing.tag; n += 1) this.upstreams.tags.set(String(n), '1.1');
    this.upstreams.publishDistribution(new Map([['bench-library', '2.0-1']]));
  }

  /** What refs are now. */
  moment(): Moment {
    const tip = (ref: string): string => git(this.remote, 'for-each-ref', '--format=%(objectname)', ref);
    return {
      main: tip('refs/heads/main'),
      state: tip('refs/heads/state') || undefined,
      scheduled: tip('refs/tags/scheduled'),
    };
  }

  /** Puts remote and checkout back to a moment, as a CI service would have cloned it. */
  restore({ main, state, scheduled }: Moment): void {
    const commit = git(this.checkout, 'rev-parse', scheduled);
    git(
      this.checkout,
      'push',
      '--quiet',
      '--force',
      'origin',
      `${main}:refs/heads/main`,
      `${commit}:refs/tags/scheduled`,
    );
    if (state === undefined) git(this.remote, 'update-ref', '-d', 'refs/heads/state');
    else git(this.remote, 'update-ref', 'refs/heads/state', state);
    git(
      this.checkout,
      'fetch',
      '--quiet',
      '--prune',
      '--force',
      'origin',
      '+refs/heads/*:refs/remotes/origin/*',
    );
    git(this.checkout, 'reset', '--quiet', '--hard', main);
    git(this.checkout, 'tag', '--force', 'scheduled', commit);
    for (const left of ['schedule-params.txt', 'deptree.txt'])
      rmSync(join(this.checkout, '.ci', left), { force: true });
  }

  /** A commit on top of main that is pushed and not evaluated yet. */
  push(message: string, files: ReadonlyMap<string, string>): Moment {
    const { main: scheduled, state } = this.moment();
    git(this.checkout, 'reset', '--quiet', '--hard', scheduled);
    for (const [path, text] of files) write(join(this.checkout, path), text);
    git(this.checkout, 'add', '--all');
    git(this.checkout, 'commit', '--quiet', '--allow-empty', '--message', message);
    const moment = { main: git(this.checkout, 'rev-parse', 'HEAD'), state, scheduled };
    this.restore(moment);
    return moment;
  }

  async close(): Promise<void> {
    await this.upstreams.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
