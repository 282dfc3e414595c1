import type {
  ArtifactRecords,
  AttemptRecords,
  DurationRecords,
  EventRecords,
  InventoryRecords,
  JobEdges,
  JobRecords,
  PeakRecords,
  PlanRecords,
} from '../database/index.ts';

/**
 * What admission and motion need of a record. A farm's database is one; `VirtualRecord` is its twin in memory, so that the very
 * code that moves jobs of a farm also runs in virtual time, without a disk.
 */
export interface DispatchRecord {
  readonly plans: Pick<PlanRecords, 'add' | 'get' | 'open' | 'countDown' | 'finish'>;
  readonly jobs: Pick<
    JobRecords,
    | 'get'
    | 'update'
    | 'planned'
    | 'openOfPlan'
    | 'openWithId'
    | 'decrementPending'
    | 'takeOffers'
    | 'cycleIsAtWork'
    | 'heldInCycle'
    | 'noteAdded'
    | 'notePlanned'
  >;
  readonly edges: Pick<
    JobEdges,
    | 'dependants'
    | 'dependencies'
    | 'addEdge'
    | 'moveDependants'
    | 'inherit'
    | 'waitsFor'
    | 'needing'
    | 'noteUnawaited'
  >;
  readonly attempts: Pick<AttemptRecords, 'start' | 'end' | 'setLogPath'>;
  readonly artifacts: Pick<ArtifactRecords, 'add'>;
  readonly inventory: Pick<InventoryRecords, 'get' | 'succeeded' | 'endedWithout'>;
  readonly durations: Pick<DurationRecords, 'add'>;
  readonly events: Pick<EventRecords, 'append'>;
  readonly peaks: Pick<PeakRecords, 'get' | 'note'>;
}
