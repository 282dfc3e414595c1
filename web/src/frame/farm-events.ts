/** One stream of the farm's events for the whole page, and what is known of the connection. */

export interface Connection {
  /** `stale`: the manager does not answer, and what is shown may be old. */
  readonly state: 'connecting' | 'live' | 'stale';
  /** When the newest data came, ms since the epoch. */
  readonly dataMs: number | undefined;
}

class ConnectionState {
  state: Connection = { state: 'connecting', dataMs: undefined };
  readonly #watchers = new Set<() => void>();

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Something was read, or could not be because nobody answers. */
  note(isAnswered: boolean, dataMs: number | undefined): void {
    this.#set({ state: isAnswered ? 'live' : 'stale', dataMs: dataMs ?? this.state.dataMs });
  }

  #set(next: Connection): void {
    const isSame = next.state === this.state.state;
    this.state = next;
    // the time is only told while the state is `stale`, when it stands still
    if (!isSame) for (const watcher of [...this.#watchers]) watcher();
  }
}

export const connection = new ConnectionState();

const listeners = new Set<() => void>();
let stream: EventSource | undefined;
let closing: ReturnType<typeof setTimeout> | undefined;

function open(): void {
  if (stream || document.hidden) return;
  stream = new EventSource('/api/events/stream');
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  stream.onmessage = tell;
  // what happened while nobody listened is not known
  stream.onopen = tell;
  stream.onerror = () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    // the server refused it (too many readers, say); slow reading goes on, and it is tried again
    stream = undefined;
    setTimeout(() => listeners.size > 0 && open(), 10_000);
  };
}

function close(): void {
  stream?.close();
  stream = undefined;
}

/** Calls when something happened in the farm; the stream is open as long as somebody wants to know and looks. */
export function whenFarmMoves(listener: () => void): () => void {
  clearTimeout(closing);
  listeners.add(listener);
  open();
  return () => {
    listeners.delete(listener);
    // the next page wants it in a moment
    if (listeners.size === 0) closing = setTimeout(close, 2_000);
  };
}

if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close();
    else if (listeners.size > 0) open();
  });
}
