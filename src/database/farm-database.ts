import type { DatabaseSync } from 'node:sqlite';
import { isFault } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import { AbiRecords } from './abi-records.ts';
import { ArtifactRecords } from './artifact-records.ts';
import { AttemptRecords } from './attempt-records.ts';
import { AuditRecords, auditTables } from './audit-records.ts';
import { DurationRecords } from './duration-records.ts';
import { EventRecords } from './event-records.ts';
import { FailureRecords, failureTables } from './failure-records.ts';
import { farmTables } from './farm-tables.ts';
import { InventoryRecords } from './inventory-records.ts';
import { JobEdges } from './job-edges.ts';
import { JobRecords } from './job-records.ts';
import { JobViews } from './job-views.ts';
import { checkVersion, type MigrationList, migrate } from './migrations.ts';
import { PackageRecords } from './package-records.ts';
import { PlanRecords } from './plan-records.ts';
import { ProvenanceRecords, provenanceTables } from './provenance-records.ts';
import { QueueRows } from './queue-rows.ts';
import { RangeRecords } from './range-records.ts';
import { RebuildRecords } from './rebuild-records.ts';
import { RecentAttempts } from './recent-attempts.ts';
import { BuilderRecords, PeakRecords, RequestRecords, WordRecords } from './service-records.ts';
import { SqlConnection, unusable } from './sql-connection.ts';

export interface OpenFarmOptions {
  readonly clock: Clock;
  /**
   * `read`: the file must exist and is not changed. `beside`: another process may work on the farm meanwhile, so that
   * nothing of it is remembered, and what that one has not written to its tables is left to it. Default `write`: no
   * other process does.
   */
  readonly mode?: 'read' | 'beside' | 'write';
  /** Tables that other rooms keep in the same file. */
  readonly migrations?: readonly MigrationList[];
}

/** The record of a farm, the truth about all that happened in it. */
export interface FarmDatabase {
  readonly plans: PlanRecords;
  readonly jobs: JobRecords;
  readonly edges: JobEdges;
  readonly views: JobViews;
  readonly attempts: AttemptRecords;
  readonly failures: FailureRecords;
  readonly recent: RecentAttempts;
  readonly queue: QueueRows;
  readonly artifacts: ArtifactRecords;
  readonly inventory: InventoryRecords;
  readonly durations: DurationRecords;
  readonly events: EventRecords;
  readonly requests: RequestRecords;
  readonly ranges: RangeRecords;
  readonly builders: BuilderRecords;
  readonly peaks: PeakRecords;
  readonly words: WordRecords;
  readonly provenance: ProvenanceRecords;
  readonly packages: PackageRecords;
  readonly audit: AuditRecords;
  readonly abi: AbiRecords;
  readonly rebuilds: RebuildRecords;
  /** For rooms with tables of their own. */
  readonly connection: DatabaseSync;
  /** All of `work` or nothing of it, on disk when it returns; `work` must not wait for anything. */
  transaction<T>(work: () => T): T;
  /** As `transaction`, but on disk only when `flushed` resolves, or with the next `transaction`. */
  transactionAhead<T>(work: () => T): T;
  /** Resolves when everything that was committed before the call is on disk; rejects with QUE002. */
  flushed(): Promise<void>;
  close(): void;
}

/**
 * Opens the record of a farm, making or updating its tables when it may write.
 * Throws QUE002 when the file cannot be used, QUE003 when it is of a newer version.
 */
export function openFarmDatabase(path: string, options: OpenFarmOptions): FarmDatabase {
  const readOnly = options.mode === 'read';
  const isAlone = (options.mode ?? 'write') === 'write';
  const connection = SqlConnection.open(path, { readOnly, isAlone });
  try {
    const lists = [farmTables, provenanceTables, auditTables, failureTables, ...(options.migrations ?? [])];
    if (readOnly) for (const list of lists) checkVersion(connection, list);
    else migrate(connection, lists);
    const jobs = new JobRecords(connection);
    const database: FarmDatabase = {
      plans: new PlanRecords(connection),
      jobs,
      edges: new JobEdges(connection, jobs),
      views: new JobViews(connection),
      attempts: new AttemptRecords(connection),
      failures: new FailureRecords(connection),
      recent: new RecentAttempts(connection),
      queue: new QueueRows(connection),
      artifacts: new ArtifactRecords(connection),
      inventory: new InventoryRecords(connection),
      durations: new DurationRecords(connection),
      events: new EventRecords(connection, options.clock),
      requests: new RequestRecords(connection),
      ranges: new RangeRecords(connection),
      builders: new BuilderRecords(connection),
      peaks: new PeakRecords(connection),
      words: new WordRecords(connection),
      provenance: new ProvenanceRecords(connection),
      packages: new PackageRecords(connection),
      audit: new AuditRecords(connection, options.clock),
      abi: new AbiRecords(connection),
      rebuilds: new RebuildRecords(connection),
      connection: connection.raw,
      transaction: (work) => connection.transaction(work),
      transactionAhead: (work) => connection.transactionAhead(work),
      flushed: () => connection.flushed(),
      close: () => connection.close(),
    };
    if (isAlone) connection.transaction(() => connection.ahead.takeUp());
    return database;
  } catch (error) {
    connection.close();
    throw isFault(error) ? error : unusable(path, error);
  }
}
