import { fault, isFault, messageOf, type Problem, problem } from '../../diagnostics/index.ts';
import type { Clock } from '../../host/index.ts';
import type { EngineClient } from './engine-client.ts';
import { parseImageReference, pullFailure } from './image-reference.ts';
import { textOf, textsOf } from './json-fields.ts';

/** An image as it was when it was last looked at. */
export interface ImageFacts {
  readonly id: string;
  /** `sha256:...` of the registry, for provenance; of the engine alone for an image that was built here. */
  readonly digest: string;
}

export interface ImageKeeperOptions {
  readonly client: EngineClient;
  readonly clock: Clock;
  /** `false`: development, nothing is ever pulled. */
  readonly pulls: boolean;
  /** Hears of pulls that failed while an older image could be used. */
  readonly onProblem: (problem: Problem) => void;
}

const freshMs = 2 * 60 * 60_000;
/** A registry that is out of reach is not asked before every job. */
const retryMs = 10 * 60_000;

/** Keeps images current (specification 15.3): pulled before the first use of a name, then every two hours. */
export class ImageKeeper {
  readonly #options: ImageKeeperOptions;
  readonly #dueMs = new Map<string, number>();
  readonly #pulls = new Map<string, Promise<void>>();
  readonly #facts = new Map<string, ImageFacts>();
  #last: string | undefined;

  constructor(options: ImageKeeperOptions) {
    this.#options = options;
  }

  /** What is known of an image that was used. */
  known(name: string): ImageFacts | undefined {
    return this.#facts.get(name);
  }

  /** The image to use now; waits for a pull that is due or going on. Throws SBX034 when there is none. */
  async current(name: string): Promise<ImageFacts> {
    if (this.#options.pulls) await this.#refresh(name);
    const facts = await this.#look(name);
    if (facts === undefined) throw fault('SBX034', { what: `the image '${name}' is missing` });
    this.#facts.set(name, facts);
    return facts;
  }

  async #refresh(name: string): Promise<void> {
    const { clock } = this.#options;
    const going = this.#pulls.get(name);
    if (going !== undefined) return going;
    const isDue = this.#last !== name || clock.monotonicMs() >= (this.#dueMs.get(name) ?? 0);
    if (!isDue) return;
    this.#last = name;
    const pull = this.#pullOrSay(name).finally(() => this.#pulls.delete(name));
    this.#pulls.set(name, pull);
    return pull;
  }

  async #pullOrSay(name: string): Promise<void> {
    const { clock, onProblem } = this.#options;
    const failure = await this.#pull(name);
    this.#dueMs.set(name, clock.monotonicMs() + (failure === undefined ? freshMs : retryMs));
    if (failure === undefined) return;
    if ((await this.#look(name)) === undefined) {
      this.#last = undefined;
      throw fault('SBX034', {
        what: `the image '${name}' is missing and cannot be pulled`,
        why: `The engine says: ${failure}`,
      });
    }
    onProblem(
      problem('SBX035', { what: `'${name}' could not be pulled`, why: `The engine says: ${failure}` }),
    );
  }

  async #pull(name: string): Promise<string | undefined> {
    const { client } = this.#options;
    const reference = parseImageReference(name);
    const query = { fromImage: reference.name, tag: reference.tag };
    try {
      const stream = await client.open({ method: 'POST', path: '/images/create', query });
      if (stream.status !== 200) return await client.refusal(stream);
      return await readProgress(stream.body);
    } catch (error) {
      if (isFault(error)) return error.problem.why ?? error.problem.what;
      throw error;
    }
  }

  async #look(name: string): Promise<ImageFacts | undefined> {
    const { status, value, message } = await this.#options.client.call({
      method: 'GET',
      path: `/images/${encodeURIComponent(name)}/json`,
    });
    if (status === 404) return undefined;
    const id = textOf(value, 'Id');
    if (status !== 200 || id === undefined) {
      throw fault('SBX034', {
        what: `the engine does not tell about the image '${name}'`,
        why: `It says: ${message}`,
      });
    }
    const pinned = textsOf(value, 'RepoDigests')[0]?.split('@')[1];
    return { id, digest: pinned ?? (id.startsWith('sha256:') ? id : `sha256:${id}`) };
  }
}

/** Reads progress line by line, so that nothing grows while gigabytes are pulled; the first failure counts. */
async function readProgress(body: AsyncIterable<unknown>): Promise<string | undefined> {
  let rest = '';
  let failure: string | undefined;
  try {
    for await (const piece of body) {
      rest += Buffer.from(piece as Uint8Array).toString('utf8');
      const end = rest.lastIndexOf('\n');
      failure ??= pullFailure(rest.slice(0, end + 1));
      rest = rest.slice(end + 1);
    }
  } catch (error) {
    return failure ?? `the connection broke off: ${messageOf(error)}`;
  }
  return failure ?? pullFailure(rest);
}
