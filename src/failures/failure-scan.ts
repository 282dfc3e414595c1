import type { FailureRule } from './failure-rule.ts';
import { failureRules, harmlessLines, messengers } from './failure-rules.table.ts';
import { LineSieve, type SeenLine } from './log-lines.ts';
import { type PhaseKind, phaseMarks } from './phase-marks.table.ts';
import { plainLine } from './plain-line.ts';
import { TroubleSpots } from './trouble-spots.ts';

/** Where a phase of the build begins. */
export interface FoundPhase {
  readonly kind: PhaseKind;
  /** As the log names it. */
  readonly name: string;
  readonly line: number;
  readonly offset: number;
}

/** What was found in a log. */
export interface LogFindings {
  /** Lines of the log; an unfinished last one counts. */
  readonly lines: number;
  readonly phases: readonly FoundPhase[];
  /** What went wrong in each phase that something went wrong in, in their order. */
  readonly troubles: readonly { readonly kind: PhaseKind; readonly spots: TroubleSpots }[];
}

const ownMark = '==> packmill: ';
const longestText = 400;
/** As much of a line as rules look at: time stays in proportion to the log, whatever is in it. */
const longestLook = 4096;
const mostPhases = 500;

const words = [...failureRules, ...messengers, ...phaseMarks].flatMap((one) => one.words);

/** Reads a log once, from its beginning, in pieces of any size, and keeps what says why the build failed. */
export class FailureScan {
  readonly #sieve = new LineSieve(words, (line) => this.#look(line));
  readonly #phases: FoundPhase[] = [];
  readonly #troubles: { kind: PhaseKind; spots: TroubleSpots }[] = [];
  #current: { kind: PhaseKind; spots: TroubleSpots } | undefined;
  #kind: PhaseKind = 'other';

  push(bytes: Uint8Array): void {
    this.#sieve.push(bytes);
  }

  /** What was found; to be called once, at the end of the log. */
  end(): LogFindings {
    const lines = this.#sieve.end();
    return { lines, phases: this.#phases, troubles: this.#troubles };
  }

  #look({ line, offset, raw }: SeenLine): void {
    const bytes = plainLine(raw).slice(0, longestLook);
    const text = /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
    const lower = text.toLowerCase();
    const has = (word: string): boolean => lower.includes(word);
    if (this.#isMark({ line, offset, text }, has)) return;
    const place = { line, offset, text: text.slice(0, longestText).trimEnd() };
    if (messengers.some((one) => one.words.some(has) && one.pattern.test(text))) {
      const hint = ruleFor(text, has);
      this.#spots().messenger(
        place,
        hint && { ...place, rule: hint.id, class: hint.class, weight: hint.weight },
      );
      return;
    }
    if (harmlessLines.some((pattern) => pattern.test(text))) return;
    const rule = ruleFor(text, has);
    if (rule) this.#spots().hit({ ...place, rule: rule.id, class: rule.class, weight: rule.weight });
  }

  #isMark(
    { line, offset, text }: { readonly line: number; readonly offset: number; readonly text: string },
    has: (word: string) => boolean,
  ): boolean {
    const mark = phaseMarks.find((one) => one.words.some(has) && one.pattern.test(text));
    if (!mark) return false;
    this.#current = undefined;
    this.#kind = mark.kind;
    if (this.#phases.length < mostPhases) {
      this.#phases.push({ kind: mark.kind, name: nameOf(text), line, offset });
    }
    return true;
  }

  #spots(): TroubleSpots {
    if (this.#current === undefined) {
      this.#current = { kind: this.#kind, spots: new TroubleSpots() };
      this.#troubles.push(this.#current);
      // a log with more troubled phases than that has its reason near its end
      if (this.#troubles.length > 50) this.#troubles.shift();
    }
    return this.#current.spots;
  }
}

/** packmill's own lines repeat what tools said: only rules made for them look at them. */
function ruleFor(text: string, has: (word: string) => boolean): FailureRule | undefined {
  const isOwn = text.startsWith(ownMark);
  return failureRules.find(
    (rule) => rule.words.includes(ownMark) === isOwn && rule.words.some(has) && rule.pattern.test(text),
  );
}

function nameOf(text: string): string {
  const own = /^==> packmill: phase '(.*)'$/.exec(text)?.[1];
  return (own ?? text.replace(/^(?:==>|>>>) /, '').replace(/(?:\s*\.\.\.|:)$/, '')).slice(0, 80);
}
