import type { MessageText } from './channel.ts';

export interface AnswerMemoryLimits {
  readonly answers: number;
  /** Since the answer was last asked for. */
  readonly ms: number;
  /** Characters of all answers together. */
  readonly characters: number;
}

/** Answers that were given, for calls that are repeated because the answer was lost. Oldest ones are forgotten first. */
export class AnswerMemory {
  readonly #limits: AnswerMemoryLimits;
  readonly #answers = new Map<string, { readonly text: MessageText; readonly atMs: number }>();
  #characters = 0;

  constructor(limits: AnswerMemoryLimits) {
    this.#limits = limits;
  }

  put(id: string, text: MessageText, nowMs: number): void {
    this.#forget(id);
    this.#answers.set(id, { text, atMs: nowMs });
    this.#characters += text.length;
    for (const [oldest, { atMs }] of this.#answers) {
      const tooMany = this.#answers.size > this.#limits.answers || this.#characters > this.#limits.characters;
      if (!tooMany && nowMs - atMs < this.#limits.ms) break;
      this.#forget(oldest);
    }
  }

  /** The answer to a call, which is then kept for the whole time again. */
  get(id: string, nowMs: number): MessageText | undefined {
    const found = this.#answers.get(id);
    if (found === undefined || nowMs - found.atMs >= this.#limits.ms) return undefined;
    this.put(id, found.text, nowMs);
    return found.text;
  }

  #forget(id: string): void {
    this.#characters -= this.#answers.get(id)?.text.length ?? 0;
    this.#answers.delete(id);
  }
}
