import { describe, expect, it } from 'vitest';
import { reportSchema } from './builder-protocol.ts';
import { readMessage } from './read-message.ts';

const artifact = {
  name: 'lib',
  version: '1-1',
  arch: 'any',
  fileName: 'lib-1-1-any.pkg.tar.zst',
  object: 'a'.repeat(64),
  sizeBytes: 1,
  depends: [],
  provides: [],
  providedSonames: [],
  neededSonames: [],
  facts: 'b'.repeat(64),
};
const report = (outcome: unknown, more = {}): unknown => ({
  attempt: 1,
  fence: 2,
  lease: {},
  token: 't',
  outcome,
  ...more,
});
const problem = { code: 'BLD001', severity: 'error', blame: 'recipe', what: 'it fails' };

describe('the end of an attempt', () => {
  it.each([
    { kind: 'succeeded', artifacts: [artifact] },
    { kind: 'already-built', files: ['lib-1-1-any.pkg.tar.zst'] },
    { kind: 'skipped', reason: 'as asked' },
    { kind: 'failed', problem },
    {
      kind: 'failed',
      problem: { ...problem, place: { file: 'PKGBUILD', line: 3 }, why: 'So.', next: 'Now.' },
    },
    { kind: 'timed-out', limitMs: 0 },
    { kind: 'canceled', requeue: true, reason: 'stopped' },
    { kind: 'lost', reason: 'gone' },
  ])('is understood as it is meant: $kind', (outcome) => {
    expect(readMessage(reportSchema, report(outcome)).outcome).toEqual(outcome);
  });

  it.each([
    ['no outcome', undefined],
    ['an unknown one', { kind: 'splendid' }],
    ['a success without packages', { kind: 'succeeded' }],
    ['a package of half a byte', { kind: 'succeeded', artifacts: [{ ...artifact, sizeBytes: 0.5 }] }],
    ['a package without a name', { kind: 'succeeded', artifacts: [{ ...artifact, name: undefined }] }],
    ['a failure without a problem', { kind: 'failed' }],
    ['a problem with a code of its own', { kind: 'failed', problem: { ...problem, code: '<b>' } }],
    ['a cancellation that says nothing of the job', { kind: 'canceled', reason: 'stopped' }],
  ])('is refused: %s', (_, outcome) => {
    expect(() => readMessage(reportSchema, report(outcome))).toThrow('BLD043');
  });

  it.each([
    { peakMemoryBytes: -1 },
    { peakMemoryBytes: 1.5 },
    { peakDiskBytes: 2 ** 60 },
    { logBytes: Number.POSITIVE_INFINITY },
    { durationMs: -1 },
  ])('is refused with figures that the record could not keep: %o', (more) => {
    expect(() => readMessage(reportSchema, report({ kind: 'lost', reason: '' }, more))).toThrow('BLD043');
  });
});
