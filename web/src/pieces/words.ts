/** What values are for people. All of it is English, as the rest of packmill. */

const spans: readonly (readonly [spanMs: number, one: string, several: string])[] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
];

/** `3 h ago`, `in 5 min`, `just now`. */
export function relativeTime(atMs: number, nowMs: number): string {
  const awayMs = Math.abs(atMs - nowMs);
  const isAhead = atMs > nowMs;
  for (const [spanMs, one, several] of spans) {
    if (awayMs < spanMs) continue;
    const value = Math.round(awayMs / spanMs);
    const words = `${value} ${value === 1 ? one : several}`;
    return isAhead ? `in ${words}` : `${words} ago`;
  }
  return isAhead ? 'in a moment' : 'just now';
}

/** `48 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** As `duration`; from ten minutes on whole minutes, which is enough for what still goes on. */
export const roughDuration = (ms: number): string =>
  duration(ms < 600_000 ? ms : Math.round(ms / 60_000) * 60_000);

const joined = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.4 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

const numbers = new Intl.NumberFormat('en');

/** `12,345`. */
export const number = (value: number): string => numbers.format(value);

/** One thing or several of them: `1 job`, `3 jobs`. */
export const count = (value: number, one: string, several = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : several}`;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `14:05`, in the reader's time zone. */
export const clockTime = (atMs: number): string => clock.format(atMs);
/** `27 Nov, 14:05`. */
export const dayTime = (atMs: number): string => day.format(atMs);
/** `today 14:05`, `yesterday 23:10`, `24 Nov, 14:05`. */
export function recentTime(atMs: number, nowMs: number): string {
  const dayOf = (back: number): string => {
    const date = new Date(nowMs);
    date.setDate(date.getDate() - back);
    return date.toDateString();
  };
  const own = new Date(atMs).toDateString();
  if (own === dayOf(0)) return `today ${clockTime(atMs)}`;
  return own === dayOf(1) ? `yesterday ${clockTime(atMs)}` : dayTime(atMs);
}
/** `27 Nov 2026, 14:05:31 (2026-11-27 13:05:31 UTC)`. */
export const fullTime = (atMs: number): string =>
  `${full.format(atMs)} (${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC)`;

/** Parts of a job id `target/arch/name`. */
export interface JobParts {
  readonly target: string;
  readonly arch: string;
  readonly name: string;
}

export function jobParts(id: string): JobParts {
  const [target = '', arch = '', ...rest] = id.split('/');
  return { target, arch, name: rest.join('/') };
}

/** Address of a job's page. */
export const jobAddress = (id: string): string => `/jobs/${id.split('/').map(encodeURIComponent).join('/')}`;

/** Address of a package's page. */
export function packageAddress(id: string): string {
  const { target, arch, name } = jobParts(id);
  return `/packages/${encodeURIComponent(name)}?${new URLSearchParams({ target, arch })}`;
}

/** Address of a log: of the newest revision, or of the one of a request. */
export function logAddress(id: string, timestamp?: number): string {
  return `/logs/${id.split('/').map(encodeURIComponent).join('/')}${timestamp === undefined ? '' : `?timestamp=${timestamp}`}`;
}
