import type {
  BuilderView,
  EbinRequest,
  EbinRequestView,
  ForecastView,
  JobSelection,
  JobView,
  QueueStats,
  RebuildDecisionWord,
  RemovalReply,
  RemovalRequest,
  ScheduleReply,
  ScheduleRequest,
  SimulateQuery,
  SimulationReply,
  UpkeepRunReply,
  UpkeepRunRequest,
  UpkeepView,
  WhyAnswer,
} from '../api/index.ts';
import type { redisOf } from '../config/index.ts';
import { type Code, catalogue, fault, isFault, ProblemError, problem } from '../diagnostics/index.ts';
import { HttpConnections, machine, systemClock, systemRandom, textIfThere } from '../host/index.ts';
import { parseJobId } from '../primitives/index.ts';
import { farmPaths } from './farm-paths.ts';

/** How commands reach a manager. */
export interface ManagerAddress {
  /** Folder of a farm of this machine, whose manager says itself where it is. */
  readonly farm: string;
  /** Web address of a manager elsewhere; the token comes from `PACKMILL_TOKEN`. */
  readonly url: string | undefined;
  /** The queue store, when somebody knows it better than the environment. */
  readonly redis?: NonNullable<ReturnType<typeof redisOf>>;
}

/** A manager that is asked from outside. */
export interface FarmClient {
  /** `early`: the answer to a request for many packages need not wait until they are queued. */
  schedule(request: ScheduleRequest, how?: { readonly early: boolean }): Promise<ScheduleReply>;
  removeObsolete(request: RemovalRequest): Promise<RemovalReply>;
  cancel(selection: JobSelection, reason: string): Promise<readonly string[]>;
  clearQueue(selection: JobSelection): Promise<readonly string[]>;
  retry(jobs: readonly string[]): Promise<ScheduleReply>;
  drain(builder: string, drained: boolean): Promise<void>;
  jobs(ids: readonly string[]): Promise<readonly (JobView | null)[]>;
  stats(): Promise<QueueStats>;
  builders(): Promise<readonly BuilderView[]>;
  why(of: string): Promise<WhyAnswer>;
  forecast(query: { readonly plan?: number; readonly limit?: number }): Promise<ForecastView>;
  simulate(query: SimulateQuery): Promise<SimulationReply>;
  upkeep(): Promise<readonly UpkeepView[]>;
  runUpkeep(source: string, request: UpkeepRunRequest): Promise<UpkeepRunReply>;
  pauseUpkeep(source: string, paused: boolean): Promise<void>;
  requestEbin(request: EbinRequest): Promise<EbinRequestView>;
  dropEbinRequest(id: number): Promise<void>;
  ebinRequests(): Promise<readonly EbinRequestView[]>;
  decideRebuild(id: number, decision: RebuildDecisionWord): Promise<ScheduleReply>;
  close(): Promise<void>;
}

const answerMs = 90_000;
/** A manager that never ends an answer must not fill our memory. */
const longestAnswerBytes = 256 * 2 ** 20;
/** How long somebody has to be there at all (specification 13.2). */
const reachMs = 10_000;

/** The web address that was given, else that of `PACKMILL_MANAGER`, without a slash at its end; undefined: neither. */
export function managerUrl(given: string | undefined): string | undefined {
  return (given ?? machine.variable('PACKMILL_MANAGER'))?.replace(/\/+$/, '');
}

/**
 * Connects to a manager: at the address that was given, else over the queue store that the environment names, else
 * to the one at work in the farm of this machine. Throws SCH005 when there is none.
 */
export async function connectToManager(address: ManagerAddress): Promise<FarmClient> {
  const url = managerUrl(address.url);
  if (url !== undefined) return httpClient({ url, token: machine.variable('PACKMILL_TOKEN') });
  const redis = address.redis ?? (await redisOfEnvironment());
  if (redis) return await redisClient(redis, address.farm);
  const own = managerOfFarm(address.farm);
  if (!own) throw fault('SCH005', { what: `no manager is at work in '${address.farm}'` });
  return httpClient(own, (refused) => newerManager(address.farm, refused));
}

/** Where a manager is, and what it knows us by. */
interface Access {
  readonly url: string;
  readonly token: string | undefined;
}

function managerOfFarm(farm: string): Access | undefined {
  const text = textIfThere(farmPaths(farm).manager);
  return text === undefined ? undefined : (JSON.parse(text) as { url: string; token: string });
}

/**
 * A manager that was killed leaves its note, and the next one listens at the same port a moment before it writes its own:
 * who read the old one in between is refused, and finds the new one here. Undefined: the note stays as it is.
 */
async function newerManager(farm: string, { token }: Access): Promise<Access | undefined> {
  for (let tries = 0; tries < 30; tries += 1) {
    const own = managerOfFarm(farm);
    if (own && own.token !== token) return own;
    await systemClock.sleep(100);
  }
  return undefined;
}

const redisVariables = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_PASSWORD', 'REDIS_SSH_HOST'];

/** Settings and queue are loaded only by those who go that way: a pipeline's start must not wait for them. */
async function redisOfEnvironment(): Promise<ReturnType<typeof redisOf>> {
  if (redisVariables.every((name) => machine.variable(name) === undefined)) return undefined;
  const config = await import('../config/index.ts');
  return config.redisOf(undefined, machine.variable);
}

type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>;

function httpClient(known: Access, renewed?: (refused: Access) => Promise<Access | undefined>): FarmClient {
  // not by fetch, the loading of which takes a fifth of the time that a pipeline of a push has
  const connections = new HttpConnections({});
  let access = known;
  const askOnce: Ask = (method, path, body) =>
    askHttp({ connections, url: `${access.url}${path}`, token: access.token }, method, body);
  const ask: Ask = async (method, path, body) => {
    try {
      return await askOnce(method, path, body);
    } catch (error) {
      const next = isFault(error) && error.problem.code === 'SCH006' ? await renewed?.(access) : undefined;
      if (!next) throw error;
      access = next;
      return await askOnce(method, path, body);
    }
  };
  const cancelled = async (path: string, body: unknown): Promise<readonly string[]> =>
    ((await ask('POST', path, body)) as { jobs: string[] }).jobs;
  return {
    schedule: async (request, how) =>
      (await ask('POST', `/api/schedule${how?.early ? '?answer=early' : ''}`, request)) as ScheduleReply,
    removeObsolete: async (request) => (await ask('POST', '/api/removals', request)) as RemovalReply,
    cancel: (selection, reason) => cancelled('/api/jobs/cancel', { selection, reason }),
    clearQueue: (selection) => cancelled('/api/queue/clear', selection),
    retry: async (jobs) => (await ask('POST', '/api/jobs/retry', { jobs })) as ScheduleReply,
    drain: async (builder, drained) => {
      await ask('POST', `/api/builders/${encodeURIComponent(builder)}/drain`, { drained });
    },
    jobs: (ids) => Promise.all(ids.map((id) => oneJob(ask, id))),
    stats: async () => (await ask('GET', '/api/queue/stats')) as QueueStats,
    builders: async () => (await ask('GET', '/api/builders')) as readonly BuilderView[],
    why: async (of) => (await ask('GET', `/api/why?${queryText({ of })}`)) as WhyAnswer,
    forecast: async (query) => (await ask('GET', `/api/forecast?${queryText(query)}`)) as ForecastView,
    simulate: async (query) => (await ask('GET', `/api/simulate?${queryText(query)}`)) as SimulationReply,
    upkeep: async () => (await ask('GET', '/api/upkeep')) as readonly UpkeepView[],
    runUpkeep: async (source, request) =>
      (await ask('POST', `/api/upkeep/${encodeURIComponent(source)}/run`, request)) as UpkeepRunReply,
    pauseUpkeep: async (source, paused) => {
      await ask('POST', `/api/upkeep/${encodeURIComponent(source)}/pause`, { paused });
    },
    requestEbin: async (request) => (await ask('POST', '/api/ebin-requests', request)) as EbinRequestView,
    dropEbinRequest: async (id) => {
      await ask('POST', `/api/ebin-requests/${id}/drop`, {});
    },
    ebinRequests: async () => (await ask('GET', '/api/ebin-requests')) as readonly EbinRequestView[],
    decideRebuild: async (id, decision) =>
      (await ask('POST', `/api/rebuilds/${id}/decide`, { decision })) as ScheduleReply,
    close: async () => connections.close(),
  };
}

const queryText = (query: Readonly<Record<string, string | number | undefined>>): string =>
  String(
    new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      ),
    ),
  );

async function oneJob(ask: Ask, id: string): Promise<JobView | null> {
  const { target, arch, name } = parseJobId(id) ?? { target: '', arch: '', name: id };
  const path = [target, arch, name].map(encodeURIComponent).join('/');
  try {
    return (await ask('GET', `/api/queue/jobs/${path}`)) as JobView;
  } catch (error) {
    if (isFault(error) && error.problem.blame === 'usage') return null;
    throw error;
  }
}

async function askHttp(
  to: { readonly connections: HttpConnections; readonly url: string; readonly token: string | undefined },
  method: 'GET' | 'POST',
  body: unknown,
): Promise<unknown> {
  const answer = await to.connections.exchange({
    method,
    url: to.url,
    headers: {
      ...(to.token === undefined ? {} : { authorization: `Bearer ${to.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    timeoutMs: answerMs,
    maxBytes: longestAnswerBytes,
  });
  if (answer.kind !== 'reply') {
    const why = `'${method} ${to.url}' got no answer: ${answer.reason}`;
    throw fault('SCH005', { what: `no manager answers: ${why}` });
  }
  const text = Buffer.from(answer.body).toString('utf8');
  if (answer.status < 300) return text === '' ? undefined : JSON.parse(text);
  throw refusalOf(answer.status, text);
}

/** The manager's own problem, where it sent one that we know. */
function refusalOf(status: number, text: string): Error {
  if (status === 401 || status === 403)
    return fault('SCH006', { what: 'the manager does not let you do that' });
  try {
    const { code, what, why, next } = JSON.parse(text) as Record<string, string>;
    if (code !== undefined && what !== undefined && catalogue[code])
      return new ProblemError({
        ...problem(code as Code, { what }),
        ...(why ? { why } : {}),
        ...(next ? { next } : {}),
      });
  } catch {
    // not JSON: said as it is
  }
  return fault('SCH005', { what: `the manager answers ${status}: ${text.slice(0, 200)}` });
}

/** What may be asked about ebins over the queue store. */
const ebinCalls = (
  call: (method: string, body: unknown) => Promise<unknown>,
): Pick<FarmClient, 'requestEbin' | 'dropEbinRequest' | 'ebinRequests'> => ({
  requestEbin: async (request) => (await call('ebin-request', request)) as EbinRequestView,
  dropEbinRequest: async (id) => {
    await call('ebin-drop', { id });
  },
  ebinRequests: async () => (await call('ebin-requests', {})) as EbinRequestView[],
});

/** Upkeep of recipe sources over the queue store. */
const upkeepCalls = (
  call: (method: string, body: unknown) => Promise<unknown>,
): Pick<FarmClient, 'upkeep' | 'runUpkeep' | 'pauseUpkeep'> => ({
  upkeep: async () => (await call('upkeep', {})) as UpkeepView[],
  runUpkeep: async (source, request) => (await call('upkeep-run', { source, ...request })) as UpkeepRunReply,
  pauseUpkeep: async (source, paused) => {
    await call('upkeep-pause', { source, paused });
  },
});

/** Why, when and what if over the queue store. */
const foresightCalls = (
  call: (method: string, body: unknown) => Promise<unknown>,
): Pick<FarmClient, 'why' | 'forecast' | 'simulate'> => ({
  why: async (of) => (await call('why', { of })) as WhyAnswer,
  forecast: async (query) => (await call('forecast', query)) as ForecastView,
  simulate: async (query) => (await call('simulate', query)) as SimulationReply,
});

async function redisClient(
  redis: NonNullable<ReturnType<typeof redisOf>>,
  farm: string,
): Promise<FarmClient> {
  const [{ redisCarriers }, { Caller }] = await Promise.all([
    import('./carriers.ts'),
    import('../channel/index.ts'),
  ]);
  const carriers = await redisCarriers({
    redis,
    farm: machine.variable('PACKMILL_FARM_NAME') ?? 'farm',
    clock: systemClock,
    stateFolder: machine.variable('PACKMILL_STATE') ?? `${farm}/state`,
    onProblem: () => undefined,
  });
  const caller = new Caller(carriers.channel, {
    name: machine.name(),
    serverMailbox: 'manager',
    clock: systemClock,
    random: systemRandom,
  });
  const call = async (method: string, body: unknown): Promise<unknown> => {
    try {
      // somebody has to be there soon; what is asked may then take its time
      await caller.call('health', {}, { timeoutMs: reachMs });
      return await caller.call(method, body, { timeoutMs: answerMs });
    } catch (error) {
      if (!isFault(error) || !/^CHN00[12]$/.test(error.problem.code)) throw error;
      throw fault('SCH005', {
        what: `no manager answers over the queue store: ${error.problem.what}`,
        cause: error,
      });
    }
  };
  return {
    schedule: async (request) => (await call('schedule', request)) as ScheduleReply,
    removeObsolete: async (request) => (await call('remove-obsolete', request)) as RemovalReply,
    cancel: async (selection, reason) => (await call('cancel', { ...selection, reason })) as string[],
    clearQueue: async (selection) => (await call('clear-queue', selection)) as string[],
    retry: async (jobs) => (await call('retry', jobs)) as ScheduleReply,
    drain: async (builder, drained) => {
      await call('drain', { builder, drained });
    },
    jobs: async (ids) => (await call('jobs', ids)) as (JobView | null)[],
    stats: async () => (await call('stats', {})) as QueueStats,
    builders: async () => (await call('builders', {})) as BuilderView[],
    ...foresightCalls(call),
    ...upkeepCalls(call),
    ...ebinCalls(call),
    decideRebuild: async (id, decision) => (await call('rebuild-decide', { id, decision })) as ScheduleReply,
    close: async () => {
      await caller.close();
      await carriers.close();
    },
  };
}
