import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { terminalText } from './terminal-text.ts';

const light = {
  background: '#ffffff',
  foreground: '#1f2328',
  selectionBackground: '#b9d5f2',
  yellow: '#8a6100',
  green: '#1d7a3d',
  cyan: '#0b6e7a',
  white: '#5f666e',
  brightYellow: '#8a6100',
  brightGreen: '#1d7a3d',
  brightCyan: '#0b6e7a',
  brightWhite: '#22262b',
};
const dark = {
  background: '#171b20',
  foreground: '#dde2e8',
  selectionBackground: '#2f4f74',
  blue: '#7cb8ff',
  brightBlue: '#9ccaff',
  black: '#5a636d',
};

/** A row of the window that the screen shows: an index into the rows that it was given. */
export interface SeenRow {
  readonly index: number;
  /** Place on the screen, in rows of it from its top. */
  readonly at: number;
  /** Rows of the screen that it takes. */
  readonly height: number;
}

/** A part of a log in a terminal: some thousand rows, each one line of it or more where it is long. */
export class LogScreen {
  /** Called when what can be seen has changed. */
  onMove: () => void = () => {};
  /** Called when somebody has scrolled by hand. */
  onScroll: () => void = () => {};
  readonly #terminal: Terminal;
  readonly #place: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  /** Where each row begins in the terminal's buffer; made anew after it changed. */
  #starts: number[] | undefined;
  #isAdjusting = false;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#terminal = new Terminal({
      convertEol: true,
      disableStdin: true,
      scrollback: 60_000,
      fontSize: innerWidth < 640 ? 11 : 13,
      fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
      cursorInactiveStyle: 'none',
      minimumContrastRatio: 4.5,
    });
    this.#colour();
    this.#terminal.open(place);
    this.#terminal.textarea?.setAttribute(
      'aria-label',
      'Log; arrows and page keys scroll, T shows it as text',
    );
    this.#scheme.addEventListener('change', this.#colour);
    this.#terminal.onScroll(() => this.#moved());
    this.#terminal.onRender(() => this.#moved());
    const scrolled = (): void => void requestAnimationFrame(() => this.onScroll());
    for (const event of ['wheel', 'pointerup', 'touchend'])
      place.addEventListener(event, scrolled, { passive: true });
    this.#scrollByKeys(scrolled);
    this.#scrollByTouch();
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(place);
    this.#fit();
  }

  /** Shows these rows in the place of what was there, one of them at the top or in the middle. */
  show(rows: readonly string[], at: { readonly index: number; readonly isCentred: boolean }): Promise<void> {
    this.#isAdjusting = true;
    this.#terminal.reset();
    this.#starts = undefined;
    return new Promise((resolve) => {
      this.#terminal.write(`${rows.map(terminalText).join('\u001b[0m\n')}\u001b[0m`, () => {
        this.#isAdjusting = false;
        // somebody may have asked while it was half written
        this.#starts = undefined;
        this.scrollTo(at.index, at.isCentred);
        this.#moved();
        resolve();
      });
    });
  }

  /** Adds text behind the last row; the view stays where it is unless `isFollowing`. */
  append(text: string, isFollowing: boolean): void {
    const { viewportY } = this.#terminal.buffer.active;
    const wasAtEnd = this.isAtEnd;
    this.#terminal.write(text.split('\n').map(terminalText).join('\n'), () => {
      this.#starts = undefined;
      if (isFollowing) this.#terminal.scrollToBottom();
      else if (wasAtEnd) this.#terminal.scrollToLine(viewportY);
      this.#moved();
    });
  }

  scrollTo(index: number, isCentred: boolean): void {
    const start = this.#rowStarts()[index] ?? 0;
    this.#terminal.scrollToLine(Math.max(0, isCentred ? start - Math.floor(this.#terminal.rows / 3) : start));
  }

  scrollToEnd(): void {
    this.#terminal.scrollToBottom();
  }

  get isAtEnd(): boolean {
    return this.#terminal.buffer.active.viewportY >= this.#terminal.buffer.active.baseY;
  }

  /** Rows that can be seen now. */
  get seen(): readonly SeenRow[] {
    const starts = this.#rowStarts();
    const { viewportY } = this.#terminal.buffer.active;
    const rows: SeenRow[] = [];
    for (let index = lastAtMost(starts, viewportY); index < starts.length; index += 1) {
      const start = starts[index] ?? 0;
      if (start >= viewportY + this.#terminal.rows) break;
      const end = starts[index + 1] ?? start + 1;
      rows.push({ index, at: start - viewportY, height: end - start });
    }
    return rows;
  }

  /** Height of one row of the screen in pixels, and where the first begins in the place. */
  get measure(): { readonly rowHeight: number; readonly top: number } {
    const screen = this.#place.querySelector('.xterm-screen');
    const box = screen?.getBoundingClientRect();
    const top = (box?.top ?? 0) - this.#place.getBoundingClientRect().top;
    return { rowHeight: (box?.height ?? 0) / this.#terminal.rows, top };
  }

  focus(): void {
    this.#terminal.focus();
  }

  close(): void {
    this.#observer.disconnect();
    this.#scheme.removeEventListener('change', this.#colour);
    this.#terminal.dispose();
  }

  readonly #colour = (): void => {
    this.#terminal.options.theme = { ...(this.#scheme.matches ? dark : light), cursor: 'transparent' };
  };

  #moved(): void {
    if (!this.#isAdjusting) this.onMove();
  }

  #rowStarts(): readonly number[] {
    if (this.#starts) return this.#starts;
    const { active } = this.#terminal.buffer;
    const end = active.baseY + active.cursorY;
    const starts: number[] = [];
    for (let row = 0; row <= end; row += 1) if (!active.getLine(row)?.isWrapped) starts.push(row);
    this.#starts = starts;
    return starts;
  }

  /** As many columns and rows as there is room for. */
  #fit(): void {
    const terminal = this.#terminal;
    const drawn = this.#place.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (!drawn?.width || !drawn.height) return;
    const width = this.#place.clientWidth - 18;
    const columns = Math.max(20, Math.floor(width / (drawn.width / terminal.cols)));
    const rows = Math.max(4, Math.floor(this.#place.clientHeight / (drawn.height / terminal.rows)));
    if (columns === terminal.cols && rows === terminal.rows) return;
    const first = this.seen[0]?.index ?? 0;
    const wasAtEnd = this.isAtEnd;
    terminal.resize(columns, rows);
    this.#starts = undefined;
    if (wasAtEnd) terminal.scrollToBottom();
    else this.scrollTo(first, false);
    this.#moved();
  }

  #scrollByKeys(scrolled: () => void): void {
    const terminal = this.#terminal;
    const actions: Record<string, () => void> = {
      ArrowUp: () => terminal.scrollLines(-1),
      ArrowDown: () => terminal.scrollLines(1),
      PageUp: () => terminal.scrollPages(-1),
      PageDown: () => terminal.scrollPages(1),
    };
    // false: the terminal keeps its hands off, so that tab leaves it and keys of page and browser work
    terminal.attachCustomKeyEventHandler((event) => {
      const action = actions[event.key];
      if (action && event.type === 'keydown') {
        event.preventDefault();
        action();
        scrolled();
      }
      return false;
    });
  }

  #scrollByTouch(): void {
    const place = this.#place;
    let lastY = 0;
    let left = 0;
    const begin = (event: TouchEvent): void => {
      lastY = event.touches[0]?.clientY ?? 0;
      left = 0;
    };
    const move = (event: TouchEvent): void => {
      const y = event.touches[0]?.clientY ?? lastY;
      left += (lastY - y) / (this.measure.rowHeight || 1);
      lastY = y;
      const lines = Math.trunc(left);
      left -= lines;
      if (lines !== 0) this.#terminal.scrollLines(lines);
    };
    place.addEventListener('touchstart', begin, { passive: true });
    place.addEventListener('touchmove', move, { passive: true });
  }
}

/** Index of the last of the ascending numbers that is at most `wanted`; 0 when none is. */
function lastAtMost(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= wanted) low = middle;
    else high = middle;
  }
  return low;
}
