import type { LogLines } from '../../../src/api/index.ts';
import { readOnce } from '../api.ts';
import { type Fold, FoldedLines } from './folded-lines.ts';
import { firstAround, linesOf } from './log-addresses.ts';
import type { LogScreen } from './log-screen.ts';

/** A row of the window: a line of the log, or a fold. */
export interface WindowRow {
  readonly line: number;
  readonly text: string;
  readonly fold: Fold | undefined;
}

/** What pages show of where the reader is. */
export interface ReaderState {
  readonly topLine: number;
  readonly lines: number;
  readonly isFollowing: boolean;
  /** `live`: what comes is shown as it comes; `lost`: it would be, but the connection is. */
  readonly state: 'reading' | 'still' | 'live' | 'lost' | 'finished';
  readonly trouble: string | undefined;
}

/** Rows that are loaded around the place that is looked at, and how near to their end the next are loaded. */
const around = 1_500;
const tailRows = 2_000;
const nearEnd = 300;
const mostRows = 20_000;
/** Most lines of one answer. */
const mostLines = 5_000;

/** What may belong to what comes next: a sequence that is not whole, or a return whose line goes on. */
const unfinished = /(?:\u001b(?:\[[0-9;:?]*)?|\r)$/;

/** Shows a log of any length on a screen: only what is looked at is loaded. */
export class LogReader {
  onChange: () => void = () => {};
  readonly #url: string;
  readonly #screen: LogScreen;
  #rows: WindowRow[] = [];
  /** Row of the whole log that the window begins with. */
  #from = 0;
  #lines: FoldedLines;
  #folds: readonly Fold[] = [];
  #count: number;
  #isFinished: boolean;
  #isFollowing = false;
  #state: ReaderState['state'] = 'reading';
  #trouble: string | undefined;
  #stream: EventSource | undefined;
  /** Of a window that goes to the end: offset of what comes next, and whether its last line goes on. */
  #next = 0;
  #isOpen = false;
  #held = '';
  #reading = 0;

  /** `url`: address of the log, such as `/api/logs/ID/TIMESTAMP`. */
  constructor(url: string, screen: LogScreen, facts: { readonly lines: number; readonly finished: boolean }) {
    this.#url = url;
    this.#screen = screen;
    this.#count = facts.lines;
    this.#isFinished = facts.finished;
    this.#lines = new FoldedLines(facts.lines, []);
    screen.onScroll = () => this.#scrolled();
    screen.onMove = () => this.onChange();
  }

  get state(): ReaderState {
    return {
      topLine: this.#rows[this.#screen.seen[0]?.index ?? 0]?.line ?? 1,
      lines: this.#count,
      isFollowing: this.#isFollowing,
      state: this.#state,
      trouble: this.#trouble,
    };
  }

  /** Rows that are on the screen now, with their places on it. */
  get seen(): readonly (WindowRow & { readonly at: number; readonly height: number })[] {
    return this.#screen.seen.flatMap(({ index, at, height }) => {
      const row = this.#rows[index];
      return row ? [{ ...row, at, height }] : [];
    });
  }

  /** News of the log from elsewhere. */
  heard(facts: { readonly lines: number; readonly finished: boolean }): void {
    this.#isFinished = facts.finished;
    if (this.#stream || facts.lines <= this.#count) return;
    this.#count = facts.lines;
    this.#lines = new FoldedLines(this.#count, this.#folds);
    this.onChange();
  }

  /** Shows a line: in the middle, or at the top. */
  async goTo(line: number, how: { readonly isAtTop?: boolean } = {}): Promise<void> {
    this.#isFollowing = false;
    const wanted = Math.max(1, Math.min(line, Math.max(1, this.#count)));
    const row = this.#lines.rowOfLine(wanted);
    const index = row - this.#from;
    const isHere = index >= 0 && index < this.#rows.length;
    const isTail = this.#from + this.#rows.length >= this.#lines.rows;
    const isCentred = how.isAtTop !== true;
    if (isHere && (index > nearEnd || this.#from === 0) && (isTail || index < this.#rows.length - nearEnd)) {
      this.#screen.scrollTo(index, isCentred);
      this.onChange();
      return;
    }
    const reach = this.#rows.length === 0 ? firstAround : around;
    await this.#show(row - reach, row + reach, (rows) => ({
      index: rows.findIndex(
        ({ line: one, fold }) => one === wanted || (fold && fold.to >= wanted && fold.from <= wanted),
      ),
      isCentred,
    }));
  }

  /** Shows the last lines; of a log that still grows what comes is shown as it comes. */
  async goToEnd(): Promise<void> {
    this.#isFollowing = !this.#isFinished;
    const rows = this.#lines.rows;
    const wanted = this.#rows.length === 0 ? 2 * firstAround : tailRows;
    const isThere = await this.#show(rows - wanted, Number.POSITIVE_INFINITY, (all) => ({
      index: all.length - 1,
      isCentred: false,
    }));
    if (!isThere) return;
    this.#screen.scrollToEnd();
    if (!this.#isFinished) this.#listen();
    this.onChange();
  }

  async setFollowing(isOn: boolean): Promise<void> {
    if (isOn) await this.goToEnd();
    else {
      this.#isFollowing = false;
      this.onChange();
    }
  }

  /** Folds these parts and opens all others; the line at the top of the screen stays there. */
  async setFolds(folds: readonly Fold[]): Promise<void> {
    const { topLine } = this.state;
    this.#folds = folds;
    this.#lines = new FoldedLines(this.#count, folds);
    const row = this.#lines.rowOfLine(topLine);
    await this.#show(row - around, row + around, (rows) => ({
      index: Math.max(
        0,
        rows.findIndex(({ line, fold }) => line >= topLine || (fold && fold.to >= topLine)),
      ),
      isCentred: false,
    }));
  }

  close(): void {
    this.#reading += 1;
    this.#stop();
    this.onChange = () => {};
  }

  /** Loads rows and shows them; false when something else was wanted meanwhile, or it could not be done. */
  async #show(
    from: number,
    to: number,
    place: (rows: readonly WindowRow[]) => { readonly index: number; readonly isCentred: boolean },
  ): Promise<boolean> {
    this.#reading += 1;
    const reading = this.#reading;
    this.#stop();
    this.#state = 'reading';
    this.onChange();
    try {
      const begin = Math.max(0, from);
      const { rows, next, isOpen } = await this.#load(begin, to);
      if (reading !== this.#reading) return false;
      this.#rows = rows;
      this.#from = begin;
      this.#next = next;
      this.#isOpen = isOpen;
      this.#held = '';
      this.#trouble = undefined;
      this.#state = this.#isFinished ? 'finished' : 'still';
      await this.#screen.show(
        rows.map(({ text, fold }) => (fold ? foldText(fold) : text)),
        place(rows),
      );
    } catch (error) {
      if (reading !== this.#reading) return false;
      this.#state = 'lost';
      this.#trouble = error instanceof Error ? error.message : String(error);
      this.onChange();
      return false;
    }
    this.onChange();
    return reading === this.#reading;
  }

  async #load(
    from: number,
    to: number,
  ): Promise<{ readonly rows: WindowRow[]; readonly next: number; readonly isOpen: boolean }> {
    const rows: WindowRow[] = [];
    let next = 0;
    let isOpen = false;
    const parts = this.#lines.between(from, to);
    // a log that grows may have grown since it was counted
    const isTail = to === Number.POSITIVE_INFINITY && !this.#isFinished;
    const beyond = { from: this.#count + 1, count: mostLines };
    for (const part of isTail ? [...parts, beyond] : parts) {
      if ('fold' in part) {
        rows.push({ line: part.fold.from, text: '', fold: part.fold });
        continue;
      }
      for (let line = part.from; line < part.from + part.count; ) {
        const count = Math.min(mostLines, part.from + part.count - line);
        const answer = await readOnce<LogLines>(linesOf(this.#url, line, count));
        next = Math.max(next, answer.next);
        if (answer.text === '') break;
        isOpen = !answer.text.endsWith('\n');
        const texts = (isOpen ? answer.text : answer.text.slice(0, -1)).split('\n');
        for (const text of texts) {
          rows.push({ line, text: answer.cut ? `${text} …` : text, fold: undefined });
          line += 1;
        }
      }
    }
    const last = rows.at(-1);
    if (last && !last.fold && last.line > this.#count) {
      this.#count = last.line;
      this.#lines = new FoldedLines(this.#count, this.#folds);
    }
    return { rows, next, isOpen };
  }

  /** Takes what comes behind the window, which goes to the end. */
  #listen(): void {
    this.#stop();
    const stream = new EventSource(`${this.#url}/stream?offset=${this.#next}`);
    this.#stream = stream;
    stream.onopen = () => this.#setState('live');
    stream.onerror = () => this.#setState('lost');
    stream.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      const { offset, text } = JSON.parse(data) as { offset: number; text: string };
      // a server that repeats itself after the connection was lost
      if (offset < this.#next) return;
      this.#next = Number(lastEventId);
      this.#append(text);
    };
    stream.addEventListener('end', () => {
      this.#stop();
      this.#isFinished = true;
      this.#isFollowing = false;
      this.#setState('finished');
    });
  }

  #append(arrived: string): void {
    const whole = this.#held + arrived;
    this.#held = unfinished.exec(whole)?.[0] ?? '';
    const text = whole.slice(0, whole.length - this.#held.length);
    if (text === '') return;
    const isWhole = text.endsWith('\n');
    const pieces = (isWhole ? text.slice(0, -1) : text).split('\n');
    const before = this.#isOpen || this.#rows.length === 0 ? '' : '\n';
    this.#screen.append(before + pieces.join('\n'), this.#isFollowing);
    const last = this.#rows.at(-1);
    if (this.#isOpen && last)
      this.#rows[this.#rows.length - 1] = { ...last, text: last.text + (pieces.shift() ?? '') };
    let line = last ? (last.fold ? last.fold.to : last.line) : 0;
    for (const piece of pieces) {
      line += 1;
      this.#rows.push({ line, text: piece, fold: undefined });
    }
    this.#isOpen = !isWhole;
    this.#count = Math.max(this.#count, line);
    this.#lines = new FoldedLines(this.#count, this.#folds);
    if (this.#rows.length > mostRows && this.#isFollowing) void this.goToEnd();
  }

  #scrolled(): void {
    const { seen } = this.#screen;
    const [first] = seen;
    const last = seen.at(-1);
    if (!first || !last || this.#state === 'reading') return;
    const isTail = this.#from + this.#rows.length >= this.#lines.rows;
    const isAtEnd = isTail && this.#screen.isAtEnd;
    if (this.#stream) this.#isFollowing = isAtEnd;
    else if (isAtEnd && !this.#isFinished) void this.goToEnd();
    const isNearTop = first.index < nearEnd && this.#from > 0;
    const isNearEnd = !isTail && last.index > this.#rows.length - nearEnd;
    if (isNearTop || isNearEnd) {
      const row = this.#from + first.index;
      const line = this.#rows[first.index]?.line ?? 1;
      void this.#show(row - around, row + around, (rows) => ({
        index: Math.max(
          0,
          rows.findIndex((one) => one.line === line),
        ),
        isCentred: false,
      }));
    }
    this.onChange();
  }

  #setState(state: ReaderState['state']): void {
    this.#state = state;
    this.onChange();
  }

  #stop(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}

const foldText = ({ name, from, to }: Fold): string =>
  `\u001b[2m▸ ${name}: ${from === to ? '1 line' : `${to - from + 1} lines`} folded\u001b[0m`;
