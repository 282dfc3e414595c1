import { isAbsolute, join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import {
  type Clock,
  type ControlGroup,
  type ControlGroups,
  ensureFolders,
  findControlGroupsV1,
  findControlGroupsV2,
  giveTree,
  leakyDescriptors,
  makeNamedPipe,
  makeOwnedFolder,
  openPipe,
  ownGroupName,
  ownUser,
  pathExists,
  realPath,
  removeTree,
  sweepNamedPipes,
  systemClock,
} from '../../host/index.ts';
import type { RootRequest, RootSession, RootSessions } from '../root-session.ts';
import type {
  LayerContents,
  SandboxCommand,
  SandboxDriver,
  SandboxLimits,
  SandboxResult,
  SandboxRoot,
  SandboxRun,
} from '../sandbox-driver.ts';
import { bubblewrapOptions, descriptors, insideCommand } from './arguments.ts';
import { fillLayer } from './fill-layer.ts';
import { type BuilderIdentity, makeIdentity } from './identity.ts';
import { composeFolders, openLayer } from './layers.ts';
import { openRootSession, type Prepared } from './root-session.ts';
import { type RootView, viewRoot } from './root-view.ts';
import { launchScript } from './scripts.ts';
import { type Launch, Supervision } from './supervision.ts';

export interface BubblewrapOptions {
  /** Folder of the driver's own, on a local file system, without quotes, commas or colons in its path. */
  readonly folder: string;
  /** Folders of the host that no sandbox may see except through mounts: the farm. */
  readonly hidden: readonly string[];
  /** User and group number of `builder` when packmill runs as root; default 60999. */
  readonly builderId?: number;
  readonly clock?: Clock;
  /** `false`: do not look for control groups (limits are then watched); default true. */
  readonly controlGroups?: boolean;
}

/** Outside of every range that distributions and systemd give away. */
const defaultBuilderId = 60_999;

/** Sandboxes made by bubblewrap (bwrap(1)), as root or as an ordinary user with user namespaces. */
export class BubblewrapDriver implements SandboxDriver, RootSessions {
  readonly #options: BubblewrapOptions;
  readonly #clock: Clock;
  readonly #asRoot: boolean;
  readonly #builder: BuilderIdentity;
  readonly #groups: ControlGroups | undefined;
  readonly #views = new Map<string, RootView>();
  readonly #leaks = leakyDescriptors();
  readonly #idlePipes: string[] = [];
  #groupCount = 0;

  /** Makes the driver's folders and sweeps away control groups of packmills that were killed. */
  constructor(options: BubblewrapOptions) {
    this.#options = { ...options, folder: realPath(options.folder) };
    this.#clock = options.clock ?? systemClock;
    const me = ownUser();
    this.#asRoot = me.uid === 0;
    const id = options.builderId ?? defaultBuilderId;
    this.#builder = { uid: id, gid: id };
    this.#groups =
      options.controlGroups === false ? undefined : (findControlGroupsV2() ?? findControlGroupsV1());
    this.#groups?.sweep();
    ensureFolders([join(this.#options.folder, 'mounts'), join(this.#options.folder, 'pipes')]);
    sweepNamedPipes(join(this.#options.folder, 'pipes'));
  }

  /** Whether the kernel enforces memory and process limits; otherwise they are watched. */
  get enforcesLimits(): boolean {
    return this.#groups !== undefined;
  }

  async run(command: SandboxCommand, run: SandboxRun): Promise<SandboxResult> {
    checkCommand(command);
    if (run.signal?.aborted) {
      return { end: { kind: 'canceled' }, durationMs: 0, peakMemoryBytes: undefined, leftovers: 0 };
    }
    return await this.#start(await this.#prepare(command), command.limits, run);
  }

  async openRoot(request: RootRequest): Promise<RootSession> {
    return await openRootSession(request, this.#asRoot, (prepared, limits, run) =>
      this.#start(prepared, limits, run),
    );
  }

  async #start(prepared: Prepared, limits: SandboxLimits, run: SandboxRun): Promise<SandboxResult> {
    const pipePath = await this.#takePipe();
    const group = this.#makeGroup(limits);
    const launch: Launch = {
      ...this.#launcher(prepared, limits, group),
      bubblewrap: prepared.options,
      limits,
      pipe: openPipe(pipePath),
      group,
      clock: this.#clock,
    };
    try {
      return await Supervision.run(launch, run);
    } finally {
      group?.remove();
      this.#idlePipes.push(pipePath);
    }
  }

  async makeFolder(path: string): Promise<void> {
    await makeOwnedFolder(path, this.#asRoot ? this.#builder : undefined);
  }

  async giveToBuilder(path: string): Promise<void> {
    if (this.#asRoot) await giveTree(path, this.#builder);
  }

  async removeFolder(path: string): Promise<void> {
    await removeTree(path);
  }

  async prepareLayer(layer: string, root: SandboxRoot, contents: LayerContents): Promise<void> {
    const view = this.#view(root);
    await openLayer(layer, view);
    await fillLayer({ layer, view, contents, asRoot: this.#asRoot });
  }

  #view(root: SandboxRoot): RootView {
    if (root.kind === 'image') {
      throw fault('SBX030', { what: `bubblewrap cannot run the image '${root.name}'` });
    }
    const key = root.kind === 'host' ? '' : root.path;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = viewRoot(root.kind === 'host' ? root : { ...root, path: realPath(root.path) }, this.#asRoot);
    ensureFolders(view.folders.map((name) => join(this.#options.folder, 'mounts', name)));
    this.#views.set(key, view);
    return view;
  }

  async #prepare(command: SandboxCommand): Promise<Prepared> {
    const view = this.#view(command.root);
    const layer = command.layer === undefined ? undefined : realPath(command.layer);
    if (layer !== undefined && command.layerWritable) await openLayer(layer, view);
    const { folder } = this.#options;
    const identity = await makeIdentity({ folder, root: view.path, network: command.network }, this.#builder);
    const folders = composeFolders({
      view,
      layer,
      writable: command.layerWritable,
      identity,
      mountPoints: join(folder, 'mounts'),
      asRoot: this.#asRoot,
    });
    const request = {
      command,
      view,
      folders,
      hidden: this.#options.hidden.map(realPath),
      builder: this.#builder,
      asRoot: this.#asRoot,
    };
    return {
      overlays: folders.flatMap((one) =>
        one.overlay === undefined ? [] : ['overlay', one.overlay, one.source],
      ),
      options: bubblewrapOptions(request),
      inside: insideCommand(request),
    };
  }

  /**
   * The chain: setpriv (KILL when packmill dies) becomes unshare, which starts the launch script as the first
   * process of a process namespace; that becomes bwrap. Whoever dies takes everything below with it. bwrap's
   * own --die-with-parent would not do: it begins only after bwrap has started a child that waits for it.
   * bwrap looks up its child in /proc by the number that holds in the new namespace, so /proc has to be the new
   * one's: in the old one that number is some other process, and in a container none at all.
   */
  #launcher(
    prepared: Prepared,
    limits: SandboxLimits,
    group: ControlGroup | undefined,
  ): Pick<Launch, 'program' | 'args'> {
    const count = limits.processes;
    const limited = group === undefined && count !== undefined ? ['processes', String(count)] : [];
    const joined = group?.joinFiles.flatMap((path) => ['join', path]) ?? [];
    // Descriptors of more than one digit are beyond a plain shell.
    const leaks = this.#leaks.flatMap((descriptor) => ['close', String(descriptor)]);
    const shell = leaks.length === 0 ? '/bin/sh' : '/bin/bash';
    const { entering } = prepared;
    const [program, ...before] = [...(entering ?? []), 'setpriv'];
    return {
      program: program as string,
      args: [
        ...[...before, '--pdeathsig', 'KILL', 'unshare', '--pid', '--kill-child', '--mount-proc'],
        ...(this.#asRoot || entering !== undefined ? [] : ['--user', '--map-root-user']),
        ...['--mount', '--', shell, '-c', launchScript, 'packmill-launch'],
        ...[...leaks, ...joined, ...limited, ...prepared.overlays],
        ...['--', 'bwrap', '--args', String(descriptors.arguments), '--', ...prepared.inside],
      ],
    };
  }

  #makeGroup({ memoryBytes, processes }: SandboxLimits): ControlGroup | undefined {
    this.#groupCount += 1;
    return this.#groups?.create(ownGroupName(this.#groupCount), {
      memoryBytes,
      // bwrap, its child and the init script are counted by the kernel but not by us.
      processes: processes === undefined ? undefined : processes + 3,
    });
  }

  async #takePipe(): Promise<string> {
    const idle = this.#idlePipes.pop();
    if (idle !== undefined && pathExists(idle)) return idle;
    return makeNamedPipe(join(this.#options.folder, 'pipes'));
  }
}

function checkCommand(command: SandboxCommand): void {
  const wrong =
    command.command.length === 0
      ? 'there is no command'
      : command.layerWritable && command.layer === undefined
        ? 'the layer is writable but not named'
        : [command.workingDirectory, ...command.mounts.flatMap((mount) => [mount.source, mount.target])].find(
            (path) => !isAbsolute(path),
          );
  const wanted = command.capabilities?.[0];
  if (wanted !== undefined) {
    throw fault('SBX038', { what: `bubblewrap does not grant the capability '${wanted}'` });
  }
  if (wrong !== undefined) throw fault('SBX008', { what: `a sandbox command is wrong: '${wrong}'` });
}
