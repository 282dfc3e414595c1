import { fault } from '../diagnostics/index.ts';
import type { Lease } from './queue-backend.ts';

/** QUE012: what `renew` throws for a lease it does not know while the queue has no memory. */
export const forgot = ({ entry }: Lease): Error =>
  fault('QUE012', { what: `the queue was emptied and cannot tell whose '${entry.job}' is` });
