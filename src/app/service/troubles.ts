import { isFault } from '../../diagnostics/index.ts';
import { freeDiskBytes } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import { wordsOf } from './telling.ts';

/** Name under which a manager writes down what is the matter, for `packmill status`. */
const troublesWord = 'troubles';

interface Trouble {
  readonly line: string;
  /** What to do now. */
  readonly next: string | undefined;
  readonly sinceMs: number;
}

/** What is the matter with a running farm, by subject; what is over is forgotten. */
export class Troubles {
  readonly #farm: Farm;
  readonly #say: (line: string) => void;
  readonly #open = new Map<string, Trouble>();

  constructor(farm: Farm, say: (line: string) => void) {
    this.#farm = farm;
    this.#say = say;
  }

  /** Something is the matter, or (undefined) not any more. Said once, however often it is noted. */
  note(subject: string, error: unknown): void {
    const before = this.#open.get(subject);
    if (error === undefined) {
      if (!before) return;
      this.#open.delete(subject);
      this.#say(`${subject}: all well again`);
      return;
    }
    const line = typeof error === 'string' ? error : wordsOf(error);
    if (before?.line === line) return;
    const next = isFault(error) ? error.problem.next : undefined;
    this.#open.set(subject, { line, next, sinceMs: before?.sinceMs ?? this.#farm.clock.nowMs() });
    this.#say(`${subject}: ${line}`);
  }

  lines(): readonly string[] {
    return [...this.#open].map(([subject, { line, sinceMs }]) => {
      return `${subject}: ${line} (since ${new Date(sinceMs).toISOString()})`;
    });
  }

  /** Keeps the lines and their next steps in the record, where commands that only read find them. */
  writeDown(): void {
    const next = [...this.#open.values()].map((one) => (one.next ? `\n  next: ${one.next}` : ''));
    const lines = this.lines().map((line, index) => `${line}${next[index]}`);
    const text = JSON.stringify({ atMs: this.#farm.clock.nowMs(), lines });
    this.#farm.database.words.set(troublesWord, text);
  }
}

/** What the manager at work last wrote down. */
export function lastTroubles(farm: Farm): readonly string[] {
  const text = farm.database.words.get(troublesWord);
  return text === undefined ? [] : (JSON.parse(text) as { lines: string[] }).lines;
}

/** Less than this, and neither record nor store can be written to before long. */
const leastFreeBytes = 16 * 2 ** 20;

/** A line for people when the farm's disk is full. */
export function diskTrouble(farm: Farm): string | undefined {
  const { root } = farm.paths;
  const freeBytes = freeDiskBytes(root);
  if (freeBytes === undefined || freeBytes >= leastFreeBytes) return undefined;
  return `the disk of '${root}' is full: ${formatBytes(freeBytes)} are free`;
}
