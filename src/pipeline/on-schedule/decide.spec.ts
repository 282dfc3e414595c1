import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Findings, isToBuild } from './decide.ts';

const nothing: Findings = {
  changesRecipe: false,
  isRebuild: false,
  classification: { size: 'minor', reasons: [], problems: [] },
  isVersionCheck: false,
  hasNewCommits: false,
  isFirstBuild: false,
  onTrigger: undefined,
  untrusted: [],
};
const major = { size: 'major', reasons: [], problems: [] } as const;
const careful = { humanReview: true, nvcheckerReview: true };

const findings: fc.Arbitrary<Findings> = fc.record({
  changesRecipe: fc.boolean(),
  isRebuild: fc.boolean(),
  classification: fc.constantFrom(nothing.classification, major),
  isVersionCheck: fc.boolean(),
  hasNewCommits: fc.boolean(),
  isFirstBuild: fc.boolean(),
  onTrigger: fc.constantFrom(undefined, 'daily'),
  untrusted: fc.constantFrom([], ['a']),
});
const policy = fc.record({ humanReview: fc.boolean(), nvcheckerReview: fc.boolean() });

describe('a decision', () => {
  it('proposes a major change of somebody who is not trusted, and commits all others', () => {
    const change = { ...nothing, changesRecipe: true };
    expect(decide(change, careful)).toMatchObject({ kind: 'commit', schedules: true });
    const risky = { ...change, classification: major, untrusted: ['a'] };
    expect(decide(risky, careful)).toMatchObject({
      kind: 'review',
      because: 'a major change; not trusted: a',
    });
    expect(decide({ ...risky, untrusted: [] }, careful).kind).toBe('commit');
    expect(decide(risky, { ...careful, humanReview: false }).kind).toBe('commit');
  });

  it('proposes what a version check found, whoever is trusted', () => {
    const found = { ...nothing, changesRecipe: true, isVersionCheck: true };
    expect(decide(found, { ...careful, humanReview: false }).kind).toBe('review');
    expect(decide(found, { ...careful, nvcheckerReview: false }).kind).toBe('commit');
  });

  it('never builds what a trigger builds', () => {
    fc.assert(
      fc.property(findings, policy, (found, rules) => {
        if (found.onTrigger !== undefined) expect(isToBuild(decide(found, rules))).toBe(false);
      }),
    );
  });

  it('never commits a recipe that has to be reviewed, and never does nothing where something changed', () => {
    fc.assert(
      fc.property(findings, policy, (found, rules) => {
        const decision = decide(found, rules);
        const isRisky =
          found.changesRecipe &&
          rules.humanReview &&
          found.classification.size === 'major' &&
          found.untrusted.length > 0;
        if (isRisky) expect(decision.kind).toBe('review');
        const isNews = found.changesRecipe || found.isRebuild || found.hasNewCommits || found.isFirstBuild;
        expect(decision.kind === 'nothing').toBe(!isNews);
      }),
    );
  });
});
