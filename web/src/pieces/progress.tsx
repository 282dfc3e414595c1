import { useNow } from './now.ts';
import { duration } from './words.ts';

interface Going {
  readonly startedMs: number;
  /** What it took before; null: it is the first time. */
  readonly expectedMs: number | null;
}

/** How far something has come, from what it took before. */
export function Bar({ startedMs, expectedMs, label }: Going & { readonly label: string }) {
  const now = useNow();
  if (!expectedMs) return null;
  const part = Math.min(1, Math.max(0, (now - startedMs) / expectedMs));
  return <progress class="bar" max={1} value={part} aria-label={`progress of ${label}`} />;
}

/** What is left of it, in words. */
export function Expected({ startedMs, expectedMs }: Going) {
  const now = useNow();
  if (!expectedMs) return <span class="quiet">first time</span>;
  const leftMs = startedMs + expectedMs - now;
  const title = `usually ${duration(expectedMs)}`;
  if (leftMs < 0)
    return (
      <span class="number" title={title}>
        {duration(-leftMs)} over
      </span>
    );
  return (
    <span class="number" title={title}>
      {duration(leftMs)}
    </span>
  );
}
