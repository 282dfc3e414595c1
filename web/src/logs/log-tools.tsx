import { useEffect, useRef, useState } from 'preact/hooks';
import { ReadFault } from '../api.ts';
import { count, number } from '../pieces/words.ts';
import type { ReaderState } from './log-reader.ts';
import { type Found, searchLog } from './log-search.ts';

export interface ToolsProps {
  readonly url: string;
  readonly state: ReaderState;
  readonly firstError: number | undefined;
  readonly isFinished: boolean;
  readonly isText: boolean;
  readonly onText: (isOn: boolean) => void;
  readonly onLine: (line: number, isAtTop?: boolean) => void;
  readonly onEnd: () => void;
  readonly onFollow: (isOn: boolean) => void;
}

/** Where to go in a log. */
export function LogTools(props: ToolsProps) {
  const { url, state, firstError, isFinished, isText } = props;
  const percent = state.lines <= 1 ? 100 : Math.round(((state.topLine - 1) / (state.lines - 1)) * 100);
  return (
    <div class="log-tools" role="toolbar" aria-label="Log">
      {firstError !== undefined && (
        <button type="button" title="E" onClick={() => props.onLine(firstError)}>
          First error
        </button>
      )}
      {!isFinished && (
        <button
          type="button"
          title="F"
          aria-pressed={state.isFollowing}
          onClick={() => props.onFollow(!state.isFollowing)}
        >
          Follow
        </button>
      )}
      <button type="button" title="Home" onClick={() => props.onLine(1, true)}>
        Top
      </button>
      <button type="button" title="End" onClick={props.onEnd}>
        End
      </button>
      <LineForm lines={state.lines} onLine={props.onLine} />
      <input
        type="range"
        min={1}
        max={Math.max(1, state.lines)}
        value={state.topLine}
        aria-label="Place in the log"
        aria-valuetext={`line ${state.topLine} of ${state.lines}`}
        onChange={(event) => props.onLine(Number(event.currentTarget.value), true)}
      />
      <span class="number log-place">{`${number(state.topLine)} of ${count(state.lines, 'line')}, ${percent} %`}</span>
      <button type="button" title="T" aria-pressed={isText} onClick={() => props.onText(!isText)}>
        As text
      </button>
      <a href={url} download>
        Download
      </a>
    </div>
  );
}

/** `1234`, or `50%`. */
function LineForm({ lines, onLine }: { readonly lines: number; readonly onLine: ToolsProps['onLine'] }) {
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const [, digits, percent] = /^\s*(\d+)\s*(%?)\s*$/.exec(field.current?.value ?? '') ?? [];
    if (digits === undefined) return;
    const value = Number(digits);
    onLine(percent ? Math.max(1, Math.round((Math.min(100, value) / 100) * lines)) : Math.max(1, value));
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <label>
        Line{' '}
        <input ref={field} name="line" inputMode="text" autocomplete="off" size={8} placeholder="or 50%" />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}

/** Looks for a text in the whole log. */
export function LogSearch(props: {
  readonly url: string;
  readonly text: string;
  readonly isExpression: boolean;
  readonly onAsk: (text: string, isExpression: boolean) => void;
  readonly found: Found | undefined;
  readonly trouble: string | undefined;
  readonly at: number;
  readonly onStep: (step: number) => void;
}) {
  const { found, at } = props;
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value ?? '';
    const isExpression = box.current?.checked ?? false;
    if (text === props.text && isExpression === props.isExpression && found) props.onStep(1);
    else props.onAsk(text, isExpression);
  };
  return (
    <search>
      <form class="log-search" onSubmit={submit}>
        <label>
          Find{' '}
          <input
            ref={field}
            type="search"
            name="find"
            defaultValue={props.text}
            placeholder="in the whole log"
          />
        </label>
        <label>
          <input ref={box} type="checkbox" defaultChecked={props.isExpression} /> expression
        </label>
        <button type="submit">Find</button>
        <button type="button" title="Shift N" disabled={!found?.hits.length} onClick={() => props.onStep(-1)}>
          Previous
        </button>
        <button type="button" title="N" disabled={!found?.hits.length} onClick={() => props.onStep(1)}>
          Next
        </button>
        <span role="status" class={props.trouble ? 'bad' : 'quiet'}>
          {props.trouble ?? wordsOf(found, at)}
        </span>
      </form>
    </search>
  );
}

function wordsOf(found: Found | undefined, at: number): string {
  if (!found) return '';
  if (found.total === 0) return found.state === 'running' ? 'searching …' : 'nothing found';
  const place = at >= 0 ? `${number(at + 1)} of ${count(found.total, 'line')}` : count(found.total, 'line');
  if (found.state === 'running') return `${place} so far`;
  return found.state === 'time' ? `${place}; the search took too long and was ended` : place;
}

/** A search that runs while text and log stay the same. */
export function useSearch(url: string, text: string, isExpression: boolean) {
  const [found, setFound] = useState<Found>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    setFound(undefined);
    setTrouble(undefined);
    if (text === '') return;
    const over = new AbortController();
    searchLog(url, { text, isExpression }, { signal: over.signal, tell: setFound }).catch(
      (error: unknown) => {
        if (over.signal.aborted) return;
        setTrouble(error instanceof ReadFault ? error.message : 'the search was cut short');
      },
    );
    return () => over.abort();
  }, [url, text, isExpression]);
  return { found, trouble };
}
