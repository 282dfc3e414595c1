import type { Overview } from '../../../src/api/index.ts';
import { clockTime, count, dayTime } from './words.ts';

const height = 72;
const step = 12;

/** Attempts that ended well and badly, hour by hour, as bars; the same as words for those who do not see them. */
export function Throughput({ hours }: { readonly hours: Overview['hours'] }) {
  const most = Math.max(1, ...hours.map(({ succeeded, failed }) => succeeded + failed));
  const scale = (value: number): number => (value / most) * height;
  const good = hours.reduce((sum, { succeeded }) => sum + succeeded, 0);
  const bad = hours.reduce((sum, { failed }) => sum + failed, 0);
  const words = `${count(good, 'attempt')} succeeded and ${count(bad, 'attempt')} failed in ${count(hours.length, 'hour')}; at most ${most} in one hour`;
  return (
    <figure class="throughput">
      <svg viewBox={`0 0 ${hours.length * step} ${height + 14}`} role="img" aria-label={words}>
        <title>{words}</title>
        {hours.map(({ atMs, succeeded, failed }, index) => {
          const x = index * step + 1.5;
          const top = height - scale(succeeded + failed);
          return (
            <g key={atMs}>
              <title>{`${dayTime(atMs)}: ${succeeded} succeeded, ${failed} failed`}</title>
              <rect class="hover" x={index * step} y={0} width={step} height={height} />
              <rect
                class="good"
                x={x}
                y={height - scale(succeeded)}
                width={step - 3}
                height={scale(succeeded)}
              />
              <rect class="bad" x={x} y={top} width={step - 3} height={scale(failed)} />
              {new Date(atMs).getHours() % 6 === 0 && (
                <text x={x} y={height + 12}>
                  {clockTime(atMs)}
                </text>
              )}
            </g>
          );
        })}
        <line x1={0} x2={hours.length * step} y1={height + 0.5} y2={height + 0.5} />
      </svg>
      <figcaption>
        <span class="key good" aria-hidden="true" /> succeeded <span class="key bad" aria-hidden="true" />{' '}
        failed; {words}
      </figcaption>
    </figure>
  );
}
