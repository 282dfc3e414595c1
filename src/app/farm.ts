import { type FarmConfig, parseFarmConfig, withEnvironment } from '../config/index.ts';
import { acquireManagerLock, type FarmDatabase, openFarmDatabase } from '../database/index.ts';
import { fault } from '../diagnostics/index.ts';
import { type Clock, ensureFolder, listFolder, machine, systemClock, textIfThere } from '../host/index.ts';
import { notifierTables } from '../notifier/index.ts';
import { EbuildTrees } from '../publisher/ebuild-tree/index.ts';
import { PacmanRepositories } from '../publisher/pacman-repo/index.ts';
import { BubblewrapDriver } from '../sandbox/bubblewrap/index.ts';
import { type SandboxDriver, type SandboxRoot, unpackRoot } from '../sandbox/index.ts';
import { openGnupgSigner } from '../signer/gnupg/index.ts';
import type { Signer } from '../signer/index.ts';
import { type ObjectStore, openDiskStore } from '../store/index.ts';
import { hasPortage } from './ebin-targets/has-portage.ts';
import { type FarmPaths, farmPaths } from './farm-paths.ts';

/** `write`: this process alone changes the farm. `read`: looks only, beside a process that may be at work. */
export type FarmMode = 'read' | 'write';

const dayMs = 24 * 60 * 60 * 1000;

/** An open farm: its settings and the machines that were wired together for it. */
export class Farm {
  readonly paths: FarmPaths;
  readonly config: FarmConfig;
  readonly clock: Clock;
  readonly database: FarmDatabase;
  readonly store: ObjectStore;
  readonly signer: Signer;
  readonly repositories: PacmanRepositories;
  readonly trees: EbuildTrees;
  readonly #release: () => void;
  #sandbox: SandboxDriver | undefined;
  #root: Promise<SandboxRoot> | undefined;

  private constructor(
    parts: Pick<Farm, 'paths' | 'config' | 'clock' | 'database' | 'store' | 'signer'>,
    release: () => void,
  ) {
    this.paths = parts.paths;
    this.config = parts.config;
    this.clock = parts.clock;
    this.database = parts.database;
    this.store = parts.store;
    this.signer = parts.signer;
    this.#release = release;
    this.repositories = PacmanRepositories.open({
      publicRoot: parts.config.publish.root ?? parts.paths.public,
      database: parts.database.connection,
      store: parts.store,
      signer: parts.signer,
      clock: parts.clock,
      keep: parts.config.publish['keep-generations'],
      archiveMs: parts.config.publish['archive-days'] * dayMs,
    });
    this.trees = new EbuildTrees({
      publicRoot: parts.config.publish.root ?? parts.paths.public,
      store: parts.store,
      clock: parts.clock,
      keep: parts.config.publish['keep-generations'],
    });
  }

  /**
   * Opens the farm in a folder. Throws CFG001 when there is none, CFG002 and CFG003 for its settings, and in
   * `write` mode QUE001 when another process works on it.
   */
  static async open(folder: string, mode: FarmMode): Promise<Farm> {
    const paths = farmPaths(folder);
    const text = textIfThere(paths.config);
    if (text === undefined) throw fault('CFG001', { what: `'${folder}' is not a farm` });
    const config = withEnvironment(parseFarmConfig(text, paths.config), machine.variable);
    for (const path of [paths.sandbox, paths.store, paths.work, paths.public]) ensureFolder(path);
    const lock = mode === 'write' ? acquireManagerLock(paths.lock) : undefined;
    const clock = systemClock;
    let database: FarmDatabase | undefined;
    try {
      // what is only looked at may be another process's farm at work
      const how = mode === 'write' ? 'write' : 'beside';
      database = openFarmDatabase(paths.database, { clock, mode: how, migrations: [notifierTables] });
      const store = openDiskStore({ root: paths.store, clock });
      const signer = await openGnupgSigner({
        home: config.signing.home ?? paths.keys,
        key: config.signing.key,
        clock,
      });
      const parts = { paths, config, clock, database, store, signer };
      return new Farm(parts, () => lock?.release());
    } catch (error) {
      database?.close();
      lock?.release();
      throw error;
    }
  }

  /** Builds at one time. */
  get jobs(): number {
    return this.config.jobs ?? machine.processors();
  }

  /** The sandbox driver, made when it is first needed: looking at a farm needs none. */
  get sandbox(): SandboxDriver {
    this.#sandbox ??= new BubblewrapDriver({
      folder: this.paths.sandbox,
      hidden: [this.paths.root],
      clock: this.clock,
    });
    return this.#sandbox;
  }

  /** The root file system of sandboxes, unpacked from its tarball when it is one. */
  sandboxRoot(): Promise<SandboxRoot> {
    this.#root ??= this.#findRoot();
    return this.#root;
  }

  /** A root with Portage; undefined when the settings name none, or what they name has no `emerge`. */
  gentooRoot(): SandboxRoot | undefined {
    const path = this.config.sandbox['gentoo-root'];
    return hasPortage(path) ? { kind: 'folder', path } : undefined;
  }

  async #findRoot(): Promise<SandboxRoot> {
    const { root } = this.config.sandbox;
    if (root === 'host') return { kind: 'host' };
    const path = root.startsWith('/') ? root : `${this.paths.root}/${root}`;
    if (/\.(?:tar|tgz|txz|tar\.[a-z0-9]+)$/.test(path)) {
      ensureFolder(this.paths.roots);
      return { kind: 'folder', path: await unpackRoot(path, this.paths.roots) };
    }
    return { kind: 'folder', path };
  }

  /** Removes half-made generations that a crash left; returns what was done, a line each. */
  async recover(): Promise<readonly string[]> {
    return [...(await this.repositories.recover()), ...(await this.trees.recover())];
  }

  /** Work folders that nobody uses: those of attempts of a packmill that was killed. */
  async leftovers(): Promise<readonly string[]> {
    return (await listFolder(this.paths.work)).map((entry) => entry.path);
  }

  /** Ends everything that was started for the farm; safe to call twice. */
  async close(): Promise<void> {
    await this.signer.close();
    this.database.close();
    this.#release();
  }
}

/** Opens the farm in a folder; see `Farm.open`. */
export const openFarm = (folder: string, mode: FarmMode): Promise<Farm> => Farm.open(folder, mode);
