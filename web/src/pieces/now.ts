import { useEffect, useState } from 'preact/hooks';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, ms since the epoch; the component is drawn again every few seconds: one clock for the whole page. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = (): void => setNow(Date.now());
    listeners.add(tick);
    timer ??= setInterval(() => {
      if (!document.hidden) for (const listener of [...listeners]) listener();
    }, 5_000);
    return () => {
      listeners.delete(tick);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}
