import { useNow } from './now.ts';
import { clockTime, dayTime, duration, fullTime, roughDuration } from './words.ts';

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

const dayMs = 86_400_000;

/** What is left of it, and until when. */
export function Expected({ startedMs, expectedMs }: Going) {
  const now = useNow();
  if (!expectedMs) return <span class="quiet">first time</span>;
  const leftMs = startedMs + expectedMs - now;
  const title = `usually ${duration(expectedMs)}`;
  if (leftMs < 0)
    return (
      <span class="number" title={title}>
        {roughDuration(-leftMs)} over
      </span>
    );
  const endMs = startedMs + expectedMs;
  const until = leftMs < dayMs / 2 ? clockTime(endMs) : dayTime(endMs);
  return (
    <span class="number" title={`${title}; until ${fullTime(endMs)}`}>
      {roughDuration(leftMs)}
      <small>, {until}</small>
    </span>
  );
}
