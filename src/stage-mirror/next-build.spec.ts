import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Candidate, nextBuild } from './next-build.ts';

const day = 86_400_000;
const now = 100 * day;
const rules = { staleMs: 3 * day, mostFailures: 3 };
const one = (subarch: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ build: '1.4', archDesc: 'x86-64bit', subarch, builtMs: now - day, failures: 0, isBusy: false },
  ...more,
});
const chosen = (...candidates: Candidate[]) => {
  const next = nextBuild(candidates, rules, now);
  return next && [next.candidate.subarch, next.why];
};

it('9.9: what was never built comes before what is stale, and the oldest that is stale before others', () => {
  const stale = one('stale', { builtMs: now - 4 * day });
  const older = one('older', { builtMs: now - 5 * day });
  expect(chosen(stale, one('never', { builtMs: undefined }), older)).toEqual(['never', 'never built']);
  expect(chosen(stale, older, one('fresh'))).toEqual(['older', 'stale']);
  expect(chosen(one('fresh'))).toBeUndefined();
});

it('9.9: one that failed waits twice as long, and comes then before stale ones that did not fail', () => {
  const failed = one('failed', { failures: 1, builtMs: now - 7 * day });
  const stale = one('stale', { builtMs: now - 8 * day });
  expect(chosen(stale, failed)).toEqual(['failed', 'failed, and long ago']);
  expect(chosen(stale, { ...failed, builtMs: now - 5 * day })).toEqual(['stale', 'stale']);
  expect(chosen(one('fresh'), { ...failed, builtMs: now - 5 * day })).toEqual(['failed', 'stale']);
  expect(chosen(one('new', { builtMs: undefined, failures: 1 }), stale)).toEqual(['stale', 'stale']);
});

it('9.9: who failed too often or is being built is out of the rotation, whatever its age', () => {
  const old = fc.record({
    builtMs: fc.option(fc.integer({ min: 0, max: now }), { nil: undefined }),
    failures: fc.nat(5),
    isBusy: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(old, { maxLength: 8 }), (facts) => {
      const candidates = facts.map((fact, index) => one(String(index), fact));
      const next = nextBuild(candidates, rules, now)?.candidate;
      const due = candidates.filter(
        ({ builtMs, failures, isBusy }) =>
          !isBusy && failures < 3 && (builtMs === undefined || now - builtMs > rules.staleMs),
      );
      if (next) expect(due).toContain(next);
      else expect(due).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
