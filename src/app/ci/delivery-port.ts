import type { HandOver } from '../../api/index.ts';
import { fault, isFault } from '../../diagnostics/index.ts';
import type { RepositorySettings } from '../../formats/pkgbuild-repo/index.ts';
import {
  machine,
  makeTemporaryFolder,
  onInterrupt,
  removeEntry,
  removeTree,
  replaceFile,
  sendSignal,
} from '../../host/index.ts';
import { type Delivery, type HandOverPort, isOutOfReach } from '../../pipeline/push/index.ts';
import type { RedisSettings } from '../carriers.ts';
import type { FarmClient } from '../farm-client.ts';

/** How the manager is reached from a pipeline. */
export interface ManagerPortOptions {
  readonly settings: RepositorySettings;
  /** Web address of the manager; undefined: PACKMILL_MANAGER, DEPLOY_KEY, REDIS_HOST or the farm of this machine. */
  readonly url: string | undefined;
  /** Folder of a farm of this machine. */
  readonly farm: string;
}

/** A way to the manager that is opened by its first use; close it at the end. */
export interface ManagerPort extends HandOverPort {
  close(): Promise<void>;
}

/**
 * The manager by its web address, or by the queue store behind the SSH host of `.ci/config` when there is a DEPLOY_KEY,
 * which lies in a file of mode 0400 until the tunnel is there (specification 1.6, 5.8).
 */
export function managerPort(options: ManagerPortOptions): ManagerPort {
  let opened: Promise<Way> | undefined;
  const client = async (): Promise<FarmClient> => {
    opened ??= openWay(options);
    try {
      return (await opened).client;
    } catch (error) {
      // the next document may find it
      opened = undefined;
      throw error;
    }
  };
  return {
    deliver: async (document) => await deliver(await client(), document, options.settings),
    close: async () => {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

interface Way {
  readonly client: FarmClient;
  close(): Promise<void>;
}

async function openWay({ settings, url, farm }: ManagerPortOptions): Promise<Way> {
  // loaded when there is something to deliver: most runs of a pipeline have nothing
  const { connectToManager, managerUrl } = await import('../farm-client.ts');
  const key = machine.variable('DEPLOY_KEY');
  if (managerUrl(url) !== undefined || key === undefined) {
    const client = await connectToManager({ farm, url }).catch((error: unknown) => {
      if (!isFault(error, 'SCH005')) throw error;
      throw fault('CIC023', { what: 'neither PACKMILL_MANAGER nor DEPLOY_KEY says where the manager is' });
    });
    return { client, close: () => client.close() };
  }
  return await openWayWithKey(settings, key);
}

/** Through the SSH host; the key is in a file until ssh has read it, also when the run is interrupted meanwhile. */
async function openWayWithKey(settings: RepositorySettings, key: string): Promise<Way> {
  const { connectToManager } = await import('../farm-client.ts');
  const folder = makeTemporaryFolder('packmill-key-');
  const stopListening = onInterrupt((signal) => {
    // the second one ends the process
    void removeTree(folder).then(() => sendSignal(machine.processId(), signal as NodeJS.Signals));
  });
  try {
    const keyFile = `${folder}/key`;
    replaceFile(keyFile, key.endsWith('\n') ? key : `${key}\n`, 0o400);
    const redis = redisBehind(settings, keyFile);
    // what the client keeps, as keys of hosts, goes with the run: nothing may be left in the checkout
    const client = await connectToManager({ farm: folder, url: undefined, redis });
    removeEntry(keyFile);
    const close = async (): Promise<void> => {
      await client.close();
      await removeTree(folder);
    };
    return { client, close };
  } catch (error) {
    await removeTree(folder);
    throw error;
  } finally {
    stopListening();
  }
}

function redisBehind({ redis }: RepositorySettings, key: string): RedisSettings {
  const password = machine.variable('REDIS_PASSWORD');
  return {
    host: 'localhost',
    port: redis.port,
    db: 0,
    ...(password === undefined ? {} : { password }),
    ssh: {
      host: redis.sshHost,
      port: redis.sshPort,
      user: redis.sshUser,
      key,
      'local-port': 0,
      ...(redis.sshHostKey === undefined ? {} : { 'host-key': redis.sshHostKey }),
    },
  };
}

async function deliver(
  client: FarmClient,
  { schedule, cleanup }: HandOver,
  settings: RepositorySettings,
): Promise<Delivery> {
  let accepted: readonly string[] = [];
  let refused: Delivery['refused'] = [];
  if (schedule) {
    const reply = await client.schedule(schedule).catch(async (error: unknown) => {
      throw await swapped(client, settings, error);
    });
    // a name of the request itself that is not known: no package of it can ever be built until somebody mends that
    const whole = reply.refused.find(({ code }) => code === 'SCH001' || code === 'SCH008');
    if (whole) {
      const { code, what, next } = whole;
      const refusal = fault(code as 'SCH001' | 'SCH008', { what, ...(next === undefined ? {} : { next }) });
      throw await swapped(client, settings, refusal);
    }
    // the clean-up comes with what is left of the document
    if (reply.coveredTo !== undefined) {
      return { accepted, refused, removed: [], coveredTo: reply.coveredTo };
    }
    accepted = reply.accepted.map(({ name }) => name);
    refused = reply.refused.map(({ name, code, what, next }) => ({
      name,
      what: `${code} ${what}`,
      ...(next === undefined ? {} : { next }),
    }));
  }
  if (!cleanup) return { accepted, refused, removed: [] };
  try {
    const { removed, spared } = await client.removeObsolete(cleanup);
    return { accepted, refused, removed, spared };
  } catch (error) {
    // what cannot be reached is repeated with the whole document; a refusal is told, for the next removal brings the whole list again
    if (!isFault(error) || isOutOfReach(error)) throw error;
    const { code } = error.problem;
    if (code === 'SCH001') throw await swapped(client, settings, error);
    if (code === 'SCH006') throw error;
    return { accepted, refused, removed: [], cleanupRefused: error.problem };
  }
}

/** A refusal of names that would be known the other way round says so (decision 1 of issue 4, defect 1). */
async function swapped(client: FarmClient, settings: RepositorySettings, error: unknown): Promise<unknown> {
  const { buildRepo, repoName, arch } = settings;
  if (!isFault(error, 'SCH001') || buildRepo === repoName) return error;
  const probe = {
    id: 'probe-of-names',
    target: repoName,
    arch,
    keep: [repoName],
    force: false,
    dryRun: true,
  };
  const isKnown = await client.removeObsolete(probe).then(
    () => true,
    (other: unknown) => isFault(other) && other.problem.code !== 'SCH001',
  );
  if (!isKnown) return error;
  return fault('CIC017', {
    severity: 'error',
    what: `the manager knows no target '${buildRepo}' (BUILD_REPO), but one called '${repoName}' (REPO_NAME)`,
    cause: error,
  });
}
