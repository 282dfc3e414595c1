export { type Fit, fitOf, mayTake } from './class-fit.ts';
export {
  type Claimant,
  type ClaimRequest,
  defaultLongestWaitMs,
  type Lease,
  type QueueBackend,
  type QueueCounts,
  type QueueEntry,
} from './queue-backend.ts';
