import type { Hello, Welcome } from '../api/index.ts';
import { keepPresent, type ManagerLink } from '../builder/index.ts';
import type { Clock } from '../host/index.ts';
import { wordsOf } from './service/telling.ts';

export interface PresenceParts {
  readonly link: ManagerLink;
  readonly clock: Clock;
  readonly describe: () => Hello;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly say: (line: string) => void;
}

/** What a builder knows of its manager, and what is the matter between the two. */
export class BuilderPresence {
  readonly #parts: PresenceParts;
  readonly #troubles = new Map<string, string>();
  readonly #waiting = new Set<() => void>();
  #latest: Welcome | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** The manager's newest answer. */
  get latest(): Welcome | undefined {
    return this.#latest;
  }

  /** Gives signs of life until the signal aborts. */
  keep(signal: AbortSignal): Promise<void> {
    const { link, clock, describe } = this.#parts;
    return keepPresent(
      {
        link,
        clock,
        describe,
        onWelcome: (welcome) => this.#welcomed(welcome),
        onTrouble: (error) => this.note('manager', error),
      },
      signal,
    );
  }

  /** The first answer; undefined when the signal aborts before. */
  async first(signal: AbortSignal): Promise<Welcome | undefined> {
    while (!this.#latest && !signal.aborted) await this.#change(signal);
    return this.#latest;
  }

  /** Resolves when the manager lets this builder take jobs, or the signal aborts. */
  async mayClaim(signal: AbortSignal): Promise<void> {
    while (this.#latest?.drained !== false && !signal.aborted) await this.#change(signal);
  }

  /** The manager gives no jobs now, and will say when it does again. */
  holdOff(): void {
    if (this.#latest && !this.#latest.drained) this.#welcomed({ ...this.#latest, drained: true, stop: [] });
  }

  /** Something is the matter, or (undefined) not any more; said once. */
  note(subject: string, error: unknown): void {
    const before = this.#troubles.get(subject);
    const line = error === undefined ? undefined : wordsOf(error);
    if (line === before) return;
    if (line === undefined) {
      this.#troubles.delete(subject);
      this.#parts.say(`${subject}: all well again`);
    } else {
      this.#troubles.set(subject, line);
      this.#parts.say(`${subject}: ${line}`);
    }
  }

  #welcomed(welcome: Welcome): void {
    const before = this.#latest;
    this.#latest = welcome;
    this.#parts.onWelcome(welcome);
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
