import type { Hello, ResultsHome, Welcome, WorkOrder } from '../api/index.ts';
import { protocolVersion } from '../api/index.ts';
import {
  type AttemptEnd,
  HttpTransport,
  type LandedFile,
  ManagerLink,
  type ResultsTransport,
  runBuilder,
  SftpTransport,
} from '../builder/index.ts';
import { Caller } from '../channel/index.ts';
import type { BuilderSettings } from '../config/index.ts';
import { acquireBuilderLock } from '../database/index.ts';
import { fault, isFault, type Problem, type ProblemError } from '../diagnostics/index.ts';
import {
  type Clock,
  ensureFolder,
  freeDiskBytes,
  listFolder,
  machine,
  machineMemoryBytes,
  removeTree,
  systemClock,
  systemRandom,
} from '../host/index.ts';
import { SpoolingLog } from '../logs/index.ts';
import { type AttemptId, attemptId, builderName, nativeArches, parseJobId } from '../primitives/index.ts';
import type { Lease } from '../queue/index.ts';
import { checkKeyFile, SftpSession } from '../ssh/index.ts';
import { type ObjectStore, openDiskStore } from '../store/index.ts';
import { Overlays, orderSecrets } from './autogen-orders.ts';
import { BuilderPresence } from './builder-presence.ts';
import { type Carriers, redisCarriers } from './carriers.ts';
import { carryOutOrder } from './carry-out-order.ts';
import { gentooLabels } from './ebin-targets/gentoo-root.ts';
import { type OpenedSandbox, openSandbox } from './open-sandbox.ts';
import { pythonLabels } from './python-targets/open-hands.ts';
import { archesIn } from './service/architectures.ts';
import { stageLabels } from './stage-targets/hands.ts';

export interface BuilderProcessOptions {
  readonly settings: BuilderSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** Ends the builder: what it works on goes back to the queue (specification 13.8). */
  readonly signal: AbortSignal;
}

/** An attempt of this builder; aborting its signal asks for its end. */
interface OrderInWork {
  readonly id: AttemptId;
  readonly signal: AbortSignal;
  readonly isAwaited: boolean;
  readonly order: WorkOrder;
  readonly lease: Lease;
}

/** How long a builder that ends waits for its last words to arrive. */
const farewellMs = 20_000;
/** How long the end of a log may come later than its attempt's. */
const logPatienceMs = 60_000;
/** The same for a builder that was told to stop. */
const lastLogPatienceMs = 5_000;
const keepObjectsMs = 24 * 60 * 60 * 1000;

/** Fails where a log and an outcome can tell of it. */
const noWay = async (): Promise<never> => {
  throw fault('BLD040', {
    what: 'the manager names no place for results that this builder can reach',
    next: "Set 'service.url' (PACKMILL_URL) or 'service.landing-zone' (LANDING_ZONE_PATH) on the manager.",
  });
};
const nowhere: ResultsTransport = { fetch: noWay, handIn: noWay };

/**
 * A builder of a farm elsewhere: claims jobs from the queue store and carries out the manager's orders. Throws SSH008
 * for a key file that it needs and cannot use, BLD044 when another builder works in its folder.
 */
export async function runBuilderProcess(options: BuilderProcessOptions): Promise<void> {
  const { settings } = options;
  if (settings.redis.ssh) checkKeyFile(settings.redis.ssh.key, 'REDIS_SSH_KEY');
  if (settings.upload.host !== undefined) checkKeyFile(settings.sshKey, 'DATABASE_SSH_KEY');
  for (const name of ['state', 'temp/work', 'srcdest_cache', 'objects'])
    ensureFolder(`${settings.sharedPath}/${name}`);
  const lock = acquireBuilderLock(`${settings.sharedPath}/state/builder.lock`, settings.sharedPath);
  try {
    await workInFolder(options);
  } finally {
    lock.release();
  }
}

async function workInFolder(options: BuilderProcessOptions): Promise<void> {
  const { settings, say, signal } = options;
  const state = `${settings.sharedPath}/state`;
  const onProblem = (problem: Problem): void => say(`${problem.code} ${problem.what}`);
  const sandbox = await openSandbox({
    ...options,
    folder: settings.sharedPath,
    clock: systemClock,
    onProblem,
  });
  await sweepTemporary(settings.sharedPath, sandbox);
  const { redis } = settings;
  if (redis.ssh) say(`opening a tunnel to the queue store through '${redis.ssh.user}@${redis.ssh.host}'`);
  const carriers = await redisCarriers({
    redis,
    farm: settings.farmName,
    clock: systemClock,
    stateFolder: state,
    signal,
    onProblem,
  });
  const site = new BuilderSite(options, carriers, sandbox);
  try {
    await site.work();
  } finally {
    await carriers.close();
  }
}

/** What a builder that was killed left of attempts, which are others' by now. */
async function sweepTemporary(sharedPath: string, sandbox: OpenedSandbox): Promise<void> {
  for (const entry of await listFolder(`${sharedPath}/temp/work`))
    await sandbox.driver.removeFolder(entry.path);
  for (const name of ['spool', 'travel']) await removeTree(`${sharedPath}/temp/${name}`);
}

class BuilderSite {
  readonly #options: BuilderProcessOptions;
  readonly #carriers: Carriers;
  readonly #sandbox: OpenedSandbox;
  readonly #clock: Clock = systemClock;
  readonly #store: ObjectStore;
  readonly #overlays: Overlays;
  readonly #link: ManagerLink;
  readonly #presence: BuilderPresence;
  readonly #stops = new Map<AttemptId, AbortController>();
  readonly #inWork = new Map<AttemptId, OrderInWork>();
  readonly #landed = new Map<AttemptId, { landed: readonly LandedFile[]; logBytes: number }>();
  readonly #instance = systemRandom.hex(6);
  readonly #labels: readonly string[];
  /** Kinds of machine that it builds for. */
  readonly #arches: readonly string[];
  readonly #caller: Caller;

  constructor(options: BuilderProcessOptions, carriers: Carriers, sandbox: OpenedSandbox) {
    const { settings } = options;
    this.#options = options;
    this.#carriers = carriers;
    this.#sandbox = sandbox;
    this.#labels = [
      ...new Set([
        ...settings.labels,
        ...gentooLabels(settings.gentooRoot),
        ...stageLabels(),
        ...pythonLabels(sandbox.root),
      ]),
    ];
    const named = archesIn(settings.arches);
    this.#arches = named.length > 0 ? named : nativeArches(machine.processor());
    this.#store = openDiskStore({ root: `${settings.sharedPath}/objects` });
    this.#overlays = new Overlays(`${settings.sharedPath}/overlays`, () => this.#clock.nowMs());
    this.#caller = new Caller(carriers.channel, {
      name: settings.hostname,
      serverMailbox: 'manager',
      clock: this.#clock,
      random: systemRandom,
    });
    this.#link = new ManagerLink({
      caller: this.#caller,
      builder: settings.hostname,
      instance: this.#instance,
      clock: this.#clock,
    });
    this.#presence = new BuilderPresence({
      link: this.#link,
      clock: this.#clock,
      describe: () => this.#describe(),
      onWelcome: (welcome) => this.#welcomed(welcome),
      say: options.say,
      obstacle: (welcome) => this.#obstacle(welcome),
      askQueue: () => carriers.ask(),
    });
  }

  /** Works until the signal aborts, and then for as long as it takes to hand back what it had. */
  async work(): Promise<void> {
    const { settings, say, signal } = this.#options;
    say(`builder '${settings.hostname}' (${this.#instance}), sandbox: ${this.#sandbox.what}`);
    const present = new AbortController();
    const presence = this.#presence.keep(present.signal);
    const welcome = await this.#presence.first(signal);
    if (welcome) {
      const home = this.#presence.obstacle === undefined ? this.#homeOf(welcome)?.kind : undefined;
      say(`the manager answered; results go ${home ?? 'nowhere'}`);
      if (!this.#mayBuildFor().usualArch)
        say(`takes jobs for ${this.#arches.join(', ')} alone; most of this farm are for ${welcome.arch}`);
      await Promise.all([this.#build(welcome.leaseMs), this.#tidy()]);
    }
    present.abort();
    await presence;
    await this.#caller.close();
  }

  async #build(leaseMs: number): Promise<void> {
    const { settings, signal } = this.#options;
    await runBuilder<OrderInWork>(
      {
        queue: this.#carriers.queue,
        clock: this.#clock,
        name: builderName(settings.hostname),
        builderClass: settings.builderClass,
        labels: this.#labels,
        arches: () => this.#mayBuildFor(),
        leaseMs,
        slots: settings.slots,
        room: () => this.#room(),
        mayClaim: (waiting) => this.#presence.mayClaim(waiting),
        onTrouble: (error) => this.#presence.note('queue', error),
        workplace: {
          begin: (lease) => this.#begin(lease),
          perform: (attempt, stop) => this.#perform(attempt, stop),
          report: (lease, attempt, end) => this.#report(lease, attempt, end),
        },
      },
      signal,
    );
  }

  async #begin(lease: Lease): Promise<OrderInWork | undefined> {
    const order = await this.#link.begin(lease, this.#options.signal);
    if (order === 'drained') {
      this.#presence.holdOff();
      await this.#carriers.queue.release(lease);
      return undefined;
    }
    if (!order) return undefined;
    const id = attemptId(order.attempt);
    const stop = new AbortController();
    this.#stops.set(id, stop);
    const work = { id, signal: stop.signal, isAwaited: order.awaited, order, lease };
    this.#inWork.set(id, work);
    this.#options.say(`begins ${order.job} (attempt ${order.attempt})`);
    return work;
  }

  async #perform({ id, order }: OrderInWork, stop: AbortSignal): Promise<AttemptEnd> {
    const { settings } = this.#options;
    const parts = parseJobId(order.job);
    if (!parts) throw new Error(`'${order.job}' is no job id`);
    const log = new SpoolingLog({
      farm: `${settings.sharedPath}/temp/spool`,
      subject: { ...parts, attempt: `${order.attempt}-${order.fence}` },
      limitBytes: order.limits.logBytes,
      secrets: orderSecrets(order, this.#store),
      clock: this.#clock,
    });
    const shipped = new AbortController();
    const shipping = log.ship((piece) => this.#link.log(order, piece), {
      signal: shipped.signal,
      onStop: (reason) => this.#stops.get(id)?.abort(reason),
    });
    let landed: readonly LandedFile[] = [];
    try {
      const done = await carryOutOrder(this.#scene(), order, log, stop);
      landed = done.landed;
      return done;
    } finally {
      await log.close();
      await this.#drained(log, shipped.signal);
      this.#landed.set(id, { landed, logBytes: log.sizeBytes });
      shipped.abort();
      await shipping;
      log.discard();
    }
  }

  /** Waits for the manager to have the whole log: for a while, and for less when this builder has to end. */
  async #drained(log: SpoolingLog, over: AbortSignal): Promise<void> {
    const { signal } = this.#options;
    const drained = log.drained().catch(() => undefined);
    await Promise.race([drained, this.#clock.sleep(logPatienceMs, AbortSignal.any([over, signal]))]);
    if (signal.aborted) await Promise.race([drained, this.#clock.sleep(lastLogPatienceMs, over)]);
  }

  async #report(lease: Lease, id: AttemptId, end: AttemptEnd): Promise<'accepted' | 'stale'> {
    const work = this.#inWork.get(id);
    if (!work) return 'stale';
    const extra = this.#landed.get(id) ?? { landed: [], logBytes: 0 };
    const tooLate = new AbortController();
    const { signal } = this.#options;
    const reported = new AbortController();
    const hurry = (): void => void this.#clock.sleep(farewellMs, reported.signal).then(() => tooLate.abort());
    if (signal.aborted) hurry();
    else signal.addEventListener('abort', hurry, { once: true });
    try {
      const verdict = await this.#link.report(work.order, lease, { ...end, ...extra }, tooLate.signal);
      this.#options.say(`${work.order.job}: ${end.outcome.kind}${verdict === 'stale' ? ', too late' : ''}`);
      return verdict;
    } finally {
      signal.removeEventListener('abort', hurry);
      // a timer that is left would keep the process from ending
      reported.abort();
      for (const map of [this.#inWork, this.#stops, this.#landed]) map.delete(id);
    }
  }

  #scene() {
    const { settings } = this.#options;
    const welcome = this.#presence.latest;
    return {
      sandbox: this.#sandbox.driver,
      root: this.#sandbox.root,
      gentooRoot: settings.gentooRoot,
      store: this.#store,
      transport: this.#transport(welcome),
      clock: this.#clock,
      work: `${settings.sharedPath}/temp/work`,
      sourceCache: settings.sourceCache ?? `${settings.sharedPath}/srcdest_cache`,
      overlays: this.#overlays,
      stages: { stages: `${settings.sharedPath}/stages`, sandbox: `${settings.sharedPath}/sandbox` },
      processors: Math.max(1, Math.ceil(settings.processors ?? machine.processors() / settings.slots)),
      skipCode: settings.skipCode,
      limits: { timeoutMs: settings.timeoutMs, memoryBytes: settings.memoryBytes },
    };
  }

  #transport(welcome: Welcome | undefined): ResultsTransport {
    const { settings, say } = this.#options;
    const home = this.#homeOf(welcome);
    const scene = { store: this.#store, scratch: `${settings.sharedPath}/temp/travel`, clock: this.#clock };
    if (home?.kind === 'http') return new HttpTransport(home.url, scene);
    if (home?.kind !== 'sftp') return nowhere;
    const { upload } = settings;
    const session = new SftpSession({
      server: {
        host: upload.host ?? home.host,
        port: upload.port ?? home.port,
        user: upload.user ?? home.user,
        keyFile: settings.sshKey,
        ...(settings.sshHostKey === undefined ? {} : { hostKey: settings.sshHostKey }),
      },
      stateFolder: `${settings.sharedPath}/state`,
      clock: this.#clock,
      onProblem: (problem) => say(`${problem.code} ${problem.what}`),
    });
    return new SftpTransport(session, home.path, scene);
  }

  /** HTTP where the manager offers it, unless the environment names an address for uploads by SFTP. */
  #homeOf(welcome: Welcome | undefined): ResultsHome | undefined {
    const homes = welcome?.homes ?? [];
    const sftp = homes.find(({ kind }) => kind === 'sftp');
    return this.#options.settings.upload.host !== undefined && sftp ? sftp : homes[0];
  }

  /** A job whose result cannot be handed in fails; it is better left to a builder that can. */
  #obstacle(welcome: Welcome): ProblemError | undefined {
    if (this.#homeOf(welcome)?.kind !== 'sftp') return undefined;
    try {
      checkKeyFile(this.#options.settings.sshKey, 'DATABASE_SSH_KEY');
      return undefined;
    } catch (error) {
      if (isFault(error)) return error;
      throw error;
    }
  }

  #welcomed(welcome: Welcome): void {
    for (const { attempt, reason } of welcome.stop) this.#stops.get(attemptId(attempt))?.abort(reason);
  }

  #describe(): Hello {
    const { settings, signal } = this.#options;
    const { freeMemoryBytes, freeDiskBytes: disk } = this.#room();
    return {
      builder: settings.hostname,
      instance: this.#instance,
      protocol: protocolVersion,
      ...(settings.builderClass === undefined ? {} : { class: settings.builderClass }),
      labels: [...this.#labels],
      arches: [...this.#arches],
      slots: settings.slots,
      attempts: [...this.#inWork.keys()],
      memoryBytes: freeMemoryBytes,
      ...(disk === undefined ? {} : { diskBytes: disk }),
      leaving: signal.aborted,
      ...(this.#presence.obstacle === undefined ? {} : { trouble: this.#presence.obstacle }),
    };
  }

  /** Jobs in the queue that name no architecture are for the farm's usual one, which the manager tells. */
  #mayBuildFor(): { readonly arches: readonly string[]; readonly usualArch: boolean } {
    const usual = this.#presence.latest?.arch;
    return { arches: this.#arches, usualArch: usual === undefined || this.#arches.includes(usual) };
  }

  /** What new jobs may use: the machine's memory less the recorded peaks of those at work, and the disk. */
  #room() {
    const { settings } = this.#options;
    let freeMemoryBytes = settings.memoryBytes ?? machineMemoryBytes();
    for (const { lease } of this.#inWork.values()) freeMemoryBytes -= lease.entry.memoryBytes ?? 0;
    return { freeMemoryBytes, freeDiskBytes: freeDiskBytes(settings.sharedPath) };
  }

  /** Objects that no order has needed for a day make room. */
  async #tidy(): Promise<void> {
    const { signal, say } = this.#options;
    while (!signal.aborted) {
      await this.#clock.sleep(60 * 60_000, signal);
      if (signal.aborted) return;
      const needed = new Set<string>();
      const overlays = new Set<string>();
      for (const { order } of this.#inWork.values()) {
        needed.add(order.recipe.object);
        overlays.add(order.recipe.object);
        for (const { artifact } of order.dependencies) needed.add((artifact as { object: string }).object);
      }
      await this.#store
        .collect((digest) => needed.has(digest), keepObjectsMs)
        .catch((error: unknown) => say(`objects are not tidied: ${String(error)}`));
      await this.#overlays
        .tidy(overlays)
        .catch((error: unknown) => say(`overlays are not tidied: ${String(error)}`));
    }
  }
}
