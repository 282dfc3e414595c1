/** Where the workbench asks for what it shows: the page itself and what is asked for before it is loaded agree here. */

/** Rows on each side of a line that a log is opened at: enough to begin with, and soon there. */
export const firstAround = 400;

/** A log: of the newest request for a job, or of one. */
export const addressOf = (id: string, timestamp: string | number | null): string =>
  `/api/logs/${encodeURIComponent(id)}${timestamp === null ? '' : `/${timestamp}`}`;

export const factsOf = (log: string): string => `${log}/facts`;

export const linesOf = (log: string, from: number, count: number): string =>
  `${log}/lines?from=${from}&count=${count}`;

/** A line that the address of the page names. */
export function lineIn(query: URLSearchParams): number | undefined {
  const line = Number(query.get('line'));
  return Number.isInteger(line) && line > 0 ? line : undefined;
}

/** Lines that a log is opened with: those around one, as many as there are. */
export function linesAround(log: string, line: number, lines = Number.POSITIVE_INFINITY): string {
  const from = Math.max(1, line - firstAround);
  return linesOf(log, from, Math.min(line + firstAround, lines + 1) - from);
}

/** Lines that a log is opened with at its end. */
export const lastLines = (log: string, lines: number): string =>
  linesOf(log, Math.max(1, lines - 2 * firstAround + 1), Math.min(lines, 2 * firstAround));

/** What the page of a log reads first. */
export function firstReads(id: string, query: URLSearchParams): readonly string[] {
  const log = addressOf(id, query.get('timestamp'));
  const line = lineIn(query);
  // a name alone is a log whose address is not known yet
  const isWhole = id.includes('/') && query.has('timestamp');
  if (line === undefined || !isWhole || query.get('as') === 'text') return [factsOf(log)];
  return [factsOf(log), linesAround(log, line)];
}
