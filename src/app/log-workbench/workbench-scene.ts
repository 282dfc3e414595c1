import type { FarmDatabase, JobRevision } from '../../database/index.ts';
import type { Clock } from '../../host/index.ts';
import type { JobId } from '../../primitives/index.ts';
import type { LogRevision } from '../service/log-revision.ts';

/** What the workbench needs of a farm. */
export interface WorkbenchScene {
  /** Absolute path of the farm. */
  readonly root: string;
  readonly database: FarmDatabase;
  readonly clock: Clock;
  /** Whether this process may write the record. */
  readonly mayWrite: () => boolean;
  /** Job ids that a name may mean. */
  readonly idsOf: (name: string) => readonly JobId[];
  /** The newest job that a name means, or the one of a request. */
  readonly revisionOf: (name: string, timestamp: number | undefined) => JobRevision | undefined;
  /** Files of a log, in a row. */
  readonly logOf: (job: JobRevision) => LogRevision;
}
