import { fault, isFault } from '../../diagnostics/index.ts';
import {
  AppendFile,
  type Clock,
  ensureFolder,
  entryFacts,
  removeEntry,
  type StreamedAnswer,
  streamHttp,
} from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { LandedFile } from './order-line.ts';
import type { AttemptPass, ResultsTransport, TransportScene, TravellingObject } from './results-transport.ts';

/** How often something is tried that the manager answers with what cannot be. */
const tries = 8;
/** How long a manager may be away, or unable to take anything, before a finished build is given up for it. */
const patienceMs = 60 * 60_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;
const transferMs = 6 * 60 * 60 * 1000;

/** Objects by HTTP to the manager's web port: addressed by content, taken up where a connection broke off. */
export class HttpTransport implements ResultsTransport {
  readonly #url: string;
  readonly #scene: TransportScene;
  readonly #clock: Clock;

  constructor(url: string, scene: TransportScene & { readonly clock: Clock }) {
    this.#url = url.replace(/\/+$/, '');
    this.#scene = scene;
    this.#clock = scene.clock;
    ensureFolder(scene.scratch);
  }

  async fetch(pass: AttemptPass, wanted: readonly TravellingObject[], signal: AbortSignal): Promise<void> {
    for (const one of wanted) {
      if (await this.#scene.store.has(one.object as Digest)) continue;
      await this.#again(`fetch '${one.object}'`, signal, () => this.#fetchOne(pass, one, signal));
    }
  }

  async handIn(
    pass: AttemptPass,
    objects: readonly TravellingObject[],
    signal: AbortSignal,
  ): Promise<readonly LandedFile[]> {
    for (const one of objects) {
      await this.#again(`hand in '${one.object}'`, signal, () => this.#handInOne(pass, one, signal));
    }
    return [];
  }

  async #fetchOne(pass: AttemptPass, one: TravellingObject, signal: AbortSignal): Promise<void> {
    // of this attempt alone: another slot may be fetching the same object
    const path = `${this.#scene.scratch}/${pass.attempt}-${pass.fence}-${one.object}`;
    const have = entryFacts(path)?.sizeBytes ?? 0;
    if (have < one.sizeBytes) {
      const answer = await streamHttp({
        method: 'GET',
        url: `${this.#url}/api/objects/${one.object}`,
        headers: { ...authorization(pass), ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
        signal,
      });
      const isRest = answer.status === 206;
      if (answer.status !== 200 && !isRest) throw await refused(answer, `the object '${one.object}'`);
      if (!isRest) removeEntry(path);
      const file = new AppendFile(path);
      try {
        for await (const piece of answer.pieces) file.append(piece);
      } finally {
        file.close();
      }
    }
    const stored = await this.#scene.store.putFile(path, { move: true });
    if (stored.digest !== one.object)
      throw fault('BLD040', { what: `the manager sent '${stored.digest}' for '${one.object}'` });
  }

  async #handInOne(pass: AttemptPass, one: TravellingObject, signal: AbortSignal): Promise<void> {
    const url = `${this.#url}/api/objects/${one.object}/upload`;
    const head = await streamHttp({ method: 'HEAD', url, headers: authorization(pass), signal });
    if (head.status >= 300) throw await refused(head, `asking for '${one.object}'`);
    if (head.header('upload-complete') === '?1') return;
    const offset = Number(head.header('upload-offset') ?? 0);
    const file = await this.#scene.store.path(one.object as Digest);
    const answer = await streamHttp({
      method: 'PATCH',
      url,
      headers: {
        ...authorization(pass),
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
        'upload-length': String(one.sizeBytes),
        'content-length': String(one.sizeBytes - offset),
      },
      body: { file, from: offset },
      timeoutMs: transferMs,
      signal,
    });
    if (answer.status !== 201) throw await refused(answer, `handing in '${one.object}'`);
  }

  /**
   * Repeats what fails: for as long as the manager is away or says that it cannot now, a few times when the bytes do
   * not fit, never what it refuses for good.
   */
  async #again(what: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    let misfits = 0;
    for (let round = 1; ; round += 1) {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (isFault(error, 'BLD041')) throw error;
        misfits += isAbsence(error) ? 0 : 1;
        if (misfits === tries || this.#clock.monotonicMs() - startMs > patienceMs) throw failed(what, error);
        await this.#clock.sleep(Math.min(firstPauseMs * 2 ** (round - 1), longestPauseMs), signal);
      }
    }
  }
}

/** Statuses of a manager, or of something before it, that cannot now and may later. */
const notNow = [202, 408, 425, 429, 500, 502, 503, 504, 507];

/** An answer that says: not now. */
class NotNow extends Error {}

/** Whether nobody answered, or somebody who cannot now. */
const isAbsence = (error: unknown): boolean => error instanceof NotNow || isFault(error, 'SYS008');

const authorization = ({ token }: AttemptPass): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});

/** An answer that says no: for good (BLD041), not now, or that the bytes do not fit (BLD040). */
async function refused(answer: StreamedAnswer, what: string): Promise<Error> {
  const words = (await answer.text()).slice(0, 500);
  const { status } = answer;
  const said = `the manager answers ${status} to ${what}`;
  if (notNow.includes(status)) return new NotNow(`${said}: ${words}`);
  const isFinal = status >= 400 && status < 500 && ![409, 422].includes(status);
  return fault(isFinal ? 'BLD041' : 'BLD040', { what: said, why: words || undefined });
}

function failed(what: string, cause: unknown): Error {
  if (isFault(cause, 'BLD040')) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return fault('BLD040', { what: `cannot ${what}: ${why}`, cause });
}
