import { makeOwnedFolder, removeTree } from '../../host/index.ts';
import type {
  LayerContents,
  SandboxCommand,
  SandboxDriver,
  SandboxEnd,
  SandboxResult,
  SandboxRoot,
  SandboxRun,
} from '../sandbox-driver.ts';

/** What a scripted command does instead of running. */
export interface ScriptedAct {
  /** Printed before the end; text or bytes. */
  readonly output?: string | Uint8Array;
  /** Default: `{ kind: 'exited', code: 0 }`. */
  readonly end?: SandboxEnd;
  readonly leftovers?: number;
  readonly peakMemoryBytes?: number;
  readonly durationMs?: number;
  /** Changes to the world: files in writable mounts, say. Awaited before the end. */
  readonly effect?: () => void | Promise<void>;
  /** True: never ends by itself, only by the run's signal (`canceled`). */
  readonly hangs?: boolean;
}

/** Decides what a command does; it may throw to play a sandbox that cannot be set up. */
export type SandboxScript = (command: SandboxCommand) => ScriptedAct | Promise<ScriptedAct>;

/**
 * The twin of the real driver for tests: runs nothing, does what its script says, and remembers what it was
 * asked. It keeps the contract where that can be seen from outside: a signal that has been aborted ends a
 * command as `canceled`, and output beyond the limit is dropped and ends it as `too-much-output`.
 */
export class ScriptedDriver implements SandboxDriver {
  /** Every command so far, in order. */
  readonly commands: SandboxCommand[] = [];
  /** Folders that exist, as told by `makeFolder` and `removeFolder`. */
  readonly folders = new Set<string>();
  /** Layers that were prepared, with what. */
  readonly prepared: { readonly layer: string; readonly contents: LayerContents }[] = [];
  /** Paths given to the sandboxed user. */
  readonly given: string[] = [];
  readonly #script: SandboxScript;

  readonly #onDisk: boolean;

  /** `onDisk`: folders are really made and removed, for effects that write into them; default false. */
  constructor(script: SandboxScript = () => ({}), options: { readonly onDisk?: boolean } = {}) {
    this.#script = script;
    this.#onDisk = options.onDisk ?? false;
  }

  async run(command: SandboxCommand, run: SandboxRun): Promise<SandboxResult> {
    this.commands.push(command);
    const canceled: SandboxEnd = { kind: 'canceled' };
    if (run.signal?.aborted) return finish({ end: canceled });
    const act = await this.#script(command);
    const text = act.output ?? '';
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const limitBytes = command.limits.outputBytes ?? Number.POSITIVE_INFINITY;
    if (bytes.byteLength > 0) run.onOutput(bytes.subarray(0, Math.min(bytes.byteLength, limitBytes)));
    await act.effect?.();
    if (act.hangs) await aborted(run.signal);
    if (run.signal?.aborted) return finish({ ...act, end: canceled });
    if (bytes.byteLength > limitBytes)
      return finish({ ...act, end: { kind: 'too-much-output', limitBytes } });
    return finish(act);
  }

  async makeFolder(path: string): Promise<void> {
    this.folders.add(path);
    if (this.#onDisk) await makeOwnedFolder(path, undefined);
  }

  async prepareLayer(layer: string, _root: SandboxRoot, contents: LayerContents): Promise<void> {
    this.prepared.push({ layer, contents });
  }

  async giveToBuilder(path: string): Promise<void> {
    this.given.push(path);
  }

  async removeFolder(path: string): Promise<void> {
    this.folders.delete(path);
    if (this.#onDisk) await removeTree(path);
  }
}

function finish(act: ScriptedAct): SandboxResult {
  return {
    end: act.end ?? { kind: 'exited', code: 0 },
    durationMs: act.durationMs ?? 0,
    peakMemoryBytes: act.peakMemoryBytes,
    leftovers: act.leftovers ?? 0,
  };
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) throw new Error('a scripted command hangs, but nothing could ever end it');
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
