import { signal } from './signal.ts';

const notice = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a line for a while, to those who listen as well. */
export function tell(text: string): void {
  clearTimeout(timer);
  notice.set(text);
  timer = setTimeout(() => notice.set(''), 8_000);
}

export function Notice() {
  const text = notice.use();
  return (
    <div class="notice" role="status" data-shown={text !== ''}>
      {text}
    </div>
  );
}
