import type { Redis } from 'ioredis';
import type { Clock } from '../../host/index.ts';
import type { BuilderName, JobId } from '../../primitives/index.ts';
import { archLabel, archMark } from '../class-fit.ts';
import { forgot } from '../forgot.ts';
import {
  type Claimant,
  type ClaimRequest,
  defaultLongestWaitMs,
  type Lease,
  type QueueBackend,
  type QueueCounts,
  type QueueEntry,
} from '../queue-backend.ts';
import { lookPerLane } from '../room.ts';
import { Batcher } from './batcher.ts';
import { Bell } from './bell.ts';
import { addressed, idOf, laneOf, prefixOf } from './lane.ts';
import { type Argument, defineScripts, runScript, type ScriptName } from './scripts/index.ts';
import { type ServerAddress, ServerLine } from './server-line.ts';

export interface BullmqQueueOptions {
  readonly connection: ServerAddress;
  /** Queues of farms with different names have nothing in common, on one server. */
  readonly farm: string;
  /** For naps while waiting; and for leases, where `time` is it. */
  readonly clock: Clock;
  /** Whose time leases are counted in: the server's (the default; clocks of builders differ), or a clock's. */
  readonly time?: 'server' | Clock;
  /** Default `defaultLongestWaitMs`. */
  readonly longestWaitMs?: number;
  /** How long a verb waits for the server before it rejects; default 5 s. */
  readonly commandTimeoutMs?: number;
  /** How often waiting builders look for work that they were not told of; default 3 s. */
  readonly pollMs?: number;
}

/** Where a claim's arguments say how many it takes. */
const maxOfClaim = 3;

/** How many jobs one script call handles at most, so that the server is never busy with one for long. */
const chunkSize = 200;

/**
 * A queue in Redis (6.2 or newer) or Valkey, for farms of many machines. Jobs are kept in BullMQ's own layout, one
 * BullMQ queue per lane, so that BullMQ's tools can look at them; every verb is one script of our own on it, since
 * BullMQ's own moves know neither fences nor shares, labels or room. `scripts/layout.ts` describes the layout.
 *
 * While the server is away every verb rejects with QUE010 within the time-out; when it is back, they work again.
 */
export class BullmqQueue implements QueueBackend {
  readonly #line: ServerLine;
  readonly #bell: Bell;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #time: 'server' | Clock;
  readonly #longestWaitMs: number;
  readonly #pollMs: number;
  readonly #settling = this.#batch('settle');
  readonly #releasing = this.#batch('release');
  readonly #renewing: Batcher<{ lease: Lease; leaseMs: number }, number>;
  readonly #claiming = new Batcher<ClaimRequest, PromiseSettledResult<readonly Lease[]>>((requests) =>
    this.#claimAll(requests),
  );
  #closed = false;

  constructor(options: BullmqQueueOptions) {
    const timeoutMs = options.commandTimeoutMs ?? 5000;
    this.#prefix = prefixOf(options.farm);
    this.#line = new ServerLine(options.connection, timeoutMs);
    this.#bell = new Bell(new ServerLine(options.connection, timeoutMs), `${this.#prefix}/work`);
    defineScripts(this.#line.redis);
    this.#clock = options.clock;
    this.#time = options.time ?? 'server';
    this.#longestWaitMs = options.longestWaitMs ?? defaultLongestWaitMs;
    this.#pollMs = options.pollMs ?? 3000;
    this.#renewing = new Batcher(async (items) => {
      const args = items.flatMap(({ lease, leaseMs }) => [...keysOf(lease), leaseMs]);
      return (await this.#run('renew', [this.#now(), ...args])) as number[];
    });
  }

  /** The connection that the verbs use, for BullMQ's own `Queue` (`openLane`). */
  get redis(): Redis {
    return this.#line.redis;
  }

  get prefix(): string {
    return this.#prefix;
  }

  async offer(entries: readonly QueueEntry[]): Promise<void> {
    await this.#inChunks('offer', entries, (entry) => [
      entry.job,
      entry.offer,
      laneOf(entry),
      idOf(entry),
      -entry.priority,
      entry.priority,
      entry.readySinceMs,
      JSON.stringify(entry),
    ]);
  }

  async claim(request: ClaimRequest): Promise<readonly Lease[]> {
    if (request.max < 1) return [];
    const given = await this.#claiming.add(request);
    if (given.status === 'rejected') throw given.reason;
    return given.value;
  }

  async wait(claimant: Claimant, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#closed) {
      // Listening before looking: what is offered in between rings.
      const nap = new AbortController();
      const wake = (): void => nap.abort();
      const hush = this.#bell.listen(wake);
      signal.addEventListener('abort', wake, { once: true });
      try {
        if (await this.#hasWorkFor(claimant)) return;
        await this.#clock.sleep(this.#pollMs, nap.signal);
      } finally {
        hush();
        signal.removeEventListener('abort', wake);
      }
    }
  }

  async renew(lease: Lease, leaseMs: number): Promise<Lease | undefined> {
    const untilMs = await this.#renewing.add({ lease, leaseMs });
    if (untilMs < 0) throw forgot(lease);
    return untilMs === 0 ? undefined : { ...lease, untilMs };
  }

  settle(lease: Lease): Promise<'accepted' | 'stale'> {
    return this.#settling.add(lease);
  }

  release(lease: Lease): Promise<'accepted' | 'stale'> {
    return this.#releasing.add(lease);
  }

  async withdraw(jobs: readonly JobId[]): Promise<void> {
    await this.#inChunks('withdraw', jobs, (job) => [job]);
  }

  async reap(): Promise<readonly Lease[]> {
    const lost: Lease[] = [];
    for (;;) {
      const page = rowsOf((await this.#run('reap', [this.#now(), chunkSize])) as Argument[], 4);
      lost.push(...page.map(leaseOf));
      if (page.length < chunkSize) return lost;
    }
  }

  async counts(): Promise<QueueCounts> {
    const [all = 0, leased = 0] = (await this.#run('counts', [])) as number[];
    return { ready: all - leased, leased };
  }

  async list(): Promise<readonly { entry: QueueEntry; lease?: Lease }[]> {
    const found = new Map<JobId, { entry: QueueEntry; lease?: Lease }>();
    let cursor = '0';
    do {
      const page = (await this.#run('list', [cursor, chunkSize])) as string[];
      cursor = page[0] ?? '0';
      for (const row of rowsOf<Argument>(page.slice(1), 4)) {
        const lease = leaseOf(row);
        const { entry } = lease;
        found.set(entry.job, row[2] === '' ? { entry } : { entry, lease });
      }
    } while (cursor !== '0');
    return [...found.values()].sort((a, b) => a.entry.offer - b.entry.offer);
  }

  async memory(): Promise<string | undefined> {
    return ((await this.#run('recall', [])) as string | null) ?? undefined;
  }

  async mark(word: string, fenceAbove: number): Promise<void> {
    await this.#run('mark', [this.#now(), word, fenceAbove]);
  }

  async restore(leases: readonly Lease[], leaseMs?: number): Promise<void> {
    await this.#inChunks(
      'restore',
      leases,
      ({ entry, builder, fence, untilMs }) => [
        entry.job,
        laneOf(entry),
        idOf(entry),
        entry.priority,
        entry.readySinceMs,
        JSON.stringify(entry),
        builder,
        fence,
        // counted by whoever counts the leases: the server's clock may be another one
        leaseMs === undefined ? untilMs : `+${leaseMs}`,
      ],
      [this.#now()],
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#bell.close();
    this.#line.close();
  }

  /**
   * Slots of one builder that ask in one moment ask as one: what they get goes to the first of them. When that fails, it is
   * theirs alone: what others were given would be nobody's until its leases run out.
   */
  async #claimAll(
    requests: readonly ClaimRequest[],
  ): Promise<readonly PromiseSettledResult<readonly Lease[]>[]> {
    const groups: {
      readonly of: ClaimRequest;
      readonly args: Argument[];
      readonly asking: number[];
      max: number;
    }[] = [];
    for (const [at, request] of requests.entries()) {
      const known = groups.find(({ of }) => asksTheSame(of, request));
      if (known) {
        known.asking.push(at);
        known.max += request.max;
      } else {
        const args = this.#claimArguments(request, request.leaseMs, 0);
        groups.push({ of: request, args, asking: [at], max: request.max });
      }
    }
    const answers: PromiseSettledResult<readonly Lease[]>[] = [];
    const given = await Promise.allSettled(
      groups.map(({ args, max }) => this.#run('claim', args.with(maxOfClaim, max)) as Promise<Argument[]>),
    );
    for (const [index, { asking }] of groups.entries()) {
      const result = given[index] as PromiseSettledResult<Argument[]>;
      const leases = result.status === 'fulfilled' ? rowsOf(result.value, 3) : [];
      for (const at of asking) {
        const { builder, max } = requests[at] as ClaimRequest;
        const value = leases.splice(0, max).map((row) => givenLease(row, builder));
        answers[at] = result.status === 'fulfilled' ? { status: 'fulfilled', value } : result;
      }
    }
    return answers;
  }

  async #hasWorkFor(claimant: Claimant): Promise<boolean> {
    return (await this.#run('claim', [...this.#claimArguments(claimant, 0, 0), '1'])) === 1;
  }

  #claimArguments(claimant: Claimant, leaseMs: number, max: number): Argument[] {
    return [
      this.#now(),
      this.#longestWaitMs,
      leaseMs,
      max,
      claimant.builder,
      addressed(claimant.builder),
      claimant.builderClass ?? '',
      [...(claimant.labels ?? []).map(encodeURIComponent), ...(claimant.arches ?? []).map(archLabel)].join(
        ',',
      ),
      finiteOrNothing(claimant.freeMemoryBytes),
      finiteOrNothing(claimant.freeDiskBytes),
      lookPerLane,
      claimant.usualArch === false ? archMark : '',
    ];
  }

  #now(): Argument {
    return this.#time === 'server' ? '' : this.#time.nowMs();
  }

  #run(name: ScriptName, args: readonly Argument[]): Promise<unknown> {
    return this.#line.call((redis) => runScript(redis, name, this.#prefix, args));
  }

  /** Several chunks are on their way at once: the server works on one while the next one is put together. */
  async #inChunks<T>(
    name: ScriptName,
    items: readonly T[],
    argumentsOf: (item: T) => Argument[],
    before: Argument[] = [],
  ): Promise<void> {
    const under: Promise<unknown>[] = [];
    for (let at = 0; at < items.length; at += chunkSize) {
      if (under.length >= 4) await under.shift();
      const sent = this.#run(name, [...before, ...items.slice(at, at + chunkSize).flatMap(argumentsOf)]);
      sent.catch(() => undefined);
      under.push(sent);
    }
    await Promise.all(under);
  }

  #batch(name: 'settle' | 'release'): Batcher<Lease, 'accepted' | 'stale'> {
    return new Batcher(async (leases) => {
      const verdicts = (await this.#run(name, leases.flatMap(keysOf))) as number[];
      return verdicts.map((verdict) => (verdict === 1 ? 'accepted' : 'stale'));
    });
  }
}

/** Whether two requests differ in nothing but how many jobs they want; lists that say the same may count as different. */
const asksTheSame = (one: ClaimRequest, other: ClaimRequest): boolean =>
  one.builder === other.builder &&
  one.builderClass === other.builderClass &&
  one.leaseMs === other.leaseMs &&
  one.labels === other.labels &&
  one.arches === other.arches &&
  one.usualArch === other.usualArch &&
  one.freeMemoryBytes === other.freeMemoryBytes &&
  one.freeDiskBytes === other.freeDiskBytes;

const keysOf = ({ entry, fence }: Lease): Argument[] => [entry.job, entry.offer, fence];

const finiteOrNothing = (bytes: number | undefined): Argument =>
  bytes !== undefined && Number.isFinite(bytes) ? bytes : '';

function rowsOf<T>(values: readonly T[], width: number): T[][] {
  const rows: T[][] = [];
  for (let at = 0; at < values.length; at += width) rows.push(values.slice(at, at + width));
  return rows;
}

const givenLease = ([data, fence, untilMs]: readonly Argument[], builder: BuilderName): Lease =>
  leaseOf([String(data), builder, Number(fence), Number(untilMs)]);

const leaseOf = ([data, builder, fence, untilMs]: readonly Argument[]): Lease => ({
  entry: JSON.parse(String(data)) as QueueEntry,
  builder: String(builder) as BuilderName,
  fence: Number(fence),
  untilMs: Number(untilMs),
});
