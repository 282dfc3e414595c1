export type {
  AbiLibrary,
  AbiPackage,
  AbiProvision,
  AbiProvisionRow,
  AbiRecords,
  AbiRequirement,
  AbiRow,
  AbiToRecord,
  SymbolSet,
} from './abi-records.ts';
export type { ArtifactRecords, NewArtifact, StoredArtifact } from './artifact-records.ts';
export type { AttemptRecord, AttemptRecords } from './attempt-records.ts';
export type { AuditEntry, AuditFilter, AuditMeans, AuditRecords } from './audit-records.ts';
export type { DurationRecords } from './duration-records.ts';
export type { EventRecords } from './event-records.ts';
export {
  type FailureGroup,
  type FailureLine,
  type FailureRecord,
  type FailureRecords,
  isExplainable,
} from './failure-records.ts';
export { type FarmDatabase, type OpenFarmOptions, openFarmDatabase } from './farm-database.ts';
export { acquireBuilderLock, acquireManagerLock, type FarmLock, readManager } from './farm-lock.ts';
export type { InventoryRecords, Success } from './inventory-records.ts';
export type { Dependant, EdgeKind, EdgeRow, JobEdges } from './job-edges.ts';
export type { JobChange, JobRecord, JobRecords } from './job-records.ts';
export type { JobRevision, JobView, JobViews } from './job-views.ts';
export type { MigrationList } from './migrations.ts';
export type { AttemptSum, PackageRecord, PackageRecords } from './package-records.ts';
export type { PlanHead, PlanRecords } from './plan-records.ts';
export { type NewPlan, planRows } from './plan-rows.ts';
export type { ProvenanceRecords, StatementRecord, VerdictRecord } from './provenance-records.ts';
export type { OpenState, QueueFilter, QueueRow, QueueRows } from './queue-rows.ts';
export type { CommitRange, RangeOwner, RangeRecords } from './range-records.ts';
export type { RebuildRecord, RebuildRecords, RebuildState } from './rebuild-records.ts';
export type { HourOfAttempts, JobAtWork, RecentAttempts, RecentFailure } from './recent-attempts.ts';
export type {
  BuilderRecord,
  BuilderRecords,
  PeakRecords,
  Peaks,
  RequestRecord,
  RequestRecords,
  WordRecords,
} from './service-records.ts';
