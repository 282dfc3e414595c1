import { firstReads } from '../logs/log-addresses.ts';
import type { Page } from '../page.ts';

const nameIn = (rest: string | undefined): string => rest?.split('/').slice(-1)[0] ?? '';

/** One log: `/logs/TARGET/ARCH/NAME?timestamp=MS&line=N`, or with a name alone. */
export const logPage: Page = {
  path: '/logs/:rest*',
  title: ({ rest }) => `Log of ${nameIn(rest)}`,
  view: { load: async () => (await import('../logs/log-view.tsx')).LogView },
  ahead: ({ rest = '' }, query) => firstReads(rest, query),
};

/** Failures that are the same, and a search in all logs. */
export const logsPage: Page = {
  path: '/logs',
  title: () => 'Logs and failures',
  view: { load: async () => (await import('../logs/logs-view.tsx')).LogsView },
  nav: { label: 'Logs and failures', group: 'Farm' },
};
