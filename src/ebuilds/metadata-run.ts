import { fileURLToPath } from 'node:url';
import { fault } from '../diagnostics/index.ts';
import { type Clock, ensureFolders, textIfThere, writeFileWithMode } from '../host/index.ts';
import type { SandboxDriver, SandboxEnd, SandboxMount, SandboxRoot } from '../sandbox/index.ts';
import { TripleReader } from './metadata-text.ts';

/** Where ebuilds are read, and what each of them may take. */
export interface MetadataCage {
  readonly sandbox: SandboxDriver;
  readonly root: SandboxRoot;
  /** An absent folder of our own; removed afterwards. */
  readonly scratch: string;
  /** Shells at one time; usually one for each processor. */
  readonly workers: number;
  readonly clock: Clock;
  readonly limits?: Partial<MetadataLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Limits of one ebuild. */
export interface MetadataLimits {
  /** Processor time, default 20. */
  readonly processorSeconds: number;
  /** Address space of each process, default 512 MiB. */
  readonly memoryBytes: number;
  /** Wall time without an answer, default 60,000 ms. */
  readonly silenceMs: number;
}

const usualLimits: MetadataLimits = {
  processorSeconds: 20,
  memoryBytes: 512 * 1024 * 1024,
  silenceMs: 60_000,
};

/** One ebuild for `metadata.sh`, by its path in the sandbox. */
export interface OrderedEbuild {
  readonly path: string;
  readonly eapi: string;
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly revision: string;
}

/** What a shell is to read, and who learns of it. */
export interface ShellOrder {
  readonly cage: MetadataCage;
  /** Folder of this shell's own, absent. */
  readonly folder: string;
  /** What it sees: the ebuilds and eclasses. */
  readonly mounts: readonly SandboxMount[];
  /** Paths of eclasses in the sandbox by name. */
  readonly eclasses: ReadonlyMap<string, string>;
  readonly ebuilds: readonly OrderedEbuild[];
  /** Called with the index of each ebuild as its answer comes. */
  readonly onAnswer: (index: number, status: string, text: string) => void;
}

const script = fileURLToPath(new URL('./metadata.sh', import.meta.url));
const words = (list: readonly string[]): string => list.map((word) => `${word}\0`).join('');

/** Everything that a sandbox lets every user write to, but for `/tmp`, where Bash puts its here-documents. */
const closed = ['/dev/shm', '/var/tmp', '/build', '/run/lock'];

/**
 * Reads ebuilds one after the other in one Bash of one sandbox. Returns how many it got through, and how it ended when that
 * is not all: the next one is to blame. Throws EBD012 when Bash does not even begin, SBX problems when there is no sandbox.
 */
export async function readInShell(order: ShellOrder): Promise<{ done: number; end: SandboxEnd }> {
  const { cage, folder, ebuilds } = order;
  const limits = { ...usualLimits, ...cage.limits };
  await writeOrder(order, limits);
  let done = 0;
  let ready = false;
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  cage.signal?.addEventListener('abort', cancel, { once: true });
  const watch = new SilenceWatch(cage.clock, limits.silenceMs, cancel);
  const said: string[] = [];
  const reader = new TripleReader(([number, status, text]) => {
    watch.heard();
    if (number === 'ready') ready = true;
    else if (number === String(done) && done < ebuilds.length) {
      order.onAnswer(done, status, text);
      done += 1;
    } else said.push(text);
  });
  try {
    const { end } = await cage.sandbox.run(
      {
        root: cage.root,
        layer: undefined,
        layerWritable: false,
        user: 'builder',
        network: false,
        mounts: [
          ...order.mounts,
          { source: `${folder}/job`, target: '/job', writable: false },
          ...closed.map((target) => ({ source: `${folder}/empty`, target, writable: false })),
        ],
        environment: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
        workingDirectory: '/',
        command: ['bash', '--noprofile', '--norc', '/job/metadata.sh', '/job'],
        limits: {
          timeoutMs: limits.silenceMs * (ebuilds.length + 1),
          killGraceMs: 100,
          memoryBytes: limits.memoryBytes * 2,
          processes: 200,
          outputBytes: undefined,
        },
      },
      { onOutput: (bytes) => reader.push(bytes), signal: stop.signal },
    );
    if (!ready && !stop.signal.aborted)
      throw fault('EBD012', { what: `Bash does not read ebuilds in the sandbox, it ends: ${end.kind}` });
    return { done, end };
  } finally {
    watch.stop();
    cage.signal?.removeEventListener('abort', cancel);
  }
}

async function writeOrder({ folder, eclasses, ebuilds }: ShellOrder, limits: MetadataLimits): Promise<void> {
  const job = `${folder}/job`;
  ensureFolders([job, `${folder}/empty`]);
  const rows = ebuilds.map((one, index) =>
    words([String(index), one.path, one.eapi, one.category, one.name, one.version, one.revision]),
  );
  const texts: readonly (readonly [string, string])[] = [
    ['metadata.sh', textIfThere(script) ?? ''],
    ['eclasses', words([...eclasses].flat())],
    ['ebuilds', rows.join('')],
    ['limits', `${limits.processorSeconds} ${Math.ceil(limits.memoryBytes / 1024)}\n`],
  ];
  for (const [name, text] of texts) await writeFileWithMode(`${job}/${name}`, text, 0o644);
}

/** Calls once when nothing was heard for a while. */
class SilenceWatch {
  readonly #over = new AbortController();
  readonly #clock: Clock;
  #heardMs: number;

  constructor(clock: Clock, silenceMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    void this.#watch(silenceMs, onSilence);
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  stop(): void {
    this.#over.abort();
  }

  async #watch(silenceMs: number, onSilence: () => void): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const leftMs = this.#heardMs + silenceMs - this.#clock.monotonicMs();
      if (leftMs <= 0) return onSilence();
      await this.#clock.sleep(leftMs, signal);
    }
  }
}
