import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  EbinRequest,
  EbinRequestView,
  JobSelection,
  JobView,
  Overview,
  PackageRow,
  RemovalRequest,
  ScheduleRequest,
  StageSourceView,
  UpkeepPackages,
  UpkeepRunRequest,
  UpkeepView,
} from '../../src/api/index.ts';
import { EbinRepositories, type ShownRepository } from '../../src/app/ebins/index.ts';
import type { Bearer, FarmService, LogRevision, Measurement, PackageLook } from '../../src/app/index.ts';
import { LogWorkbench } from '../../src/app/log-workbench/log-workbench.ts';
import { auditLog } from '../../src/app/service/audit-log.ts';
import { openFarmDatabase } from '../../src/database/index.ts';
import { fault } from '../../src/diagnostics/index.ts';
import { systemClock } from '../../src/host/index.ts';
import type { FarmEvent, JobStateName } from '../../src/model/index.ts';
import {
  type AttemptId,
  attemptId,
  type BuilderName,
  type JobId,
  type PlanId,
} from '../../src/primitives/index.ts';

/** A log whose files the test writes. */
export class GrowingLog implements LogRevision {
  readonly job: string;
  readonly timestamp: number;
  readonly #folder: string;
  #count = 0;
  #finished = false;

  constructor(folder: string, job: string, timestamp: number) {
    this.#folder = join(folder, job.replaceAll('/', '_'), String(timestamp));
    this.job = job;
    this.timestamp = timestamp;
    this.nextSegment();
  }

  nextSegment(): void {
    this.#count += 1;
    const path = this.segments().at(-1) ?? '';
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) writeFileSync(path, '');
  }
  write(bytes: string | Uint8Array): void {
    appendFileSync(this.segments().at(-1) ?? '', bytes);
  }
  finish(): void {
    this.#finished = true;
  }
  segments(): readonly string[] {
    return Array.from({ length: this.#count }, (_, index) => join(this.#folder, `${index}.log`));
  }
  isFinished(): boolean {
    return this.#finished;
  }
}

const someTime = { earlyMs: 1, middleMs: 2, lateMs: 3 };
const bareJob = {
  job: 'local/x86_64/foo',
  plan: 1,
  state: 'waiting',
  position: 2,
  start: someTime,
  end: someTime,
  basis: 'own-history',
  withoutHistory: 0,
} as const;
const barePlan = {
  id: 1,
  target: 'local',
  arch: 'x86_64',
  why: 'a test',
  source: null,
  commit: null,
  createdMs: 1,
  finishedMs: null,
  jobs: 2,
  states: { waiting: 2 },
  end: someTime,
};

type ForesightLook = FarmService['foresight'];

/** Answers of the contracts' shapes. */
class ForesightDouble implements ForesightLook {
  async why(of: string) {
    if (of === 'nowhere') throw fault('CLI002', { what: `no plan has a job '${of}'` });
    return {
      id: of,
      plan: 1,
      state: 'waiting' as const,
      sinceMs: 1,
      summary: 's',
      reason: '',
      planned: [{ depth: 0, kind: 'new', text: 'never built' }],
      now: [{ depth: 0, kind: 'waits-need', text: 'it waits', job: 'local/x86_64/bar' }],
      next: { text: 'wait', commands: [] },
      when: bareJob,
      explanation: [],
      attempts: [],
    };
  }
  async forecast() {
    const plans = [{ plan: 1, end: someTime, open: 2, withoutHistory: 0, stuck: 0 }];
    return { atMs: 1, slots: 1, plans, jobs: [bareJob], total: 1 };
  }
  async plans() {
    return { plans: [barePlan], next: null };
  }
  async plan() {
    return { ...barePlan, nodes: [], edges: [[0, 1] as [number, number]], problems: [] };
  }
  async simulate() {
    const bound = { pathMs: 1, workMs: 2, boundMs: 2 };
    const rest = { builders: [], stuck: [], recordedMs: null, tookMs: 1 };
    return { what: 'plan 1', jobs: 2, ran: 2, states: {}, withoutHistory: 0, bound, policies: [], ...rest };
  }
}

const noPackage = (): never => {
  throw fault('PRV002', { what: 'there is no such package' });
};

/** The farm's service in memory: a test sets what it says and sees what was asked of it. */
export class ServiceDouble implements FarmService {
  readonly foresight = new ForesightDouble();
  readonly ebinWishes: EbinRequestView[] = [];
  /** Repositories of ebins that a test shows. */
  shownEbins: ShownRepository[] = [];
  /** The first page of the dashboard, as a test sets it. */
  overview = {
    open: {},
    running: [],
    failed: [],
    day: { succeeded: 0, failed: 0, published: 0 },
    builders: [],
    hours: [],
    upstreams: [],
    troubles: [],
  } as Overview;
  /** Packages that a test shows. */
  packageRows: PackageRow[] = [];
  readonly packages: PackageLook = {
    list: () => ({ packages: this.packageRows }),
    verdicts: () => ({ verdicts: [] }),
    view: noPackage,
    history: noPackage,
    files: async () => noPackage(),
    provenance: async () => noPackage(),
  };
  /** Decisions on rebuilds that were asked for. */
  readonly decisions: string[] = [];
  readonly rebuilds: FarmService['rebuilds'] = {
    list: () => [],
    preview: async (target = 'chaotic-aur', arch = 'x86_64', subjects = []) => ({
      ...{ target, arch, kind: 'any' },
      packages: subjects.map(({ name }) => name),
      libraries: [],
      rebuild: [],
    }),
    decide: async (id, decision, by) => {
      if (id === 404) throw fault('ABI003', { what: 'there is no rebuild 404' });
      this.decisions.push(`${decision} ${id} by ${by}`);
      return { id: `rebuild-${id}`, accepted: [], refused: [] };
    },
  };
  readonly repositories: FarmService['repositories'] = repositoryDouble();
  readonly dashboard = {
    farm: () => ({ repository: 'local', arch: 'x86_64', targets: [] }),
    overview: () => this.overview,
    reviews: async () => [],
    review: async () => undefined,
    queue: () => ({ jobs: [], counts: {}, targets: [], sources: [] }),
  };
  readonly ebins = new EbinRepositories(() => this.shownEbins);
  readonly workbench = new LogWorkbench({
    root: '/nowhere',
    database: openFarmDatabase(':memory:', { clock: systemClock }),
    clock: systemClock,
    mayWrite: () => false,
    idsOf: () => [],
    revisionOf: () => undefined,
    logOf: () => {
      throw new Error('the record is empty');
    },
  });
  readonly accounts = undefined;
  readonly audit = auditLog(openFarmDatabase(':memory:', { clock: systemClock }).audit);
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[] = [];
  readonly tokens = new Map<string, Bearer>([
    ['operator-token', { role: 'operator', name: 'olga', means: 'token' }],
    ['builder-token', { role: 'builder', name: 'one', means: 'token' }],
  ]);
  readonly attemptTokens = new Set(['attempt-token']);
  readonly jobs = new Map<string, JobView>();
  readonly logs: GrowingLog[] = [];
  readonly eventLog: FarmEvent[] = [];
  readonly listeners = new Set<(event: FarmEvent) => void>();
  numbers: Measurement[] = [];
  problems: string[] = [];
  kept: { view: UpkeepView; packages: UpkeepPackages }[] = [];
  /** Thrown by the next command. */
  failure: unknown;

  #called(name: string, ...args: readonly unknown[]): void {
    this.calls.push({ name, args });
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async schedule(request: ScheduleRequest) {
    this.#called('schedule', request);
    const accepted = request.packages.map(({ name }) => ({
      name,
      job: `${request.target}/${request.arch}/${name}`,
    }));
    return { id: request.id, plan: 1, accepted, refused: [] };
  }
  async removeObsolete(request: RemovalRequest) {
    this.#called('removeObsolete', request);
    return { generation: 2, removed: ['old'], spared: [], unknown: [] };
  }
  async cancel(selection: JobSelection, reason: string) {
    this.#called('cancel', selection, reason);
    return selection.jobs ?? [];
  }
  async setUrgency(selection: JobSelection, urgency: number) {
    this.#called('setUrgency', selection, urgency);
    return selection.jobs ?? [];
  }
  async retry(jobs: readonly string[]) {
    this.#called('retry', jobs);
    return { id: 'retry-0001', accepted: jobs.map((job) => ({ name: job, job })), refused: [] };
  }
  async clearQueue(selection: JobSelection) {
    this.#called('clearQueue', selection);
    return [...this.jobs.values()].filter((job) => job.state === 'waiting').map((job) => job.id);
  }
  async drain(builder: string, drained: boolean) {
    this.#called('drain', builder, drained);
    if (builder !== 'one') throw fault('SCH007', { what: `no builder is called '${builder}'` });
  }
  async runUpkeep(source: string, request: UpkeepRunRequest) {
    this.#called('runUpkeep', source, request);
    this.#keptOf(source);
    return { source, kind: request.kind, ahead: 0 };
  }
  async pauseUpkeep(source: string, paused: boolean) {
    this.#called('pauseUpkeep', source, paused);
    this.#keptOf(source);
  }
  async requestEbin(request: EbinRequest): Promise<EbinRequestView> {
    this.#called('requestEbin', request);
    if (request.atom === 'app-misc/none') throw fault('EBN101', { what: `there is no '${request.atom}'` });
    const wish = { id: 1, target: request.target ?? 'ebins', package: request.atom, use: request.use };
    const standing = { state: 'waiting', reason: null, next: null, job: null, nearest: [] } as const;
    this.ebinWishes.push({ ...wish, requestedMs: 1, ...standing, nearest: [] });
    return this.ebinWishes.at(-1) as EbinRequestView;
  }
  async dropEbinRequest(id: number) {
    this.#called('dropEbinRequest', id);
    if (!this.ebinWishes.some((one) => one.id === id))
      throw fault('EBN104', { what: `there is no request ${id}` });
  }
  stageSources: StageSourceView[] = [];
  async stages() {
    return this.stageSources;
  }
  pythonViews: Awaited<ReturnType<FarmService['python']>> = { builds: [], distributions: [], failures: [] };
  async python() {
    return this.pythonViews;
  }
  ebinRequests() {
    return this.ebinWishes;
  }
  upkeep() {
    return this.kept.map(({ view }) => view);
  }
  async upkeepPackages(source: string) {
    return this.#keptOf(source).packages;
  }
  #keptOf(source: string) {
    const found = this.kept.find(({ view }) => view.source === source);
    if (!found) throw fault('CIF001', { what: `recipe source '${source}' is not kept up to date` });
    return found;
  }

  stats() {
    const named = (state: string) => [...this.jobs.values()].filter((job) => job.state === state);
    const active = named('running').map((job) => ({
      name: job.id,
      node: job.builder ?? '',
      build_class: job.buildClass,
      liveLog: `/logs.html?id=${job.id}`,
    }));
    const waiting = named('waiting').map((job) => ({ name: job.id, build_class: job.buildClass }));
    return {
      active: { count: active.length, packages: active },
      waiting: { count: waiting.length, packages: waiting },
      idle: { count: 1, nodes: [{ name: 'two', build_class: 2 }] },
    };
  }
  queuedPackages(target?: string) {
    return [...this.jobs.values()]
      .filter((job) => job.state === 'waiting' || job.state === 'running')
      .filter((job) => target === undefined || job.id.startsWith(`${target}/`))
      .map((job) => {
        const [, arch = '', name = ''] = job.id.split('/');
        const srcrepo = job.source ?? '';
        return { [name]: { arch, build_class: job.buildClass, srcrepo, timestamp: job.timestamp } };
      });
  }
  metrics() {
    return {
      builder_queue: { completed: 5, failed: 1 },
      database_queue: { completed: 4, failed: 2 },
    };
  }
  job(id: string) {
    return this.jobs.get(id);
  }
  builds(filter: { pkgbase?: string; target?: string; limit: number }) {
    this.#called('builds', filter);
    return [...this.jobs.values()]
      .filter((job) => filter.pkgbase === undefined || job.id.endsWith(`/${filter.pkgbase}`))
      .slice(0, filter.limit);
  }
  builders() {
    const common = {
      instance: 'a1b2c',
      class: 2,
      labels: [],
      arches: ['x86_64'],
      slots: 1,
      protocol: 5,
      lastSeenMs: 1,
    };
    return [
      { ...common, name: 'one', busy: ['local/x86_64/foo'], state: 'busy' as const },
      { ...common, name: 'two', busy: [], state: 'idle' as const },
    ];
  }
  logRevision(id: string, timestamp?: number) {
    return this.logs.findLast(
      (log) =>
        (log.job === id || log.job.endsWith(`/${id}`)) &&
        (timestamp === undefined || log.timestamp === timestamp),
    );
  }
  events(after: number, limit: number) {
    return this.eventLog.filter((event) => event.id > after).slice(0, limit);
  }
  subscribe(listener: (event: FarmEvent) => void) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  async health() {
    return { ready: this.problems.length === 0, problems: this.problems };
  }
  measurements() {
    return this.numbers;
  }
  authenticate(token: string) {
    return this.tokens.get(token);
  }
  mayHandIn(token: string) {
    return this.attemptTokens.has(token);
  }

  /** Adds a job that is queued or running. */
  addJob(id: string, state: JobStateName, more: Partial<JobView> = {}): JobView {
    const job: JobView = {
      id,
      plan: 1,
      state,
      reason: 'new',
      source: 'recipes',
      commit: null,
      buildClass: 1,
      urgency: 0,
      timestamp: 1_700_000_000_000,
      sinceMs: 1_700_000_000_000,
      position: null,
      builder: state === 'running' ? 'one' : null,
      waitsFor: [],
      durationMs: null,
      version: null,
      log: null,
      ...more,
    };
    this.jobs.set(id, job);
    return job;
  }
  /** Moves a job and tells of it. */
  move(job: string, from: JobStateName, to: JobStateName, reason = ''): FarmEvent {
    const event: FarmEvent = {
      id: (this.eventLog.at(-1)?.id ?? 0) + 1,
      atMs: 1_700_000_000_000,
      plan: 1 as PlanId,
      reason,
      kind: 'job-moved',
      job: job as JobId,
      from,
      to,
      attempt: (from === 'running' ? attemptId(7) : undefined) as AttemptId | undefined,
      builder: (from === 'running' ? 'one' : undefined) as BuilderName | undefined,
    };
    this.eventLog.push(event);
    for (const listener of this.listeners) listener(event);
    return event;
  }
}

/** One repository of two generations. */
function repositoryDouble(): FarmService['repositories'] {
  let visible = 2;
  const generations = () =>
    [2, 1].map((number) => ({
      number,
      parent: number === 1 ? undefined : 1,
      createdMs: number * 1_000,
      reason: `foo ${number}.0-1`,
      packages: 1,
      visible: number === visible,
    }));
  const known = (name: string): void => {
    if (name !== 'demo') throw fault('PUB004', { what: `there is no repository '${name}'` });
  };
  return {
    list: () => [
      {
        ...{ name: 'demo', arch: 'x86_64', kind: 'pacman', generation: visible, packages: 1 },
        ...{ createdMs: visible * 1_000, reason: `foo ${visible}.0-1`, kept: 2 },
      },
    ],
    generations: (name) => {
      known(name);
      return generations();
    },
    packages: (name, _arch, generation = visible) => {
      known(name);
      return [{ name: 'foo', version: `${generation}.0-1` }];
    },
    changes: (name, _arch, { from, to }) => {
      known(name);
      const change = { name: 'foo', kind: 'raised', from: `${from}.0-1`, to: `${to}.0-1` } as const;
      return { from, to, changes: [change], libraries: [] };
    },
    rollback: async (name, _arch, generation) => {
      known(name);
      visible = generation;
      return generations().find(({ number }) => number === generation);
    },
  };
}
