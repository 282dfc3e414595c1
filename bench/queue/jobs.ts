// Jobs that do nothing, as the queue, the record and BullMQ know them.
import { systemClock as clock } from '../../src/host/index.ts';
import type { JobEdge, PlannedJob } from '../../src/model/index.ts';
import type { Digest, JobId } from '../../src/primitives/index.ts';
import type { QueueEntry } from '../../src/queue/index.ts';

const idOf = (at: number): JobId => `bench/x86_64/job-${at}` as JobId;

export function plannedJob(at: number, on: readonly number[]): PlannedJob {
  const name = `job-${at}`;
  return {
    id: idOf(at),
    kind: 'pkgbuild',
    name,
    folder: `/recipes/${name}`,
    outputs: [name],
    version: '1.2.3-1',
    inputDigest: 'a'.repeat(64) as Digest,
    action: 'build',
    reasons: [{ kind: 'new' }],
    waitsFor: on.map(
      (one): JobEdge => ({ job: idOf(one), because: `job-${one}`, match: 'output', required: false }),
    ),
    cutEdges: [],
    buildClass: (at % 8) + 1,
    expectedMs: undefined,
    criticalPathMs: (at * 7919) % 1_000_000,
  };
}

export const entryAt = (at: number): QueueEntry => ({
  job: idOf(at),
  offer: at + 1,
  priority: (at * 7919) % 1000,
  readySinceMs: clock.nowMs(),
  buildClass: (at % 8) + 1,
  share: `source-${at % 3}`,
});
