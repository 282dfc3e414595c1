import type { Hello, Welcome } from '../api/index.ts';
import { keepPresent, type ManagerLink } from '../builder/index.ts';
import { isFault, type ProblemError } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import { wordsOf } from './service/telling.ts';

export interface PresenceParts {
  readonly link: ManagerLink;
  readonly clock: Clock;
  readonly describe: () => Hello;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly say: (line: string) => void;
  /** What keeps this builder from handing in the results of jobs, given the manager's answer; undefined: nothing. */
  readonly obstacle: (welcome: Welcome) => ProblemError | undefined;
  /** Asks the queue store for a sign of life; rejects when it gives none. */
  readonly askQueue: () => Promise<void>;
}

/** How often the queue store is asked while no manager has answered. */
const askEveryMs = 2_000;
/** How often it is said again that a builder waits for its queue store. */
const remindEveryMs = 5 * 60_000;

/** What a builder knows of its manager, and what is the matter between the two. */
export class BuilderPresence {
  readonly #parts: PresenceParts;
  readonly #troubles = new Map<string, string>();
  readonly #waiting = new Set<() => void>();
  /** Aborts with the manager's first answer. */
  readonly #answered = new AbortController();
  #latest: Welcome | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** The manager's newest answer. */
  get latest(): Welcome | undefined {
    return this.#latest;
  }

  /** Why this builder takes no jobs, whatever the manager lets it; undefined: nothing keeps it from them. */
  get obstacle(): string | undefined {
    return this.#troubles.get('results');
  }

  /** Gives signs of life until the signal aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchQueue(signal), this.#giveSigns(signal)]);
  }

  /**
   * Until the manager has answered nothing else asks the queue store, and the silence of a manager would be all that
   * is said of a wrong address or password. Afterwards each claim of a job notices what is the matter.
   */
  async #watchQueue(signal: AbortSignal): Promise<void> {
    const { clock, askQueue } = this.#parts;
    let said: { readonly code: string | undefined; readonly atMs: number } | undefined;
    while (!this.#latest && !signal.aborted) {
      const error: unknown = await askQueue().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (signal.aborted) return;
      const { code, next } = isFault(error) ? error.problem : {};
      const nowMs = clock.monotonicMs();
      if (error === undefined) {
        this.note('queue', undefined);
        said = undefined;
      } else if (!said || said.code !== code || nowMs - said.atMs >= remindEveryMs) {
        // the words of one trouble may differ from one try to the next; what it is tells its code
        this.#troubles.delete('queue');
        this.note('queue', error, next);
        said = { code, atMs: nowMs };
      }
      await clock.sleep(askEveryMs, AbortSignal.any([signal, this.#answered.signal]));
    }
    this.note('queue', undefined);
  }

  #giveSigns(signal: AbortSignal): Promise<void> {
    const { link, clock, describe } = this.#parts;
    return keepPresent(
      {
        link,
        clock,
        describe,
        onWelcome: (welcome) => this.#welcomed(welcome),
        onTrouble: (error) => {
          // a manager cannot be heard over a queue store that is away; that is what has been said
          if (error === undefined || this.#latest || !this.#troubles.has('queue'))
            this.note('manager', error);
        },
      },
      signal,
    );
  }

  /** The first answer; undefined when the signal aborts before. */
  async first(signal: AbortSignal): Promise<Welcome | undefined> {
    while (!this.#latest && !signal.aborted) await this.#change(signal);
    return this.#latest;
  }

  /** Resolves when the manager lets this builder take jobs that it can hand in, or the signal aborts. */
  async mayClaim(signal: AbortSignal): Promise<void> {
    while ((this.#latest?.drained !== false || this.obstacle !== undefined) && !signal.aborted)
      await this.#change(signal);
  }

  /** The manager gives no jobs now, and will say when it does again. */
  holdOff(): void {
    if (this.#latest && !this.#latest.drained) this.#welcomed({ ...this.#latest, drained: true, stop: [] });
  }

  /** Something is the matter, or (undefined) not any more; said once, with what to do about it. */
  note(subject: string, error: unknown, next?: string): void {
    const before = this.#troubles.get(subject);
    const line = error === undefined ? undefined : wordsOf(error);
    if (line === before) return;
    if (line === undefined) {
      this.#troubles.delete(subject);
      this.#parts.say(`${subject}: all well again`);
    } else {
      this.#troubles.set(subject, line);
      this.#parts.say(`${subject}: ${line}${next === undefined ? '' : ` - ${next}`}`);
    }
  }

  #welcomed(welcome: Welcome): void {
    const before = this.#latest;
    this.#latest = welcome;
    this.#answered.abort();
    this.#parts.onWelcome(welcome);
    const obstacle = this.#parts.obstacle(welcome);
    this.note('results', obstacle, obstacle && `${obstacle.problem.next} Until then: no jobs.`);
    if (!welcome.compatible && before?.compatible !== false)
      this.#parts.say(`the manager speaks protocol ${welcome.protocol}, this builder another one: no jobs`);
    else if (welcome.drained !== before?.drained && before)
      this.#parts.say(welcome.drained ? 'drained: no new jobs' : 'takes jobs again');
    for (const wake of [...this.#waiting]) wake();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
