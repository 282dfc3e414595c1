// A whole farm of real processes, in which anything may be broken: a manager and Redis on one machine, each builder
// on another one, the farm's folder on a small disk.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finished, project, type Ran } from '../end-to-end/farm-fixture.ts';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { Actor } from './actor.ts';
import { Ledger } from './ledger.ts';
import { folderOf, ownName, removeFolder, sweepLeftovers } from './leftovers.ts';
import { Network, type Place } from './network.ts';
import { Reader } from './published-set.ts';
import { SmallDisk } from './small-disk.ts';

export interface FaultFarmOptions {
  readonly builders: number;
  /** Makes what the farm works on, in a folder that is there; returns lines for packmill.yaml. */
  readonly prepare: (folder: string) => string;
  readonly diskMebibytes: number;
  readonly builderEnvironment?: Readonly<Record<string, string>>;
}

export interface BuilderMachine {
  readonly actor: Actor;
  readonly place: Place;
  readonly folder: string;
}

export const leaseMs = 4_000;

export class FaultFarm {
  readonly folder: string;
  readonly farm: string;
  readonly logs: string;
  readonly published: string;
  readonly redis: RedisServer;
  readonly disk: SmallDisk;
  readonly manager: Actor;
  readonly builders: readonly BuilderMachine[];
  readonly ledger: Ledger;
  readonly reader: Reader;
  readonly #network: Network;

  private constructor(parts: {
    folder: string;
    redis: RedisServer;
    disk: SmallDisk;
    network: Network;
    port: number;
    options: FaultFarmOptions;
  }) {
    const { folder, redis, disk, network, port, options } = parts;
    this.folder = folder;
    this.redis = redis;
    this.disk = disk;
    this.#network = network;
    this.farm = join(disk.folder, 'farm');
    this.logs = join(folder, 'logs');
    this.published = join(this.farm, 'public', 'demo', 'x86_64');
    mkdirSync(this.logs);
    this.manager = new Actor({
      name: 'manager',
      command: ['--farm', this.farm, 'manager', '--host', network.address, '--web-port', String(port)],
      environment: this.environment,
      logs: this.logs,
      ready: /is at work/,
    });
    this.builders = Array.from({ length: options.builders }, (_, index) => {
      const place = network.add();
      const name = `builder-${index + 1}`;
      const own = join(folder, name);
      mkdirSync(own);
      const environment = { ...this.environment, SHARED_PATH: own, BUILDER_HOSTNAME: name };
      const all = { ...environment, ...options.builderEnvironment };
      const ready = /the manager answered/;
      return {
        place,
        folder: own,
        actor: new Actor({ name, command: ['builder'], environment: all, place, logs: this.logs, ready }),
      };
    });
    this.ledger = new Ledger(join(this.farm, 'state', 'farm.sqlite'));
    this.reader = new Reader(this.published, 'demo');
  }

  /** Makes everything and waits until it is at work. */
  static async start(options: FaultFarmOptions): Promise<FaultFarm> {
    sweepLeftovers();
    const folder = folderOf(ownName());
    mkdirSync(folder);
    const disk = new SmallDisk(join(folder, 'disk'), options.diskMebibytes);
    const network = new Network();
    const redis = await startRedis({ host: network.address, more: ['--protected-mode', 'no'] });
    const port = await freePort(network.address);
    const farm = new FaultFarm({ folder, redis, disk, network, port, options });
    await farm.do('--farm', farm.farm, 'init', '--repo', 'demo');
    const path = join(farm.farm, 'packmill.yaml');
    const service = `service:
  url: "http://${network.address}:${port}"
  lease: ${leaseMs / 1000}s
  request-log: false
`;
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n${service}${options.prepare(folder)}\n`);
    const actors = [farm.manager, ...farm.builders.map(({ actor }) => actor)];
    for (const actor of actors) actor.start();
    for (const actor of actors) await actor.ready();
    return farm;
  }

  get environment(): Record<string, string> {
    return { REDIS_HOST: this.redis.host, REDIS_PORT: String(this.redis.port) };
  }

  get actors(): readonly Actor[] {
    return [this.manager, ...this.builders.map(({ actor }) => actor)];
  }

  /** Starts a packmill command that knows neither farm nor Redis by itself. */
  command(environment: Readonly<Record<string, string>>, ...args: string[]): ChildProcess {
    return spawn(process.execPath, [join(project, 'bin', 'packmill'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...environment },
    });
  }

  async do(...args: string[]): Promise<string> {
    const ran = await finished(this.command({}, ...args));
    if (ran.code !== 0) throw new Error(`packmill ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  /** The manager of another farm, by mistake with this one's name on the same Redis; it does not run yet. */
  async otherFarm(): Promise<Actor> {
    const other = join(this.folder, 'other');
    if (!existsSync(other)) {
      await this.do('--farm', other, 'init', '--repo', 'demo');
      copyFileSync(join(this.farm, 'packmill.yaml'), join(other, 'packmill.yaml'));
    }
    return new Actor({
      name: 'other-manager',
      command: ['--farm', other, 'manager', '--web-port', '0'],
      environment: this.environment,
      logs: this.logs,
      ready: /is at work/,
    });
  }

  /** Schedules at the other farm, whose manager runs. */
  async scheduleElsewhere(packages: readonly string[]): Promise<void> {
    await this.do('--farm', join(this.folder, 'other'), 'schedule', '--target-repo', 'demo', ...packages);
  }

  /** Schedules until it is accepted, as a script would that has no say in when the farm works. */
  async schedule(request: string, packages: readonly string[], commit?: string): Promise<void> {
    const words = ['schedule', '--request-id', request, '--target-repo', 'demo', '--source-repo', 'demo'];
    if (commit !== undefined) words.push('--commit', commit);
    for (let round = 0; ; round += 1) {
      const way = round % 2 === 0 ? {} : this.environment;
      const ran = await finished(this.command(way, '--farm', this.farm, ...words, ...packages));
      this.note(`schedule ${request} ${packages.join(' ')}: ${ran.code} ${oneLine(ran)}`);
      if (ran.code === 0) return;
      // no manager, or one that cannot write it down
      if (!/SCH005|QUE002|SYS\d|CHN\d/.test(ran.stderr))
        throw new Error(`${request} was refused: ${ran.stderr}`);
      await sleep(500);
    }
  }

  /** Waits until `packmill status` says a trouble that matches, as long as it takes. */
  async statusNames(trouble: RegExp, patienceMs = 60_000): Promise<string[]> {
    const endMs = performance.now() + patienceMs;
    for (let said = ''; ; ) {
      const ran = await finished(this.command({}, '--farm', this.farm, 'status'));
      said = ran.stdout + ran.stderr;
      // that nobody is at work stands in the line of the farm itself
      if (said.split('\n').some((line) => /^(?:trouble|farm [^:]*):/.test(line) && trouble.test(line)))
        return [];
      if (performance.now() > endMs) return [`'packmill status' does not name ${trouble}:\n${said}`];
      await sleep(300);
    }
  }

  /** A line in the log of what the test itself did. */
  note(line: string): void {
    appendFileSync(join(this.logs, 'test.log'), `${new Date().toISOString()} ${line}\n`);
  }

  /** What is left over although nothing is at work. */
  leftovers(): string[] {
    const found: string[] = [];
    const folders = [join(this.farm, 'work')];
    for (const { folder, place, actor } of this.builders) {
      for (const name of ['work', 'spool']) folders.push(join(folder, 'temp', name));
      const strangers = Network.processesIn(place).filter((pid) => pid !== actor.pid);
      for (const pid of strangers) found.push(`process ${pid} at ${actor.name}: ${commandOf(pid)}`);
    }
    for (const folder of folders)
      for (const file of filesBelow(folder)) found.push(`${join(folder, file)} is left`);
    return found;
  }

  async dispose(keep: boolean): Promise<void> {
    await this.reader.stop();
    for (const { actor } of this.builders) await actor.kill();
    await this.manager.kill();
    await this.redis.dispose();
    this.#network.remove();
    if (!keep) removeFolder(this.folder);
  }
}

const oneLine = ({ stdout, stderr }: Ran): string => `${stdout}${stderr}`.trim().replaceAll('\n', ' | ');

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath.slice(folder.length), entry.name));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 300);
  } catch {
    return 'gone';
  }
}
