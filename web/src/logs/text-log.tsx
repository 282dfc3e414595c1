import { useEffect, useRef } from 'preact/hooks';
import type { LogLines } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { Loaded } from '../pieces/problem.tsx';
import { number } from '../pieces/words.ts';
import type { Marks } from './log-terminal.tsx';
import { readableText } from './terminal-text.ts';

const portion = 500;

/** The log as plain text, a portion at a time: for screen readers, for copying, for the browser's own search. */
export function TextLog(props: {
  readonly url: string;
  readonly lines: number;
  readonly from: number;
  readonly marks: Marks;
  readonly onMove: (from: number) => void;
}) {
  const { url, lines, marks } = props;
  const from = Math.max(1, Math.min(props.from, lines));
  const live = useLive<LogLines>(`${url}/lines?from=${from}&count=${portion}`);
  const list = useRef<HTMLOListElement>(null);
  const isThere = live.data !== undefined;
  useEffect(() => {
    list.current?.querySelector('[data-mark=chosen], [data-mark=here]')?.scrollIntoView({ block: 'center' });
  }, [isThere, from]);
  const to = Math.min(lines, from + portion - 1);
  return (
    <div class="text-log">
      <p class="text-log-tools">
        <button type="button" disabled={from === 1} onClick={() => props.onMove(Math.max(1, from - portion))}>
          Earlier lines
        </button>
        <span role="status">{`lines ${number(from)} to ${number(to)} of ${number(lines)}`}</span>
        <button type="button" disabled={to >= lines} onClick={() => props.onMove(from + portion)}>
          Later lines
        </button>
      </p>
      <Loaded live={live}>
        {({ text, from: first }) => (
          // a region that scrolls has to be reached by the keyboard
          <div class="text-log-box" role="group" aria-label="Lines of the log" tabIndex={0}>
            <ol start={first} ref={list}>
              {text
                .replace(/\n$/, '')
                .split('\n')
                .map((line, index) => (
                  <li key={first + index} data-line={first + index} data-mark={marks.get(first + index)}>
                    {readableText(line)}
                  </li>
                ))}
            </ol>
          </div>
        )}
      </Loaded>
    </div>
  );
}
