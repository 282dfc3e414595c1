import { DatabaseSync } from 'node:sqlite';
import type { Problem } from '../../src/diagnostics/index.ts';
import { type Clock, systemClock } from '../../src/host/index.ts';
import {
  type BuildEvent,
  Notifier,
  type NotifierConfig,
  type NotifierOptions,
  notifierTables,
} from '../../src/notifier/index.ts';

/** Real time, a hundred times as fast for pauses: services answer for real, and nobody waits for a second. */
const hurried: Clock = {
  nowMs: () => Date.now() * 100,
  monotonicMs: () => performance.now() * 100,
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
};

export interface Scene {
  readonly database: DatabaseSync;
  readonly notifier: Notifier;
  readonly problems: Problem[];
}

export function openScene(config: NotifierConfig, more: Partial<NotifierOptions> = {}): Scene {
  const database = (more.database as DatabaseSync | undefined) ?? new DatabaseSync(':memory:');
  if (!more.database) for (const step of notifierTables.steps) database.exec(step);
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const notifier = new Notifier({ database, config, clock: hurried, report, timeoutMs: 10_000, ...more });
  return { database, notifier, problems };
}

let count = 0;

export const buildEvent = (what: BuildEvent['what'], more: Partial<BuildEvent> = {}): BuildEvent => {
  count += 1;
  return {
    ...{ id: `event-${count}`, what, timestamp: 1_700_000_000_000, builder: 'b1', commit: 'S:77' },
    job: { target: 'farm', arch: 'x86_64', pkgbase: 'foo' },
    source: { id: 'main', url: 'https://git.example.org/group/recipes.git' },
    ...more,
  };
};

export const forPackage = (pkgbase: string): Pick<BuildEvent, 'job'> => ({
  job: { target: 'farm', arch: 'x86_64', pkgbase },
});

export const gitlabAt = (url: string, perSecond?: number): NotifierConfig => ({
  logsUrl: 'https://builds.example.org/logs.html',
  sources: {
    main: {
      gitlab: {
        baseUrl: url,
        projectId: '54',
        token: 'glpat-secret-1',
        checkName: 'farm: %pkgbase%',
        perSecond,
      },
    },
  },
});
