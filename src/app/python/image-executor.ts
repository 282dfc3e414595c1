import { fileURLToPath } from 'node:url';
import { fault } from '../../diagnostics/index.ts';
import { bytesIfThere, digestBytes, shortDigest, type TreeFile } from '../../host/index.ts';
import type { BuildItem, Executor, ExecutorWork } from '../../python-build/index.ts';
import { usualBase } from '../../python-build/index.ts';
import { explorerDigest, type PythonCage, sitesOfRoot } from '../../python-explorer/index.ts';
import { packFiles } from '../../recipes/autogen/index.ts';
import { buildImage, type Engine } from '../../sandbox/container/index.ts';
import { exploreTo } from './explore-to.ts';

export interface ImageExecutorInput {
  /** The container driver, with the engine that it works with. */
  readonly cage: Omit<PythonCage, 'root'>;
  readonly engine: Engine;
  /** Limit of one exploration. */
  readonly timeoutMs?: number | undefined;
}

/** What images of distributions begin with, unless their Dockerfile says otherwise. */
const baseFile = fileURLToPath(new URL('../../../templates/python/Dockerfile', import.meta.url));
const hourMs = 60 * 60_000;

/**
 * Builds an image for each distribution, as its Dockerfile says, and explores it there: without network, as nobody of importance, with
 * packmill's own explorer. Images have the stems of their distributions as names (specification, 3.2 and 3.3).
 */
export class ImageExecutor implements Executor {
  readonly mark: string;
  readonly #in: ImageExecutorInput;
  readonly #base = bytesIfThere(baseFile) ?? new Uint8Array();

  constructor(input: ImageExecutorInput) {
    this.#in = input;
    this.mark = shortDigest(
      JSON.stringify(['images', explorerDigest(), digestBytes(this.#base), input.timeoutMs]),
    );
  }

  /** The Dockerfile says it all. */
  async sources(): Promise<readonly string[]> {
    return await Promise.resolve([]);
  }

  /** Builds the image that others begin with. Throws MPY252. */
  async prepare(work: ExecutorWork): Promise<void> {
    await this.#build(usualBase, this.#base, work);
  }

  /** Throws MPY252. */
  async install({ stem, dockerfile }: BuildItem, work: ExecutorWork): Promise<void> {
    await this.#build(stem, bytesIfThere(dockerfile) ?? new Uint8Array(), work);
  }

  async #build(tag: string, dockerfile: Uint8Array, { say, signal }: ExecutorWork): Promise<void> {
    const { engine, cage } = this.#in;
    const files = new Map<string, TreeFile>([['Dockerfile', { bytes: dockerfile, mode: '100644' }]]);
    const over = new AbortController();
    const late = cage.clock.sleep(hourMs, AbortSignal.any([signal, over.signal]));
    const stop = new AbortController();
    void late.then(() => stop.abort());
    const order = { context: packFiles(files), tag, say, signal: stop.signal };
    const failure = await buildImage(engine, order);
    const isLate = stop.signal.aborted && !signal.aborted;
    over.abort();
    if (failure === undefined) return;
    const why = isLate ? 'The limit of an hour is reached.' : `The engine says: ${failure}`;
    throw fault('MPY252', { what: `the image '${tag}' cannot be built`, why });
  }

  async explore(
    item: BuildItem,
    files: { readonly output: string; readonly log: string },
    work: ExecutorWork,
  ): Promise<void> {
    const { timeoutMs } = this.#in;
    const root = { kind: 'image', name: item.stem } as const;
    const cage: PythonCage = { ...this.#in.cage, root, signal: work.signal };
    const environment = { python: item.python, prefixes: [], site: [] };
    const own = await sitesOfRoot(cage, environment);
    await exploreTo(
      { cage, environment: { ...environment, own }, timeoutMs, rules: 'packmill' },
      { item, files, work },
    );
  }
}
