import { isAbsolute } from 'node:path';
import { fault, type Problem } from '../../diagnostics/index.ts';
import {
  type Clock,
  giveTree,
  makeOwnedFolder,
  ownUser,
  pathExists,
  removeTree,
  systemClock,
} from '../../host/index.ts';
import type {
  LayerContents,
  SandboxCommand,
  SandboxDriver,
  SandboxResult,
  SandboxRoot,
  SandboxRun,
} from '../sandbox-driver.ts';
import { CommandRun } from './command-run.ts';
import { Containers } from './containers.ts';
import type { Engine } from './detect-engine.ts';
import { EngineClient } from './engine-client.ts';
import { type ImageFacts, ImageKeeper } from './image-keeper.ts';
import { Layers } from './layers.ts';
import { emptyScript, giveScript } from './scripts.ts';

export interface ContainerOptions {
  /** As `detectEngine` found it. */
  readonly engine: Engine;
  /** Whose containers these are; the same for every start of one builder, different for two on one machine. */
  readonly owner: string;
  /** `false`: images are never pulled (`NODE_ENV=development`). */
  readonly pulls: boolean;
  /** Hears of pulls that failed (SBX035) while builds go on with the old image. */
  readonly onProblem: (problem: Problem) => void;
  /** Processors a container may use at one time (`BUILDER_LIMITS_CPUS`); undefined: all. */
  readonly cpus?: number | undefined;
  /** Number of `builder` in containers; default: 1000 when packmill runs as root, otherwise its own user. */
  readonly builderId?: number | undefined;
  /** Open files of a process; default 1024, which a process may raise to 1048576. */
  readonly openFiles?: { readonly soft: number; readonly hard: number } | undefined;
  /** A terminal for commands: programs then print as for people; default false. */
  readonly terminal?: boolean | undefined;
  /** A path of packmill's as the engine knows it, for a packmill that runs in a container itself. */
  readonly pathOnHost?: ((path: string) => string) | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds the engine may take to tell how a command ended, and to end what was killed; default 10 s. */
  readonly settleMs?: number | undefined;
}

const defaultBuilderId = 1000;
const defaultSettleMs = 10_000;
/** Where helpers see the folder they work on. */
const helperFolder = '/build/folder';

/** Sandboxes made by Docker or Podman through their HTTP API (docs/decisions/0012-containers.md). */
export class ContainerDriver implements SandboxDriver {
  readonly #containers: Containers;
  readonly #images: ImageKeeper;
  readonly #layers: Layers;
  readonly #builder: { readonly uid: number; readonly gid: number };
  readonly #asRoot: boolean;
  readonly #clock: Clock;
  readonly #terminal: boolean;
  readonly #settleMs: number;
  readonly #pathOnHost: (path: string) => string;
  /** Any image that is at hand, for helpers. */
  #someRoot: SandboxRoot | undefined;

  /** Opens nothing and starts nothing; call `sweep` once before the first command. */
  constructor(options: ContainerOptions) {
    const { engine } = options;
    const me = ownUser();
    this.#asRoot = me.uid === 0;
    this.#clock = options.clock ?? systemClock;
    this.#terminal = options.terminal ?? false;
    this.#settleMs = options.settleMs ?? defaultSettleMs;
    this.#pathOnHost = options.pathOnHost ?? ((path) => path);
    const id = options.builderId ?? (this.#asRoot ? defaultBuilderId : me.uid);
    this.#builder = { uid: id, gid: options.builderId === undefined && !this.#asRoot ? me.gid : id };
    const client = new EngineClient(engine.socketPath, engine.apiVersion);
    this.#containers = new Containers(client, {
      owner: options.owner,
      cpus: options.cpus,
      openFiles: options.openFiles ?? { soft: 1024, hard: 1_048_576 },
      keepsUser: engine.kind === 'podman' && engine.rootless,
    });
    const { pulls, onProblem } = options;
    this.#images = new ImageKeeper({ client, clock: this.#clock, pulls, onProblem });
    this.#layers = new Layers({
      owner: options.owner,
      containers: this.#containers,
      images: this.#images,
      builder: this.#builder,
      pathOnHost: this.#pathOnHost,
    });
  }

  /** Removes what a packmill of the same owner left when it was killed; builds that still ran are ended. */
  sweep(): Promise<{ readonly containers: number; readonly images: number }> {
    return this.#containers.sweep();
  }

  /** Id and digest of an image as the last command that used it found it, for provenance. */
  imageFacts(name: string): ImageFacts | undefined {
    return this.#images.known(name);
  }

  async run(command: SandboxCommand, run: SandboxRun): Promise<SandboxResult> {
    checkCommand(command);
    if (run.signal?.aborted) return canceledBefore;
    this.#someRoot = command.root;
    return this.#layers.lend(command, async (container) => {
      if (run.signal?.aborted) return { result: canceledBefore, reusable: true };
      const input = {
        containers: this.#containers,
        container,
        command,
        builder: this.#builder,
        terminal: this.#terminal,
        clock: this.#clock,
        settleMs: this.#settleMs,
      };
      return CommandRun.run(input, run);
    });
  }

  async makeFolder(path: string): Promise<void> {
    await makeOwnedFolder(path, this.#asRoot ? this.#builder : undefined);
  }

  async prepareLayer(layer: string, root: SandboxRoot, contents: LayerContents): Promise<void> {
    this.#someRoot = root;
    await this.#layers.prepare(layer, root, contents);
  }

  /** An ordinary user may not give away what root made in a container; a container of ours may. */
  async giveToBuilder(path: string): Promise<void> {
    if (this.#asRoot) return giveTree(path, this.#builder);
    const { uid, gid } = this.#builder;
    await this.#help(path, giveScript, [String(uid), String(gid), helperFolder]);
  }

  async removeFolder(path: string): Promise<void> {
    await this.#layers.drop(path);
    try {
      await removeTree(path);
    } catch (error) {
      if (this.#asRoot) throw error;
      await this.#help(path, emptyScript, [helperFolder]);
      await removeTree(path);
    }
  }

  async #help(path: string, script: string, words: readonly string[]): Promise<void> {
    if (this.#someRoot === undefined) return;
    const image = await this.#layers.baseImage(this.#someRoot);
    const mounts = [{ source: this.#pathOnHost(path), target: helperFolder, writable: true }];
    await this.#layers.script({ image, mounts, script, words }, () => Promise.resolve());
  }
}

const canceledBefore: SandboxResult = {
  end: { kind: 'canceled' },
  durationMs: 0,
  peakMemoryBytes: undefined,
  leftovers: 0,
};

function checkCommand(command: SandboxCommand): void {
  const paths = [
    command.workingDirectory,
    ...command.mounts.flatMap((mount) => [mount.source, mount.target]),
  ];
  const wrong =
    command.command.length === 0
      ? 'there is no command'
      : command.layerWritable && command.layer === undefined
        ? 'the layer is writable but not named'
        : paths.find((path) => !isAbsolute(path));
  if (wrong !== undefined) throw fault('SBX008', { what: `a sandbox command is wrong: '${wrong}'` });
  // Podman would make the folder
  const absent = command.mounts.find((mount) => !pathExists(mount.source));
  if (absent !== undefined) {
    throw fault('SBX031', {
      what: `'${absent.source}' cannot be mounted at '${absent.target}'`,
      why: 'There is no such file or folder.',
    });
  }
}
