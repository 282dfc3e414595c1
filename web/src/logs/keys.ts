import { useEffect, useRef } from 'preact/hooks';

/** Keys of a page, as `KeyboardEvent.key` names them; they do nothing while somebody types, or with a modifier. */
export function useKeys(keys: Readonly<Record<string, () => unknown>>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping =
        target instanceof HTMLInputElement ||
        target instanceof HTMLSelectElement ||
        // the terminal has a field of its own, in which nobody types
        (target instanceof HTMLTextAreaElement && !target.classList.contains('xterm-helper-textarea'));
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      // of the page itself elsewhere
      const isOfTerminal = event.key === 'Home' || event.key === 'End';
      if (isOfTerminal && !(target instanceof Element && target.closest('.log-frame'))) return;
      const action = current.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
