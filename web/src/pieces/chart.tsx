import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dayTime } from './words.ts';

export interface ChartLine {
  readonly name: string;
  readonly tone: 'good' | 'bad' | 'accent';
  readonly values: readonly (number | null)[];
  /** Points that have nothing to do with one another. */
  readonly isLoose?: boolean;
}

export interface ChartProps {
  readonly label: string;
  /** What it shows, in words: whoever cannot see it has these. */
  readonly words: string;
  /** Times in ms since the epoch, ascending. */
  readonly xs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly print: (value: number) => string;
  /** Steps between lines of the grid that are round numbers for readers; default: powers of ten and their halves. */
  readonly steps?: readonly number[];
}

const height = 170;

/** A chart of values over time, in the colours of the page. */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const key = JSON.stringify([props.xs, props.lines]);
  // drawn anew when its data is other data, not when it is the same in another list
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let plot: UPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = new UPlot(optionsOf(props, element), dataOf(props), element);
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      dark.removeEventListener('change', draw);
      resized.disconnect();
      plot?.destroy();
    };
  }, [key]);
  return (
    <figure class="chart">
      <figcaption>
        {props.label} <span class="quiet">{props.words}</span>
      </figcaption>
      <div ref={box} role="img" aria-label={`${props.label}: ${props.words}`} />
    </figure>
  );
}

const dataOf = ({ xs, lines }: ChartProps): UPlot.AlignedData => [
  xs.map((ms) => ms / 1000),
  ...lines.map(({ values }) => [...values]),
];

/** `14 Oct`, and the hour where lines stand close. */
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

function optionsOf({ lines, print, steps }: ChartProps, element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('quiet'),
    grid: { stroke: colour('faint') },
    ticks: { stroke: colour('line') },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: lines.length > 1, live: false },
    cursor: { drag: { x: true, y: false } },
    scales: { y: { range: (_plot, _low, high) => [0, (high || 1) * 1.08] } },
    axes: [
      {
        ...axis,
        values: (...[, ticks, , , step]) =>
          ticks.map((tick) => (step < 86_400 ? dayTime(tick * 1000) : date.format(tick * 1000))),
        space: 84,
      },
      {
        ...axis,
        size: 86,
        ...(steps ? { incrs: [...steps] } : {}),
        values: (_plot, ticks) => ticks.map((tick) => (tick === 0 ? '0' : print(tick))),
      },
    ],
    series: [
      {},
      ...lines.map(({ name, tone, isLoose }) => ({
        label: name,
        stroke: colour(tone),
        fill: 'transparent',
        width: isLoose ? 0 : 1.5,
        spanGaps: true,
        points: { show: true, size: 5, fill: colour(tone) },
        value: (_plot: UPlot, value: number | null) => (value === null ? '' : print(value)),
      })),
    ],
  };
}
