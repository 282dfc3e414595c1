import type { Command } from 'commander';
import { isFarm, prepareFarm, prepareLook, type StartedFarm, shownManifest } from '../../app/index.ts';
import { followSymbols } from '../../app/python/index.ts';
import { isFault } from '../../diagnostics/index.ts';
import { interruptible, isDiskFull, systemClock, untilAborted } from '../../host/index.ts';
import { type HttpOptions, type HttpServer, startHttpServer } from '../../http/index.ts';
import { closeInTurn } from '../close-in-turn.ts';
import { parseCount } from '../parse-count.ts';
import { parsePort } from '../parse-port.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface ServeOptions {
  readonly webPort?: number;
  readonly host?: string;
  readonly builders?: number;
}

interface Serving {
  /** Undefined: the farm's setting. */
  readonly localBuilders: number | undefined;
  readonly withoutRedis: boolean;
}

/** `packmill manager`, `packmill up` and Chaotic Manager's `database`: a farm at work until it is told to stop. */
export function addServe(program: Command, shell: Shell): void {
  addOne(program, shell, {
    name: 'manager',
    about: 'run a farm: plan, hand out, publish and notify; builders come over Redis',
    help: `
Settings come from packmill.yaml and the environment (docs/service.md); Chaotic Manager's variables keep
their names. Without 'service.redis' and REDIS_* the queue store is expected at localhost:6379; 'packmill up' needs none.

Example:
  REDIS_HOST=queue.internal packmill --farm /srv/farm manager --web-port 8080`,
    serving: (options) => ({ localBuilders: options.builders ?? 0, withoutRedis: false }),
  });
  addOne(program, shell, {
    name: 'database',
    about: "the same as 'manager', under the name that Chaotic Manager has for it",
    help: '',
    serving: (options) => ({ localBuilders: options.builders ?? 0, withoutRedis: false }),
  });
  addOne(program, shell, {
    name: 'up',
    about: 'run a whole farm on this machine: manager, web and builders, without any service',
    help: `
Example:
  packmill --farm ./farm up --builders 2
  packmill --farm ./farm schedule foo bar`,
    serving: (options) => ({ localBuilders: options.builders, withoutRedis: true }),
  });
  addWeb(program, shell);
}

/** `packmill web`: pages and queries only, beside a manager of another process. */
function addWeb(program: Command, shell: Shell): void {
  program
    .command('web')
    .description('serve pages and queries only; the manager is another process')
    .option('--web-port <n>', 'port (default: setting service.port, 8080)', parsePort)
    .option('--host <address>', 'address to listen on (default: setting service.host, 127.0.0.1)')
    .action(async (options: ServeOptions) => {
      const started = await prepareLook(shell.farmFolder(isFarm));
      try {
        await interruptible(async (signal) => {
          const web = await openWeb(shell, started, options);
          shell.tell(`farm ${started.farm.paths.root} is shown: ${web.url}`);
          await untilAborted(signal);
          await web.close();
        });
      } finally {
        await started.close();
      }
    });
}

interface Role {
  readonly name: string;
  readonly about: string;
  readonly help: string;
  readonly serving: (options: ServeOptions) => Serving;
}

function addOne(program: Command, shell: Shell, role: Role): void {
  program
    .command(role.name)
    .description(role.about)
    .option('--web-port <n>', 'port of web pages and API (default: setting service.port, 8080)', parsePort)
    .option('--host <address>', 'address to listen on (default: setting service.host, 127.0.0.1)')
    .option('--builders <n>', 'builds at one time on this machine', parseCount)
    .addHelpText('after', role.help)
    .action((options: ServeOptions) =>
      interruptible(
        (signal) => serve(shell, { options, serving: role.serving(options), signal }),
        (name) => shell.tell(`${name}: finishing`),
      ),
    );
}

async function serve(
  shell: Shell,
  how: { readonly options: ServeOptions; readonly serving: Serving; readonly signal: AbortSignal },
): Promise<void> {
  const { options, serving, signal } = how;
  const say = (line: string): void => shell.tell(line);
  let work: AtWork | undefined;
  try {
    work = await onceThereIsRoom(() => begin({ shell, options, serving, say, signal }), { say, signal });
    const { started, web } = work;
    const { service } = started.farm.config;
    shell.tell(`farm ${started.farm.paths.root} is at work: ${web.url}`);
    if (serving.localBuilders === 0 && (serving.withoutRedis || !service.redis))
      shell.tell(
        "nothing will be built: there are no builders here ('--builders N') and no REDIS_HOST for others",
      );
    await untilAborted(signal);
  } catch (error) {
    // asked to end while it was starting
    if (!signal.aborted) throw error;
    shell.exitCode = exitCodes.interrupted;
  } finally {
    if (work) await closeInTurn([work.web, work.started]);
  }
}

interface AtWork {
  readonly started: StartedFarm;
  readonly web: HttpServer;
}

async function begin(how: {
  readonly shell: Shell;
  readonly options: ServeOptions;
  readonly serving: Serving;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<AtWork> {
  const { shell, options, serving, say, signal } = how;
  const started = await prepareFarm({ folder: shell.farmFolder(isFarm), ...serving, say, signal });
  let web: HttpServer | undefined;
  try {
    web = await openWeb(shell, started, options);
    await started.service.start({ url: web.url, builderUrl: started.farm.config.service.url });
    return { started, web };
  } catch (error) {
    // why it cannot begin is what has to be told
    await closeInTurn(web ? [web, started] : [started]).catch(() => undefined);
    throw error;
  }
}

const roomPauseMs = 2_000;

/** A farm that is started while its disk is full waits for room, as one that is at work does. Throws what `open` does. */
async function onceThereIsRoom<Result>(
  open: () => Promise<Result>,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Result> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await open();
    } catch (error) {
      if (!isDiskFull(error) || signal.aborted) throw error;
      if (!isTold)
        say(
          `${isFault(error) ? `${error.problem.code} ${error.problem.what}` : 'the disk is full'}: waiting for room`,
        );
      await systemClock.sleep(roomPauseMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** What the pages of Python symbols show, when the farm's settings name a manifest or it makes one itself. */
function symbolsOf(
  shell: Shell,
  { farm }: Awaited<ReturnType<typeof prepareLook>> | StartedFarm,
): Pick<HttpOptions, 'symbols'> {
  const file = shownManifest(farm);
  if (file === undefined) return {};
  return { symbols: followSymbols(file, (one) => shell.complain(one)) };
}

function openWeb(
  shell: Shell,
  started: Awaited<ReturnType<typeof prepareLook>> | StartedFarm,
  options: ServeOptions,
): Promise<HttpServer> {
  const { service } = started.farm.config;
  const trust = service['trust-proxy'];
  return startHttpServer(started.service, started.intake, {
    host: options.host ?? service.host,
    port: options.webPort ?? service.port,
    ...(service['metrics-port'] === undefined ? {} : { metricsPort: service['metrics-port'] }),
    corsOrigins: service.cors,
    trustProxy: typeof trust === 'string' ? trust.split(',') : trust,
    ...(service['request-log']
      ? {
          requestLog: (line) =>
            shell.tell(`${line.method} ${line.url} ${line.status} ${Math.round(line.ms)} ms`),
        }
      : {}),
    onFault: ({ method, url, error }) =>
      shell.tell(
        `${method} ${url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    ...symbolsOf(shell, started),
    distfiles: started.farm.paths.distfiles,
    logReading: started.logReading,
    clock: started.farm.clock,
  });
}
