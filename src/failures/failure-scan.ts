import type { FailureRule } from './failure-rule.ts';
import { failureRules, harmlessLines, messengers } from './failure-rules.table.ts';
import { LineSieve, type SeenLine } from './log-lines.ts';
import { type PhaseKind, type PhaseMark, phaseMarks } from './phase-marks.table.ts';
import { plainLine } from './plain-line.ts';
import { TroubleSpots } from './trouble-spots.ts';
import { WordIndex } from './word-index.ts';

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

type Messenger = (typeof messengers)[number];
type Known = FailureRule | PhaseMark | Messenger;

let known: WordIndex<Known> | undefined;
/** Made when the first log is read: commands that read none should not pay for it. */
const knownWords = (): WordIndex<Known> => {
  known ??= new WordIndex<Known>([...failureRules, ...messengers, ...phaseMarks], (one) => one.words);
  return known;
};

/** Reads a log once, from its beginning, in pieces of any size, and keeps what says why the build failed. */
export class FailureScan {
  readonly #sieve = new LineSieve(knownWords(), (line) => this.#look(line));
  readonly #phases: FoundPhase[] = [];
  readonly #troubles: { kind: PhaseKind; spots: TroubleSpots }[] = [];
  #current: { kind: PhaseKind; spots: TroubleSpots } | undefined;
  #kind: PhaseKind = 'other';

  push(bytes: Uint8Array): void {
    this.#sieve.push(bytes);
  }

  /** The phases so far, of whole lines. */
  get phases(): readonly FoundPhase[] {
    return this.#phases;
  }

  /** What was found; to be called once, at the end of the log. */
  end(): LogFindings {
    const lines = this.#sieve.end();
    return { lines, phases: this.#phases, troubles: this.#troubles };
  }

  #look({ line, offset, raw }: SeenLine): void {
    // most lines of many logs: commands of compilers
    if (raw.includes('-Werror') && !raw.includes('error: ')) return;
    const bytes = plainLine(raw).slice(0, longestLook);
    const text = /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
    const known = knownWords().ownersIn(text.toLowerCase());
    const mark = phaseMarks.find((one) => known.has(one) && one.pattern.test(text));
    if (mark) {
      this.#begin({ kind: mark.kind, name: nameOf(text), line, offset });
      return;
    }
    const isMessenger = messengers.some((one) => known.has(one) && one.pattern.test(text));
    if (!isMessenger && harmlessLines.some((pattern) => pattern.test(text))) return;
    const rule = ruleFor(text, known);
    const place = { line, offset, text: text.slice(0, longestText).trimEnd() };
    const hit = rule && { ...place, rule: rule.id, class: rule.class, weight: rule.weight };
    if (isMessenger) this.#spots().messenger(place, hit);
    else if (hit) this.#spots().hit(hit);
  }

  #begin(phase: FoundPhase): void {
    this.#current = undefined;
    this.#kind = phase.kind;
    if (this.#phases.length < mostPhases) this.#phases.push(phase);
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
function ruleFor(text: string, known: ReadonlySet<Known>): FailureRule | undefined {
  const isOwn = text.startsWith(ownMark);
  return failureRules.find(
    (rule) => known.has(rule) && rule.words.includes(ownMark) === isOwn && rule.pattern.test(text),
  );
}

function nameOf(text: string): string {
  const own = /^==> packmill: phase '(.*)'$/.exec(text)?.[1];
  return (own ?? text.replace(/^(?:==>|>>>) /, '').replace(/(?:\s*\.\.\.|:)$/, '')).slice(0, 80);
}
