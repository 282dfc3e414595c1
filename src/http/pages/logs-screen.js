// The terminal on the log page: xterm.js fitted to its place, with following, finding, touch and colours.

const scrollbackLines = 100_000;

const themes = {
  light: {
    background: '#fbfaf7',
    foreground: '#22262b',
    selectionBackground: '#b9d5f2',
    yellow: '#8a6100',
    green: '#1d7a3d',
    cyan: '#0b6e7a',
    white: '#5f666e',
    brightYellow: '#8a6100',
    brightGreen: '#1d7a3d',
    brightCyan: '#0b6e7a',
    brightWhite: '#22262b',
  },
  dark: {
    background: '#14171b',
    foreground: '#dfe3e8',
    selectionBackground: '#2f4f74',
    blue: '#7cb8ff',
    brightBlue: '#9ccaff',
    black: '#5a636d',
  },
};

/** Opens the screen in a place of the page. `onFollow` and `onBottom` are for the caller to set. */
export function openScreen(place) {
  const isDark = matchMedia('(prefers-color-scheme: dark)');
  const theme = () => ({ ...(isDark.matches ? themes.dark : themes.light), cursor: 'transparent' });
  const terminal = new globalThis.Terminal({
    convertEol: true,
    disableStdin: true,
    scrollback: scrollbackLines,
    fontSize: innerWidth < 640 ? 11 : 13,
    fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
    cursorInactiveStyle: 'none',
    minimumContrastRatio: 4.5,
    theme: theme(),
  });
  terminal.open(place);
  terminal.textarea?.setAttribute('aria-label', 'Log; arrows, page keys, home and end scroll');
  isDark.addEventListener('change', () => {
    terminal.options.theme = theme();
  });

  let follow = true;
  let isLive = true;
  let empty = true;
  const isAtBottom = () => terminal.buffer.active.viewportY >= terminal.buffer.active.baseY;
  const screen = {
    onFollow: (_on) => {},
    onBottom: () => {},
    isEmpty: () => empty,
    /** Begins anew; in a live log the end of the screen is the place to follow from, elsewhere just a place. */
    clear: (live) => {
      empty = true;
      isLive = live;
      terminal.reset();
      screen.setFollow(live);
    },
    write: (text) => {
      empty = false;
      let rest = text;
      if (!follow && isAtBottom()) {
        // Output takes a view that is at the end along with it. A first screenful is pulled back at once, and then the
        // view is no longer at the end and stays where it is.
        const stay = terminal.buffer.active.viewportY;
        const end = endOfLines(text, terminal.rows + 1);
        terminal.write(text.slice(0, end), () => terminal.scrollToLine(stay));
        rest = text.slice(end);
      }
      terminal.write(rest, () => {
        if (follow) terminal.scrollToBottom();
      });
    },
    setFollow: (on) => {
      follow = on;
      if (on) terminal.scrollToBottom();
      screen.onFollow(on);
    },
    setScreenReader: (on) => {
      terminal.options.screenReaderMode = on;
    },
    find: (text) => {
      const found = findNext(terminal, text);
      if (found) screen.setFollow(false);
      return found;
    },
  };

  /** Who scrolls up wants to read there; who comes back to the end wants to see what comes. */
  const scrolled = () => {
    if (isAtBottom()) screen.onBottom();
    const wanted = isAtBottom() && (isLive || follow);
    if (follow === wanted) return;
    follow = wanted;
    screen.onFollow(follow);
  };
  for (const event of ['wheel', 'pointerup', 'keyup', 'touchend'])
    place.addEventListener(event, () => requestAnimationFrame(scrolled), { passive: true });
  scrollByKeys(terminal);
  scrollByTouch(terminal, place);
  new ResizeObserver(() => fitInto(terminal, place)).observe(place);
  fitInto(terminal, place);
  return screen;
}

/** Where the first `count` lines of a text end. */
function endOfLines(text, count) {
  let end = 0;
  for (let line = 0; line < count; line += 1) {
    const at = text.indexOf('\n', end);
    if (at === -1) return text.length;
    end = at + 1;
  }
  return end;
}

/** As many columns and rows as there is room for. */
function fitInto(terminal, place) {
  const drawn = place.querySelector('.xterm-screen')?.getBoundingClientRect();
  if (!drawn?.width || !drawn.height) return;
  const style = getComputedStyle(place);
  const padding = (side) => Number.parseFloat(style[`padding${side}`]);
  const width = place.clientWidth - padding('Left') - padding('Right') - 16;
  const height = place.clientHeight - padding('Top') - padding('Bottom');
  const columns = Math.max(20, Math.floor(width / (drawn.width / terminal.cols)));
  const rows = Math.max(4, Math.floor(height / (drawn.height / terminal.rows)));
  if (columns !== terminal.cols || rows !== terminal.rows) terminal.resize(columns, rows);
}

function scrollByKeys(terminal) {
  const actions = {
    ArrowUp: () => terminal.scrollLines(-1),
    ArrowDown: () => terminal.scrollLines(1),
    PageUp: () => terminal.scrollPages(-1),
    PageDown: () => terminal.scrollPages(1),
    Home: () => terminal.scrollToTop(),
    End: () => terminal.scrollToBottom(),
  };
  // False: the terminal keeps its hands off, so that tab leaves it and the browser's own keys work.
  terminal.attachCustomKeyEventHandler((event) => {
    const action = actions[event.key];
    if (action && event.type === 'keydown') {
      event.preventDefault();
      action();
    }
    return false;
  });
}

function scrollByTouch(terminal, place) {
  let lastY = 0;
  let left = 0;
  place.addEventListener(
    'touchstart',
    (event) => {
      lastY = event.touches[0].clientY;
      left = 0;
    },
    { passive: true },
  );
  place.addEventListener(
    'touchmove',
    (event) => {
      const y = event.touches[0].clientY;
      left += (lastY - y) / (place.clientHeight / terminal.rows);
      lastY = y;
      const lines = Math.trunc(left);
      left -= lines;
      if (lines !== 0) terminal.scrollLines(lines);
    },
    { passive: true },
  );
}

/** Selects the next place of a text, from the selection on and around; whether there is one. */
function findNext(terminal, text) {
  const buffer = terminal.buffer.active;
  const wanted = text.toLowerCase();
  const selected = terminal.getSelectionPosition();
  const first = selected ? selected.start.y : buffer.viewportY - 1;
  for (let step = 1; step <= buffer.length; step += 1) {
    const row = (first + step + buffer.length) % buffer.length;
    const column = buffer.getLine(row)?.translateToString(true).toLowerCase().indexOf(wanted) ?? -1;
    if (column === -1) continue;
    terminal.select(column, row, text.length);
    terminal.scrollToLine(Math.max(0, row - Math.floor(terminal.rows / 2)));
    return true;
  }
  return false;
}
