import { useEffect, useState } from 'preact/hooks';

/** A value of the whole page that components follow. */
export interface Signal<Value> {
  get(): Value;
  set(value: Value): void;
  /** The value; the component is drawn again when it changes. */
  use(): Value;
}

export function signal<Value>(first: Value): Signal<Value> {
  let value = first;
  const watchers = new Set<(value: Value) => void>();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const watcher of [...watchers]) watcher(next);
    },
    use: () => {
      const [shown, setShown] = useState(() => value);
      useEffect(() => {
        const watcher = (next: Value): void => setShown(() => next);
        watchers.add(watcher);
        watcher(value);
        return () => void watchers.delete(watcher);
      }, []);
      return shown;
    },
  };
}
