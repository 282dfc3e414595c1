import { fault } from '../../diagnostics/index.ts';
import { digestBytes } from '../../host/index.ts';
import type { LayerContents, SandboxCommand, SandboxMount, SandboxRoot } from '../sandbox-driver.ts';
import type { ContainerShape } from './container-settings.ts';
import type { Container, Containers } from './containers.ts';
import type { ImageKeeper } from './image-keeper.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { prepareScript } from './scripts.ts';

export interface LayersOptions {
  /** Whose layers these are. */
  readonly owner: string;
  readonly containers: Containers;
  readonly images: ImageKeeper;
  readonly builder: { readonly uid: number; readonly gid: number };
  /** A path of ours as the engine knows it. */
  readonly pathOnHost: (path: string) => string;
}

/** What one layer has come to. */
interface Layer {
  /** Image with all changes so far, but those of `container`. */
  image: string;
  container: Container | undefined;
  /** Images made for this layer alone, oldest first. */
  readonly made: string[];
  /** Commands of one layer take turns. */
  turn: Promise<unknown>;
}

const nothing: LayerContents = { present: [], files: [], writable: [] };

/**
 * The layers of attempts: each is a container as long as its commands want the same of it. When one wants something
 * else (other mounts, network, a root that is closed), what the layer holds moves on as an image.
 */
export class Layers {
  readonly #options: LayersOptions;
  readonly #layers = new Map<string, Layer>();
  /** Images with an account for the builder and the contents of layers, by the image they come from. */
  readonly #prepared = new Map<string, Promise<string>>();

  constructor(options: LayersOptions) {
    this.#options = options;
  }

  /** Makes a layer known. Throws SBX034 and SBX037 for its root, SBX031 when it cannot be filled. */
  async prepare(path: string, root: SandboxRoot, contents: LayerContents): Promise<void> {
    await this.drop(path);
    const image = await this.baseImage(root, contents);
    this.#layers.set(path, { image, container: undefined, made: [], turn: Promise.resolve() });
  }

  /** Lends a container that is as the command wants it; `use` says whether it may be kept. */
  async lend<T>(
    command: SandboxCommand,
    use: (container: Container) => Promise<{ readonly result: T; readonly reusable: boolean }>,
  ): Promise<T> {
    const { layer: path } = command;
    if (path === undefined) return this.#once(command, use);
    if (!this.#layers.has(path)) await this.prepare(path, command.root, nothing);
    const layer = this.#layers.get(path) as Layer;
    const mine = layer.turn.then(() => this.#lendLayer(layer, command, use));
    layer.turn = mine.catch(() => {});
    return mine;
  }

  /** Forgets a layer, or all below a folder, with their containers and images. */
  async drop(folder: string): Promise<void> {
    const { containers } = this.#options;
    for (const [path, layer] of [...this.#layers]) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      this.#layers.delete(path);
      if (layer.container !== undefined) await containers.remove(layer.container.id);
      for (const image of layer.made.toReversed()) await containers.removeImage(image);
    }
  }

  /** An image that has what every sandbox needs, and `contents`; made once for each image there is. */
  async baseImage(root: SandboxRoot, contents: LayerContents = nothing): Promise<string> {
    if (root.kind !== 'image') {
      const what = root.kind === 'host' ? 'the host itself' : `the folder '${root.path}'`;
      throw fault('SBX037', { what: `${what} cannot be the root of a container` });
    }
    const { id } = await this.#options.images.current(root.name);
    const key = JSON.stringify([id, contents.present, contents.files]);
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const made = this.#makeBase(id, contents, digestBytes(`${this.#options.owner}\n${key}`).slice(0, 24));
    this.#prepared.set(key, made);
    made.catch(() => this.#prepared.delete(key));
    return made;
  }

  /** A container for one command that has no layer, gone afterwards. */
  async #once<T>(
    command: SandboxCommand,
    use: (container: Container) => Promise<{ readonly result: T }>,
  ): Promise<T> {
    const { containers } = this.#options;
    const image = await this.baseImage(command.root);
    const container = await containers.start(this.#shape(command, image));
    try {
      return (await use(container)).result;
    } finally {
      await containers.remove(container.id).catch(() => {});
    }
  }

  async #lendLayer<T>(
    layer: Layer,
    command: SandboxCommand,
    use: (container: Container) => Promise<{ readonly result: T; readonly reusable: boolean }>,
  ): Promise<T> {
    const { containers } = this.#options;
    const container = await this.#containerFor(layer, command);
    let reusable = false;
    try {
      const used = await use(container);
      reusable = used.reusable;
      return used.result;
    } finally {
      if (!reusable) {
        layer.container = undefined;
        await containers.remove(container.id).catch(() => {});
      }
    }
  }

  async #containerFor(layer: Layer, command: SandboxCommand): Promise<Container> {
    const { containers } = this.#options;
    const old = layer.container;
    if (old !== undefined) {
      const wanted = this.#shape(command, old.shape.image);
      if (JSON.stringify(wanted) === JSON.stringify(old.shape)) return old;
      if (old.shape.writable) {
        layer.image = await containers.commit(old.id);
        layer.made.push(layer.image);
      }
      layer.container = undefined;
      await containers.remove(old.id);
    }
    layer.container = await containers.start(this.#shape(command, layer.image));
    return layer.container;
  }

  #shape(command: SandboxCommand, image: string): ContainerShape {
    const { pathOnHost } = this.#options;
    return {
      image,
      writable: command.layerWritable,
      network: command.network,
      mounts: command.mounts.map((mount): SandboxMount => ({ ...mount, source: pathOnHost(mount.source) })),
      memoryBytes: command.limits.memoryBytes,
      processes: command.limits.processes,
      capabilities: command.capabilities ?? [],
    };
  }

  async #makeBase(image: string, contents: LayerContents, tag: string): Promise<string> {
    const { uid, gid } = this.#options.builder;
    const words = [
      ...[String(uid), String(gid)],
      ...contents.present.flatMap((path) => ['folder', `/${path}`]),
      ...contents.files.flatMap(({ path, text }) => ['file', `/${path}`, text]),
    ];
    return this.script({ image, mounts: [], script: prepareScript, words }, (container) =>
      this.#options.containers.commit(container.id, tag),
    );
  }

  /** Runs a script of packmill's own as root in a container that is gone afterwards. Throws SBX031 when it fails. */
  async script<T>(
    job: {
      readonly image: string;
      readonly mounts: readonly SandboxMount[];
      readonly script: string;
      readonly words: readonly string[];
    },
    after: (container: Container) => Promise<T>,
  ): Promise<T> {
    const { containers } = this.#options;
    const { client } = containers;
    const container = await containers.start({
      image: job.image,
      writable: true,
      network: false,
      mounts: job.mounts,
      memoryBytes: undefined,
      processes: undefined,
      capabilities: [],
    });
    try {
      const path = `/containers/${container.id}/exec`;
      const body = {
        AttachStdout: true,
        AttachStderr: true,
        User: '0:0',
        WorkingDir: '/',
        Cmd: ['/bin/sh', '-c', job.script, 'packmill-script', ...job.words],
      };
      const created = await client.call({ method: 'POST', path, body });
      const exec = textOf(created.value, 'Id');
      if (exec === undefined) throw notPrepared(created.message);
      const started = await client.call({
        method: 'POST',
        path: `/exec/${exec}/start`,
        body: { Detach: false, Tty: false },
      });
      const { value } = await client.call({ method: 'GET', path: `/exec/${exec}/json` });
      const code = fieldOf(value, 'ExitCode');
      if (started.status !== 200) throw notPrepared(started.message);
      if (code !== 0) throw notPrepared(`the script in it ended with ${String(code)}`);
      return await after(container);
    } finally {
      await containers.remove(container.id).catch(() => {});
    }
  }
}

const notPrepared = (said: string) =>
  fault('SBX031', { what: 'a container cannot be prepared', why: `The engine says: ${said}` });
