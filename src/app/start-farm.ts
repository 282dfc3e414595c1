import { usualRedis } from '../config/index.ts';
import { fault } from '../diagnostics/index.ts';
import { machine } from '../host/index.ts';
import { LogHub } from '../logs/index.ts';
import { type Carriers, localCarriers, redisCarriers } from './carriers.ts';
import { type Farm, openFarm } from './farm.ts';
import { initFarm } from './init-farm.ts';
import { isFarm } from './is-farm.ts';
import type { FarmService } from './service/farm-service.ts';
import type { LogReading } from './service/log-reading.ts';
import { LookingService } from './service/looking-service.ts';
import { type ObjectIntake, openObjectIntake } from './service/object-intake.ts';
import { RunningFarm } from './service/running-farm.ts';
import { streamReading } from './service/stream-reading.ts';

export interface StartRequest {
  /** Folder of the farm; made when an operator's environment describes one and it is missing. */
  readonly folder: string;
  /** Builds at one time on this machine; undefined: the farm's setting. */
  readonly localBuilders: number | undefined;
  /** Use the farm's own queue even where a Redis is named. */
  readonly withoutRedis: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A farm that is at work, with what a web server needs to serve it. */
export interface StartedFarm {
  readonly farm: Farm;
  readonly service: RunningFarm;
  readonly intake: ObjectIntake;
  readonly logReading: LogReading;
  /** Ends everything in order; what is under way elsewhere goes on. */
  close(): Promise<void>;
}

/**
 * Opens a farm for a manager, alone (QUE001), and connects what carries its jobs. The farm does not work yet: that is
 * `service.start`, once the web port is known.
 */
export async function prepareFarm(request: StartRequest): Promise<StartedFarm> {
  await makeIfDescribed(request);
  const farm = await openFarm(request.folder, 'write');
  let carriers: Carriers | undefined;
  try {
    carriers = await carriersOf(farm, request);
    const service = new RunningFarm(farm, carriers, {
      localBuilders: request.localBuilders ?? farm.jobs,
      say: request.say,
      environment: machine.environment(),
    });
    const intake = openObjectIntake({
      store: farm.store,
      folder: farm.paths.incoming,
      maxObjectBytes: farm.config.service['upload-limit'],
      clock: farm.clock,
    });
    return {
      farm,
      service,
      intake,
      logReading: streamReading(service.hub),
      close: async () => {
        await service.stop();
        await carriers?.close();
        await farm.close();
      },
    };
  } catch (error) {
    await carriers?.close();
    await farm.close();
    throw error;
  }
}

function carriersOf(farm: Farm, request: StartRequest): Promise<Carriers> {
  const { service } = farm.config;
  const longestWaitMs = service['longest-wait'];
  const isAlone = request.withoutRedis || (!service.redis && request.localBuilders !== 0);
  if (isAlone)
    return Promise.resolve(localCarriers({ path: farm.paths.queue, clock: farm.clock, longestWaitMs }));
  return redisCarriers({
    redis: service.redis ?? usualRedis,
    farm: service.name,
    clock: farm.clock,
    longestWaitMs,
    stateFolder: `${farm.paths.root}/state`,
    signal: request.signal,
    onProblem: (problem) => request.say(`${problem.code} ${problem.what}`),
  });
}

/** A farm for a web server that only shows it, beside a manager or without one. */
export async function prepareLook(
  folder: string,
): Promise<Omit<StartedFarm, 'service'> & { readonly service: FarmService }> {
  const farm = await openFarm(folder, 'read');
  const hub = new LogHub({ clock: farm.clock });
  const service = new LookingService(farm, hub, machine.variable('LOGS_URL'));
  return {
    farm,
    service,
    intake: openObjectIntake({ store: farm.store, folder: farm.paths.incoming, clock: farm.clock }),
    logReading: streamReading(hub),
    close: async () => {
      service.close();
      await farm.close();
    },
  };
}

/** An operator who moves over has an environment and no farm: it is made, for the first target that is named. */
async function makeIfDescribed({ folder, say }: StartRequest): Promise<void> {
  if (isFarm(folder)) return;
  const targets = machine.variable('PACKAGE_TARGET_REPOS');
  if (targets === undefined) throw fault('CFG001', { what: `'${folder}' is not a farm` });
  const [repository] = Object.keys(parseTargets(targets));
  if (repository === undefined) throw fault('CFG006', { what: "'PACKAGE_TARGET_REPOS' names no target" });
  const made = await initFarm({
    folder,
    repository,
    arch: 'x86_64',
    gnupgHome: machine.variable('GPG_PATH'),
    key: undefined,
  });
  say(`made the farm '${made.farm}' for '${repository}'`);
}

function parseTargets(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw fault('CFG006', { what: "'PACKAGE_TARGET_REPOS' is not the JSON it has to be", cause });
  }
}
