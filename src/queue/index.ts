export { type Fit, fitOf, mayTake } from './class-fit.ts';
export type {
  Claimant,
  ClaimRequest,
  Lease,
  QueueBackend,
  QueueCounts,
  QueueEntry,
} from './queue-backend.ts';
export { ReadyStock } from './ready-stock.ts';
