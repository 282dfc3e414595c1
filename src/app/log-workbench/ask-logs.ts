import { fault } from '../../diagnostics/index.ts';
import { LogHub } from '../../logs/index.ts';
import type { Farm } from '../farm.ts';
import type { LogRevision } from '../service/log-revision.ts';
import { QueueNotes } from '../service/queue-notes.ts';
import { FarmViews } from '../service/views.ts';
import { LogWorkbench } from './log-workbench.ts';

/** The workbench over a farm that is only looked at, for commands. */
export interface AskedLogs {
  readonly workbench: LogWorkbench;
  /** The newest log of what a name means. Throws CLI002 when there is none. */
  log(name: string): LogRevision;
}

/** Opens the workbench over a farm that another process may be at work on. */
export async function askLogs(farm: Farm): Promise<AskedLogs> {
  const views = new FarmViews(farm);
  const notes = new QueueNotes(farm, new LogHub());
  const workbench = new LogWorkbench({
    root: farm.paths.root,
    database: farm.database,
    clock: farm.clock,
    mayWrite: () => false,
    idsOf: (name) => views.idsOf(name),
    revisionOf: (name, timestamp) => views.revision(name, timestamp),
    logOf: (job) => notes.revision(job),
  });
  return {
    workbench,
    log: (name) => {
      const revision = views.revision(name, undefined);
      if (!revision) throw fault('CLI002', { what: `'${name}' has no log` });
      return notes.revision(revision);
    },
  };
}
