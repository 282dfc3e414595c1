import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builderName, type JobId } from '../primitives/index.ts';
import { nextFor } from './memory/order.ts';
import type { Claimant, Lease, QueueEntry } from './queue-backend.ts';
import { ReadyStock } from './ready-stock.ts';

const idOf = (name: number): JobId => `local/x86_64/job-${name}` as JobId;

const entry = fc.record({
  job: fc.nat(30).map(idOf),
  offer: fc.integer({ min: 1, max: 40 }),
  urgency: fc.constantFrom(0, 0, 0, 5),
  priority: fc.nat(3),
  readySinceMs: fc.nat(20),
  buildClass: fc.constantFrom<(number | string | undefined)[]>(undefined, 1, 2, 3, 'one'),
  share: fc.constantFrom('', 'core', 'extra'),
  labels: fc.constantFrom<string[][]>([], [], ['gpu']),
  arch: fc.constantFrom<(string | undefined)[]>(undefined, undefined, 'aarch64'),
  memoryBytes: fc.constantFrom<(number | undefined)[]>(undefined, 10, 60),
});

const claimant = fc.record({
  builder: fc.constantFrom('one', 'two').map(builderName),
  builderClass: fc.constantFrom<(number | undefined)[]>(1, 2, 9, undefined),
  labels: fc.constantFrom<string[][]>([], ['gpu']),
  arches: fc.constantFrom<string[][]>([], ['aarch64']),
  usualArch: fc.constantFrom(true, true, false),
  freeMemoryBytes: fc.constantFrom<(number | undefined)[]>(undefined, 5, 50, 100),
});

const step = fc.oneof(
  entry.map((value) => ({ kind: 'offer' as const, value })),
  fc.record({ who: claimant, overdueMs: fc.integer({ min: -1, max: 20 }) }).map((value) => ({
    kind: 'claim' as const,
    value,
  })),
  fc.nat(30).map((value) => ({ kind: 'withdraw' as const, value: idOf(value) })),
  fc.nat(30).map((value) => ({ kind: 'settle' as const, value: idOf(value) })),
);

/** The stock as the contract has it, in two lists. */
class Plain {
  ready: QueueEntry[] = [];
  leases: Lease[] = [];

  offer(given: QueueEntry): void {
    const known = [...this.ready, ...this.leases.map(({ entry: one }) => one)].find(
      ({ job }) => job === given.job,
    );
    if (known && known.offer >= given.offer) return;
    this.withdraw(given.job);
    this.ready.push(given);
  }

  withdraw(job: JobId): void {
    this.ready = this.ready.filter((one) => one.job !== job);
    this.settle(job);
  }

  settle(job: JobId): void {
    this.leases = this.leases.filter((one) => one.entry.job !== job);
  }

  claim(who: Claimant, overdueMs: number): QueueEntry | undefined {
    const found = nextFor(who, this, overdueMs);
    if (!found) return undefined;
    this.ready = this.ready.filter((one) => one !== found);
    this.leases.push({ entry: found, builder: who.builder, fence: 0, untilMs: 0 });
    return found;
  }
}

describe('the order of the queue as a plain value', () => {
  it('gives each claimant what the text of the contract gives it, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 90 }), (steps) => {
        const plain = new Plain();
        const stock = new ReadyStock();
        for (const one of steps) {
          if (one.kind === 'offer') {
            // offers have numbers of their own: two jobs never share one
            const given = {
              ...one.value,
              offer: one.value.offer * 100 + Number(one.value.job.split('-')[1]),
            };
            plain.offer(given);
            stock.offer(given);
          } else if (one.kind === 'claim') {
            const { who, overdueMs } = one.value;
            expect(stock.claim(who, overdueMs)).toEqual(plain.claim(who, overdueMs));
          } else {
            plain[one.kind](one.value);
            stock[one.kind](one.value);
          }
          expect(stock.size).toBe(plain.ready.length);
        }
      }),
    );
  });
});
