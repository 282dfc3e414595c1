import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { readAhead } from '../api.ts';
import type { Fold } from './folded-lines.ts';
import { lastLines, linesAround } from './log-addresses.ts';
import { LogReader } from './log-reader.ts';
import { LogScreen } from './log-screen.ts';

/** Lines that are marked, and by what. */
export type Marks = ReadonlyMap<number, 'chosen' | 'evidence' | 'hit' | 'here'>;

export interface LogTerminalProps {
  /** Address of the log. */
  readonly url: string;
  readonly facts: { readonly lines: number; readonly finished: boolean };
  /** Line to open at; undefined: its end. */
  readonly openAt: number | undefined;
  readonly marks: Marks;
  readonly linkTo: (line: number) => string;
  readonly onReader: (reader: LogReader | undefined) => void;
  readonly onUnfold: (fold: Fold) => void;
  /** Something else can be seen, at most once for each frame. */
  readonly onMove: () => void;
}

/** The log in a terminal, with the numbers of its lines beside it. */
export function LogTerminal(props: LogTerminalProps) {
  const { url, facts, openAt } = props;
  const place = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<{ readonly reader: LogReader; readonly screen: LogScreen }>();
  const [, draw] = useState(0);
  useLayoutEffect(() => {
    if (!place.current) return;
    // on their way while the terminal is being made
    readAhead(openAt === undefined ? lastLines(url, facts.lines) : linesAround(url, openAt, facts.lines));
    const screen = new LogScreen(place.current);
    const reader = new LogReader(url, screen, facts);
    let frame = 0;
    reader.onChange = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw((count) => count + 1);
        props.onMove();
      });
    };
    setShown({ reader, screen });
    props.onReader(reader);
    void (openAt === undefined ? reader.goToEnd() : reader.goTo(openAt));
    return () => {
      cancelAnimationFrame(frame);
      reader.close();
      screen.close();
      props.onReader(undefined);
    };
  }, [url]);
  useEffect(() => shown?.reader.heard(facts), [facts.lines, facts.finished]);
  return (
    <div class="log-frame">
      <div class="log-gutter" aria-hidden="true">
        {shown && <Numbers {...props} {...shown} />}
      </div>
      <div class="log-screen" ref={place} data-state={shown?.reader.state.state} />
      {shown && <Bands marks={props.marks} {...shown} />}
    </div>
  );
}

interface Shown {
  readonly reader: LogReader;
  readonly screen: LogScreen;
}

function Numbers({ reader, screen, marks, linkTo, onUnfold }: LogTerminalProps & Shown) {
  const { rowHeight, top } = screen.measure;
  return (
    <>
      {reader.seen.map(({ line, fold, at }) => (
        <a
          key={line}
          href={linkTo(line)}
          tabIndex={-1}
          data-mark={marks.get(line)}
          style={{ top: `${top + at * rowHeight}px`, lineHeight: `${rowHeight}px` }}
          onClick={(event) => {
            if (!fold) return;
            event.preventDefault();
            onUnfold(fold);
          }}
        >
          {fold ? '▸' : line}
        </a>
      ))}
    </>
  );
}

/** Marked lines have a colour behind them, and a sign at their edge. */
function Bands({ reader, screen, marks }: { readonly marks: Marks } & Shown) {
  const { rowHeight, top } = screen.measure;
  return (
    <div class="log-bands" aria-hidden="true">
      {reader.seen.flatMap(({ line, at, height, fold }) => {
        const mark = marks.get(line);
        if (mark === undefined || fold) return [];
        return [
          <div
            key={line}
            data-mark={mark}
            style={{ top: `${top + at * rowHeight}px`, height: `${height * rowHeight}px` }}
          />,
        ];
      })}
    </div>
  );
}
