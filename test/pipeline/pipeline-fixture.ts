import type { HandOver } from '../../src/api/index.ts';
import { fault, type Problem } from '../../src/diagnostics/index.ts';
import {
  ciFacts,
  type Delivery,
  type HandOverPort,
  type OnCommitOptions,
  type OnCommitReport,
  onCommit,
  type PipelineContext,
  readOutbox,
  readRecipeRepository,
} from '../../src/pipeline/index.ts';
import { ScratchRemote } from '../git/scratch-remote.ts';
import { TakenRanges } from './taking-ranges.ts';

type Environment = Readonly<Record<string, string>>;

/** A manager that remembers what it is given; it is away, or refuses, when it is told to. */
export class RecordingManager implements HandOverPort {
  readonly delivered: HandOver[] = [];
  isAway = false;
  /** Names of which it can make nothing. */
  readonly refuses = new Set<string>();
  /** What a clean-up leaves as too new. */
  spares: readonly string[] = [];
  readonly #ranges = new TakenRanges();
  /** Called before each delivery. */
  before: (document: HandOver) => void = () => undefined;

  async deliver(document: HandOver): Promise<Delivery> {
    if (this.isAway) throw fault('SCH005', { what: 'no manager answers' });
    this.before(document);
    const { coveredTo } = this.#ranges.take(document.schedule);
    if (coveredTo !== undefined) return { accepted: [], refused: [], removed: [], coveredTo };
    this.delivered.push(document);
    const names = document.schedule?.packages.map(({ name }) => name) ?? [];
    return {
      accepted: names.filter((name) => !this.refuses.has(name)),
      refused: names.filter((name) => this.refuses.has(name)).map((name) => ({ name, what: 'SCH003 no' })),
      removed: [],
      ...(document.cleanup ? { spared: this.spares } : {}),
    };
  }

  /** Names of all packages that it was asked to build, in order. */
  get scheduled(): readonly string[] {
    return this.delivered.flatMap(({ schedule }) => schedule?.packages.map(({ name }) => name) ?? []);
  }
}

/** A recipe repository with a bare remote, and runs of pipelines in fresh clones of it as a CI service makes them. */
export class PipelineFixture {
  readonly remote = new ScratchRemote();
  readonly manager = new RecordingManager();
  readonly problems: Problem[] = [];
  readonly told: string[] = [];
  /** The maintainer's checkout. */
  readonly desk: string;
  #runs = 0;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.desk = this.remote.clone('desk');
    this.push({ 'foo/PKGBUILD': 'foo', 'bar/PKGBUILD': 'bar', '.ci/config': '', ...files }, 'feat: init');
  }

  /** Commits files (null removes one) and pushes; returns the commit. */
  push(files: Readonly<Record<string, string | null>>, message = 'x', ...options: string[]): string {
    const commit = this.remote.commit(this.desk, files, message);
    this.remote.git(this.desk, 'push', '--quiet', ...options, 'origin', 'HEAD:refs/heads/main');
    return commit;
  }

  /** Makes the newest commit the one that everything was looked at up to. */
  looked(commit = this.remote.tip('refs/heads/main')): void {
    this.remote.git(this.remote.bare, 'update-ref', 'refs/tags/scheduled', commit);
  }

  get tag(): string {
    return this.remote.tip('refs/tags/scheduled');
  }

  get codes(): readonly string[] {
    return this.problems.map(({ code }) => code);
  }

  /** What a run works with, in a clone of its own (or a checkout that is there). */
  async context(
    environment: Environment = {},
    { folder, depth }: { readonly folder?: string; readonly depth?: number } = {},
  ): Promise<PipelineContext> {
    this.#runs += 1;
    const shallow = depth === undefined ? [] : [`--depth=${depth}`];
    const copy = await this.remote.open(folder ?? this.remote.clone(`run-${this.#runs}`, ...shallow));
    const variable = (name: string): string | undefined => environment[name];
    const head = (await copy.resolve(['HEAD'])).get('HEAD') as string;
    return {
      copy,
      repository: await readRecipeRepository(copy, head, variable),
      ci: ciFacts(variable),
      clock: this.remote.clock,
      report: (problem) => this.problems.push(problem),
      tell: (line) => this.told.push(line),
    };
  }

  /** One run on a push, as a CI service starts it. */
  async onCommit(
    options: Partial<OnCommitOptions> & {
      readonly environment?: Environment;
      readonly folder?: string;
      readonly depth?: number;
    } = {},
  ): Promise<OnCommitReport> {
    const { environment, folder, depth, ...rest } = options;
    const place = { ...(folder === undefined ? {} : { folder }), ...(depth === undefined ? {} : { depth }) };
    return await onCommit(await this.context(environment, place), { port: this.manager, ...rest });
  }

  /** What waits on branch `state`. */
  async outbox(): Promise<readonly HandOver[]> {
    const { bare } = this.remote;
    if (this.remote.tip('refs/heads/state') === '') return [];
    const names = this.remote.git(bare, 'ls-tree', '-r', '--name-only', 'state').split('\n');
    const files = names
      .filter((name) => name.startsWith('.outbox/'))
      .map((name): [string, Uint8Array] => [
        name,
        Buffer.from(this.remote.git(bare, 'show', `state:${name}`)),
      ]);
    return (await readOutbox(new Map(files))).waiting;
  }

  dispose(): Promise<void> {
    return this.remote.dispose();
  }
}
