import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuilderView, JobView, QueueStats } from '../../src/api/index.ts';
import { freePort } from '../redis-server.ts';
import { FarmWatch } from './farm-watch.ts';
import { Gate } from './gate.ts';
import { type RecipeSketch, recipeFiles } from './recipe-files.ts';
import { type Ended, StartedProgram } from './started-program.ts';

export type Environment = Readonly<Record<string, string>>;

/** A farm as a service, of real processes: everything it starts ends with `dispose`. */
export class ServiceFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-service-'));
  readonly farm = join(this.folder, 'farm');
  readonly recipes = join(this.folder, 'recipes');
  readonly watch = new FarmWatch();
  readonly gate: Gate;
  #url = '';
  #serving: StartedProgram | undefined;
  readonly #programs: StartedProgram[] = [];

  private constructor(gate: Gate) {
    this.gate = gate;
    mkdirSync(this.recipes);
  }

  /** A fixture whose farm folder is still to be made. */
  static async empty(): Promise<ServiceFixture> {
    return new ServiceFixture(await Gate.open());
  }

  /** A farm with one source `main`, the fixture's folder of recipes, and further settings. */
  static async make(settings = ''): Promise<ServiceFixture> {
    const fixture = await ServiceFixture.empty();
    try {
      await fixture.do('init', '--repo', 'demo');
    } catch (error) {
      await fixture.dispose();
      throw error;
    }
    fixture.settings(settings);
    return fixture;
  }

  /** Address of the newest manager. */
  get url(): string {
    return this.#url;
  }

  settings(settings: string, sources = `main: { url: ${this.recipes} }`): void {
    const text = `repository: demo
sandbox: { network: full }
recipe-sources: { ${sources} }
${settings}
`;
    writeFileSync(join(this.farm, 'packmill.yaml'), text);
  }

  /** Starts a packmill for this farm. */
  start(args: readonly string[], environment: Environment = {}): StartedProgram {
    const program = new StartedProgram(['--farm', this.farm, ...args], environment);
    this.#programs.push(program);
    return program;
  }

  /** Runs a packmill for this farm to its end. */
  run(args: readonly string[], environment: Environment = {}): Promise<Ended> {
    return this.start(args, environment).ended;
  }

  /** Runs one that has to go well; returns its standard output. */
  async do(...args: string[]): Promise<string> {
    const ended = await this.run(args);
    if (ended.code === 0) return ended.stdout;
    throw new Error(`packmill ${args.join(' ')} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
  }

  /** A whole farm in one process. */
  up(builders = 1, environment: Environment = {}): Promise<StartedProgram> {
    return this.#serve(['up', '--builders', String(builders)], environment);
  }

  /** A manager; `args`: its name and options, without the port when it has to be a given one. */
  manager(environment: Environment = {}, args: readonly string[] = ['manager']): Promise<StartedProgram> {
    return this.#serve(args, environment);
  }

  async #serve(args: readonly string[], environment: Environment = {}): Promise<StartedProgram> {
    const port = args.includes('--web-port') ? [] : ['--web-port', '0'];
    const program = this.start([...args, ...port], environment);
    const [, url = ''] = await program.says(/is at work: (http\S+)/);
    this.#url = url;
    this.#serving = program;
    this.watch.follow(url);
    return program;
  }

  /** A builder of its own; resolves when the manager has answered it. */
  async builder(name: string, environment: Environment): Promise<StartedProgram> {
    const started = this.startBuilder(name, environment);
    await started.says(/the manager answered/);
    return started;
  }

  startBuilder(name: string, environment: Environment): StartedProgram {
    const shared = join(this.folder, `builder-${name}`);
    mkdirSync(shared, { recursive: true });
    const program = new StartedProgram(['builder'], {
      SHARED_PATH: shared,
      BUILDER_HOSTNAME: name,
      ...environment,
    });
    this.#programs.push(program);
    return program;
  }

  /** Writes a recipe that builds at once, by default into the source `main`. */
  quick(name: string, recipe: RecipeSketch = {}): void {
    this.#write(name, recipe, '');
  }

  /** Writes a recipe that stands at the gate while it builds. */
  gated(name: string, recipe: RecipeSketch = {}): void {
    this.#write(name, recipe, this.gate.lines);
  }

  #write(name: string, recipe: RecipeSketch, lines: string): void {
    const files = recipeFiles(name, recipe, lines);
    for (const [file, text] of Object.entries(files)) {
      const path = join(recipe.within ?? this.recipes, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  async json<Value>(path: string): Promise<Value> {
    return (await (await fetch(`${this.#url}${path}`)).json()) as Value;
  }

  async text(path: string): Promise<string> {
    return await (await fetch(`${this.#url}${path}`)).text();
  }

  job(name: string): Promise<JobView> {
    return this.json(`/api/queue/jobs/${name.includes('/') ? name : `demo/x86_64/${name}`}`);
  }

  stats(): Promise<QueueStats> {
    return this.json('/api/queue/stats');
  }

  builders(): Promise<readonly BuilderView[]> {
    return this.json('/api/builders');
  }

  /** The finished log of a package's newest revision. */
  log(name: string): Promise<string> {
    return this.text(`/api/logs/${encodeURIComponent(name)}`);
  }

  /** Resolves when the newest manager has said that it published a package. */
  async hasPublished(name: string, repo = 'demo'): Promise<void> {
    const pattern = new RegExp(`published generation \\d+ of ${repo}/\\S+: .*\\b${name}(?:[ ,]|$)`, 'm');
    await this.#serving?.says(pattern);
  }

  /** Packages that a repository's visible database lists, as `name-version`. */
  published(repo = 'demo', root = join(this.farm, 'public')): readonly string[] {
    const database = join(root, repo, 'x86_64', `${repo}.db.tar.zst`);
    const names = execFileSync('bsdtar', ['-tf', database], { encoding: 'utf8' });
    return [...names.matchAll(/^([^/\n]+)\/$/gm)].map(([, name = '']) => name).sort();
  }

  async dispose(): Promise<void> {
    this.watch.close();
    this.gate.close();
    await Promise.all(this.#programs.map((program) => program.stop('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Settings and environments of a farm whose builders come over a Redis. */
export async function overRedis(redis: { host: string; port: number }, more = '') {
  const port = await freePort();
  return {
    port,
    /** The manager's `service` settings. */
    settings: `service: { url: "http://127.0.0.1:${port}", request-log: false, lease: 3s, redis: { host: ${redis.host}, port: ${redis.port} }${more} }`,
    manager: ['manager', '--web-port', String(port)],
    environment: { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) },
  };
}

/** A git repository of recipes; returns what commits everything and tells the commit. */
export function gitRepository(folder: string): { commit(): string } {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    commit: () => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'a commit');
      return git('rev-parse', 'HEAD');
    },
  };
}
