import type {
  BuilderView,
  EbinRequest,
  JobSelection,
  RemovalReply,
  RemovalRequest,
  ResultsHome,
  ScheduleReply,
  ScheduleRequest,
  UpkeepRunRequest,
} from '../../api/index.ts';
import { serveCalls } from '../../channel/index.ts';
import type { JobRevision } from '../../database/index.ts';
import { fault, type Problem, ProblemError } from '../../diagnostics/index.ts';
import type { Dispatcher } from '../../dispatcher/index.ts';
import { machine, removeEntry, replaceFile, systemRandom } from '../../host/index.ts';
import { LogHub, pruneLogs } from '../../logs/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import { Notifier } from '../../notifier/index.ts';
import type { JobId } from '../../primitives/index.ts';
import type { RebuildHands } from '../abi/rebuild-desk.ts';
import type { Carriers } from '../carriers.ts';
import type { Farm } from '../farm.ts';
import { sweepWork } from '../perform-attempt.ts';
import { Publishing } from '../publishing.ts';
import { RecipeSources } from '../recipe-sources.ts';
import { ownArches, writeOwnArches } from './architectures.ts';
import { BuilderDesk } from './builder-desk.ts';
import { EbinRequests } from './ebin-requests.ts';
import { FailureLines } from './failure-lines.ts';
import { FarmLook } from './farm-look.ts';
import type { FarmService, Measurement } from './farm-service.ts';
import { heldBack } from './held-results.ts';
import { noSuchBuilder } from './known-names.ts';
import { LandingZone } from './landing-zone.ts';
import { LocalBuilders } from './local-builders.ts';
import { notifierMeasurements } from './notifier-measurements.ts';
import { operatorCalls } from './operator-calls.ts';
import { removeFor } from './removal.ts';
import { retryJobs } from './retry-jobs.ts';
import { Scheduling } from './scheduling.ts';
import { isSelected, openIds } from './selection.ts';
import { dispatcherOf } from './service-dispatcher.ts';
import { noteOfMove, notifierConfig, Telling } from './telling.ts';
import { Tokens } from './tokens.ts';
import { diskTrouble, Troubles } from './troubles.ts';
import { Upkeep } from './upkeep.ts';
import { checkPackages } from './upkeep-packages.ts';
import { WorkOrders } from './work-orders.ts';

export interface RunningFarmOptions {
  /** Builders of this process, each with one slot. */
  readonly localBuilders: number;
  /** Lines about what goes on, for people. */
  readonly say: (line: string) => void;
  /** Variables that the notifier and builders of this process read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** A farm with its manager at work: what was asked for is planned, given to builders, published and told. */
export class RunningFarm extends FarmLook implements FarmService {
  readonly #carriers: Carriers;
  readonly #options: RunningFarmOptions;
  readonly #dispatcher: Dispatcher;
  readonly #publishing: Publishing;
  readonly #sources: RecipeSources;
  readonly #scheduling: Scheduling;
  readonly #desk: BuilderDesk;
  readonly #locals: LocalBuilders;
  readonly #landingZone: LandingZone | undefined;
  readonly #notifier: Notifier;
  readonly #telling: Telling;
  readonly #tokens: Tokens;
  readonly #troubles: Troubles;
  readonly #failures: FailureLines;
  readonly #upkeep: Upkeep;
  readonly #ebins: EbinRequests;
  readonly #localToken = systemRandom.hex(32);
  readonly #upkeepToken = systemRandom.hex(32);
  readonly #over = new AbortController();
  readonly #work: Promise<void>[] = [];
  #homes: readonly ResultsHome[] = [];
  #isReady = false;

  constructor(farm: Farm, carriers: Carriers, options: RunningFarmOptions) {
    super(farm, new LogHub({ clock: farm.clock }), options.environment.LOGS_URL);
    this.#carriers = carriers;
    this.#options = options;
    this.#troubles = new Troubles(farm, options.say);
    this.#failures = new FailureLines(farm, options.say);
    this.#dispatcher = dispatcherOf(farm, carriers);
    this.#notifier = this.#makeNotifier();
    this.#telling = new Telling(farm, this.#notifier, this.#noting('notifications'));
    this.#publishing = this.#makePublishing();
    this.#sources = new RecipeSources(farm, this.#over.signal);
    this.#tokens = new Tokens({
      farm,
      dispatcher: this.#dispatcher,
      random: systemRandom,
      local: this.#localToken,
      upkeep: this.#upkeepToken,
    });
    this.#upkeep = this.#makeUpkeep();
    this.#ebins = new EbinRequests({
      farm,
      builders: () => this.builders(),
      schedule: (request) => this.schedule(request),
      cancel: (jobs, reason) => this.cancel({ jobs: [...jobs] }, reason),
    });
    this.#landingZone = landingZoneOf(farm);
    const orders = new WorkOrders(farm, this.#sources);
    this.#desk = new BuilderDesk({
      farm,
      dispatcher: this.#dispatcher,
      orders,
      tokens: this.#tokens,
      hub: this.hub,
      landingZone: this.#landingZone,
      homes: () => this.#homes,
    });
    const arches = ownArches(farm, machine.processor(), options.environment.BUILDER_ARCHES);
    writeOwnArches(farm, options.localBuilders > 0 ? arches : []);
    this.#locals = new LocalBuilders({
      farm,
      dispatcher: this.#dispatcher,
      queue: carriers.queue,
      orders,
      arches,
      slots: options.localBuilders,
      onTrouble: this.#noting('local builders'),
    });
    this.#scheduling = new Scheduling({
      farm,
      sources: this.#sources,
      dispatcher: this.#dispatcher,
      shortages: (jobs) => this.views.shortages(jobs),
      signal: this.#over.signal,
      onTrouble: this.#noting('recipe sources'),
      onAdmitted: () => this.#troubles.note('recipe sources', undefined),
      onLateRefusal: (request, refused) => this.#tellRefused(request, refused),
    });
  }

  #makePublishing(): Publishing {
    const subject = 'refused publication';
    let isFresh = false;
    return new Publishing(this.farm, {
      published: (what) => {
        this.#options.say(`published ${what}`);
        // it stays in sight for at least one publication more: its own may come with it
        if (!isFresh) this.#troubles.note(subject, undefined);
        isFresh = false;
      },
      // the job itself has succeeded: without this nobody would learn that its packages are not out
      refused: (problem) => {
        isFresh = true;
        this.#troubles.note(subject, new ProblemError(problem));
      },
      marked: (stored, generation) => {
        if (generation > 0) this.#telling.published(stored);
      },
      // written down before the call returns, once for each attempt
      landed: ({ target, source, package: name, attempt }) =>
        this.#run('ebins', this.#ebins.index({ target, source, name, id: `ebin-landed-${attempt}` })),
      held: (rebuild) => {
        const ask = (): void => this.#run('rebuilds', this.rebuilds.ask(rebuild));
        heldBack(rebuild, this.#notifier, this.#options.say, ask);
      },
      stopped: this.#noting('publishing'),
    });
  }

  #makeUpkeep(): Upkeep {
    return new Upkeep({
      farm: this.farm,
      token: this.#upkeepToken,
      say: this.#options.say,
      trouble: (subject, error) => this.#troubles.note(subject, error),
      sources: this.#sources,
      schedule: (request) => this.schedule(request),
    });
  }

  #makeNotifier(): Notifier {
    const { config, database, clock } = this.farm;
    const told = notifierConfig(config, this.#options.environment);
    for (const problem of told.problems) this.#tell(problem);
    return new Notifier({
      database: database.connection,
      config: told.config,
      clock,
      report: (problem) => this.#tell(problem),
    });
  }

  /**
   * Sets right what a crash left and goes to work. The queue store may be away: the farm then waits for it, and
   * accepts requests meanwhile. `url`: where builders reach the web port, when they do.
   */
  async start(web: { readonly url: string; readonly builderUrl: string | undefined }): Promise<void> {
    const { farm } = this;
    this.#homes = [
      ...(web.builderUrl === undefined ? [] : [{ kind: 'http' as const, url: web.builderUrl }]),
      ...(this.#landingZone ? [this.#landingZone.home] : []),
    ];
    if (this.#carriers.isRemote && this.#homes.length === 0 && this.#options.localBuilders === 0) {
      const what = "builders elsewhere get no jobs: there is neither 'service.url' nor a landing zone";
      const next =
        "Set 'service.url' (or PACKMILL_URL) to where builders reach the web port, or 'service.landing-zone' (LANDING_ZONE_PATH), and start again.";
      this.#troubles.note('builders', fault('BLD040', { what, next }));
    }
    const own = { url: web.url, token: this.#localToken, pid: machine.processId() };
    replaceFile(farm.paths.manager, `${JSON.stringify(own)}\n`, 0o600);
    for (const what of await farm.recover()) this.#options.say(what);
    this.#dispatcher.subscribe((event) => this.#hearSafely(event));
    await sweepWork(farm);
    this.#publishing.nudge();
    this.#notifier.start();
    this.#telling.catchUp();
    this.#run('logs', this.notes.makeUp());
    this.#run('failures', this.workbench.failures.catchUp({ limit: 1e9, signal: this.#over.signal }));
    this.#run('work', this.#goToWork());
    this.#run('chores', this.#doChores());
    this.#run('upkeep', this.#upkeep.work(web.url, this.#over.signal));
  }

  /**
   * Ends within about half a minute (specification 13.8): no new work, what builders of this process do goes back to
   * the queue, builders elsewhere go on and report to the next manager.
   */
  async stop(): Promise<void> {
    this.#isReady = false;
    this.#over.abort();
    await Promise.allSettled(this.#work);
    await this.#publishing.settle();
    await this.#dispatcher.idle();
    this.#telling.catchUp();
    this.#telling.stop();
    await this.#notifier.stop();
    removeEntry(this.farm.paths.manager);
  }

  async #goToWork(): Promise<void> {
    const { signal } = this.#over;
    const { clock } = this.farm;
    while (!signal.aborted) {
      try {
        const { lost, offered, openPlans } = await this.#dispatcher.recover();
        for (const job of lost) this.#options.say(`'${job}' was interrupted; it is built again`);
        if (openPlans > 0)
          this.#options.say(`unfinished plans that go on: ${openPlans}; jobs offered again: ${offered}`);
        break;
      } catch (error) {
        this.#troubles.note('queue', error);
        await clock.sleep(2_000, signal);
      }
    }
    if (signal.aborted) return;
    this.#troubles.note('queue', undefined);
    this.#isReady = true;
    this.#scheduling.resume();
    const watching = this.#dispatcher.keepWatch(signal, 2_000, (error) =>
      this.#troubles.note('queue', error),
    );
    const serving = serveCalls(
      this.#carriers.channel,
      'manager',
      { ...this.#desk.handlers(), ...operatorCalls(this) },
      { signal, clock, onBug: (error, method) => this.#troubles.note(`call '${method}'`, error) },
    );
    await Promise.all([watching, serving, this.#locals.run(signal)]);
  }

  /** What has to be done now and then; whatever fails is tried again the next time. */
  async #doChores(): Promise<void> {
    const { signal } = this.#over;
    const { clock } = this.farm;
    let lastHour = clock.monotonicMs() - hourMs;
    while (!signal.aborted) {
      try {
        this.#lookAround();
        this.#troubles.note('chores', undefined);
      } catch (error) {
        this.#troubles.note('chores', error);
      }
      if (clock.monotonicMs() - lastHour >= hourMs) {
        lastHour = clock.monotonicMs();
        await this.#tidy().catch((error: unknown) => this.#troubles.note('tidying', error));
      }
      await clock.sleep(5_000, signal);
    }
  }

  #lookAround(): void {
    this.#troubles.note('tunnel', this.#carriers.trouble());
    this.#troubles.note('disk', diskTrouble(this.farm));
    this.#publishing.nudge();
    this.#run('logs', this.notes.writeWaiting());
    // requests that failed on something other than themselves, as on a full disk
    if (this.#isReady) this.#scheduling.resume();
    if (this.#isReady) this.#run('requests for ebins', this.#ebins.tend());
    this.#troubles.writeDown();
  }

  async #tidy(): Promise<void> {
    const { farm } = this;
    const nowMs = farm.clock.nowMs();
    const { 'keep-days': days, 'keep-per-job': keepPerJob } = farm.config.logs;
    await pruneLogs({ farm: farm.paths.root, nowMs, maxAgeMs: days * dayMs, keepPerJob });
    farm.database.requests.prune(nowMs - 30 * dayMs);
    farm.database.ranges.prune(nowMs - 30 * dayMs);
    farm.database.builders.prune(nowMs - 30 * dayMs);
    await this.#landingZone?.sweep((attempt, fence) =>
      this.#dispatcher.isUnderWay(attempt as Parameters<Dispatcher['isUnderWay']>[0], fence),
    );
    const { jobs } = farm.database;
    await this.#sources.prune(new Set(jobs.inState('running').map(({ key }) => jobs.planned(key).folder)));
  }

  /** What is told here is on disk: a log that cannot be written must not take the manager down with it. */
  #hearSafely(event: FarmEvent): void {
    try {
      this.#heard(event);
    } catch (error) {
      this.#troubles.note('logs', error);
    }
  }

  #heard(event: FarmEvent): void {
    this.views.moved();
    this.#failures.hear(event);
    if (event.kind === 'plan-admitted') {
      const jobs = this.farm.database.jobs.ofPlan(event.plan).filter(({ action }) => action !== 'keep');
      this.#run('logs', this.notes.added(jobs, event.atMs));
    }
    if (event.kind === 'job-moved') this.#heardMove(event);
    this.#telling.soon();
  }

  #heardMove(event: Extract<FarmEvent, { kind: 'job-moved' }>): void {
    if (event.from === 'running' && event.attempt !== undefined) {
      this.#run('desk', this.#desk.ended(event.attempt));
    }
    const key = this.farm.database.jobs.keyOf(event.plan, event.job);
    if (key === undefined) return;
    const job = { id: event.job, key };
    if (event.to === 'succeeded') this.#publishing.nudge();
    this.#run('failures', this.workbench.failures.hear(event));
    const note = noteOfMove(event);
    if (note !== undefined) this.#note(job, note);
  }

  #note(job: { readonly id: JobId; readonly key: number }, line: string): void {
    this.notes.note(job, line);
    this.#run('logs', this.notes.writeWaiting());
  }

  #run(what: string, work: Promise<void>): void {
    const safe = work.catch((error: unknown) => this.#troubles.note(what, error));
    this.#work.push(safe);
    safe.finally(() => this.#work.splice(this.#work.indexOf(safe), 1));
  }

  #noting(subject: string): (error: unknown) => void {
    return (error) => this.#troubles.note(subject, error);
  }

  #tell(problem: Problem): void {
    this.#options.say(`${problem.code} ${problem.what}`);
  }

  /** Who asked was told that all is well: here at least it must be heard that it is not. */
  #tellRefused({ id }: ScheduleRequest, refused: ScheduleReply['refused']): void {
    for (const { name, code, what } of refused)
      this.#options.say(`'${name}' of request '${id}', accepted before, gets no job: ${code} ${what}`);
  }

  schedule(request: ScheduleRequest, how?: { readonly early?: boolean }): Promise<ScheduleReply> {
    return this.#scheduling.schedule(request, how);
  }

  removeObsolete(request: RemovalRequest): Promise<RemovalReply> {
    const { farm } = this;
    return removeFor({ farm, sources: this.#sources, notifier: this.#notifier }, request);
  }

  async cancel(selection: JobSelection, reason: string): Promise<readonly string[]> {
    return this.#cancel((job) => isSelected(job, selection), reason);
  }

  async setUrgency(selection: JobSelection, urgency: number): Promise<readonly string[]> {
    const isMeant = (job: JobRevision): boolean => job.state !== 'running' && isSelected(job, selection);
    const ids = openIds(this.farm, isMeant);
    return ids.length === 0 ? [] : await this.#dispatcher.hurry(ids, urgency);
  }

  async clearQueue(selection: JobSelection): Promise<readonly string[]> {
    return this.#cancel(
      (job) => job.state !== 'running' && isSelected(job, selection),
      'the queue was cleared',
      'queued',
    );
  }

  async #cancel(
    isMeant: (job: JobRevision) => boolean,
    reason: string,
    which: 'all' | 'queued' = 'all',
  ): Promise<readonly string[]> {
    const ids = openIds(this.farm, isMeant);
    if (ids.length > 0) await this.#dispatcher.cancel(ids, reason, which);
    return ids;
  }

  async retry(jobs: readonly string[]): Promise<ScheduleReply> {
    return await retryJobs(this.views, jobs, (request) => this.schedule(request));
  }

  async drain(builder: string, drained: boolean): Promise<void> {
    const isKnown =
      this.#locals.drain(builder, drained) || this.farm.database.builders.setDrained(builder, drained);
    if (!isKnown) throw noSuchBuilder(this, builder);
  }

  async runUpkeep(source: string, request: UpkeepRunRequest) {
    if (request.packages) checkPackages(await this.upkeepPackages(source), request.packages);
    return this.#upkeep.run(source, request);
  }

  async pauseUpkeep(source: string, paused: boolean): Promise<void> {
    this.#upkeep.pause(source, paused);
  }

  requestEbin(request: EbinRequest) {
    return this.#ebins.request(request);
  }

  dropEbinRequest(id: number) {
    return this.#ebins.drop(id);
  }

  protected override hands(): RebuildHands {
    return {
      schedule: (request) => this.schedule(request),
      nudge: () => this.#publishing.nudge(),
      quietly: (work) => this.#publishing.quietly(work),
      cancel: (jobs, reason) => this.cancel({ jobs: [...jobs] }, reason),
    };
  }

  protected override localBuilders(): readonly BuilderView[] {
    return this.#locals.views();
  }

  protected override troubles(): readonly string[] {
    return this.#troubles.lines();
  }

  subscribe(listener: (event: FarmEvent) => void): () => void {
    return this.#dispatcher.subscribe(listener);
  }

  async health() {
    const { ok, what } = await this.#carriers.channel.health();
    const problems = [...this.#troubles.lines(), ...(ok ? [] : [what])];
    return { ready: this.#isReady && ok, problems: [...new Set(problems)] };
  }

  measurements(): readonly Measurement[] {
    return [...notifierMeasurements(this.#notifier), ...this.#upkeep.measurements()];
  }

  get accounts() {
    return this.#tokens.accounts;
  }

  authenticate(token: string) {
    return this.#tokens.authenticate(token);
  }

  mayHandIn(token: string): boolean {
    return this.#tokens.mayHandIn(token);
  }
}

function landingZoneOf({ config, store, clock }: Farm): LandingZone | undefined {
  const zone = config.service['landing-zone'];
  return zone && new LandingZone(zone, store, clock);
}
