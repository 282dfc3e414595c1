import { expect, it } from 'vitest';
import type { Mirror, MirrorSubarch, MirrorVersion } from './contract.ts';
import { removals } from './retention.ts';

const day = 86_400_000;
const now = 100 * day;
const rules = { keepBuilds: 2, keepSnapshots: 2, staleMs: 3 * day };

const version = (name: string, more: Partial<MirrorVersion> = {}): MirrorVersion => ({
  ...{ version: name, path: `/m/b/a/s/${name}`, status: 'ok', artifacts: [] },
  ...{ isComplete: true, isFull: true, modifiedMs: now - 30 * day },
  ...more,
});
const subarch = (versions: readonly MirrorVersion[], more: Partial<MirrorSubarch> = {}): MirrorSubarch => ({
  ...{ identity: { build: 'b', archDesc: 'a', subarch: 's' }, path: '/m/b/a/s', failures: 0 },
  ...{ control: new Map(), busy: undefined, latest: new Map(), versions },
  ...more,
});
const gone = (one: MirrorSubarch, snapshots: Mirror['snapshots'] = []): readonly string[] =>
  removals({ root: '/m', subarches: [one], snapshots }, rules, now).map(
    ({ path }) => path.split('/').at(-1) ?? '',
  );

const four = ['1', '2', '3', '4'].map((name) => version(name));

it('9.9: complete builds beyond those that are kept go, the oldest first', () => {
  expect(gone(subarch(four))).toEqual(['1', '2']);
});

it('what a control file or a link names stays, and everything of a subarch that is being built', () => {
  const control = new Map([['version/stage1', '1']]);
  expect(gone(subarch(four, { control }))).toEqual(['2']);
  const latest = new Map([['lxd-latest.tar.xz', '2/lxd-s-b-2.tar.xz']]);
  expect(gone(subarch(four, { control, latest }))).toEqual([]);
  expect(gone(subarch(four, { busy: 'process 1' }))).toEqual([]);
});

it('9.9: incomplete builds go when they are left behind and there is a newer one', () => {
  const left = { isComplete: false, status: undefined };
  const versions = [version('1', left), version('2', { ...left, modifiedMs: now }), version('3', left)];
  expect(gone(subarch(versions))).toEqual(['1']);
});

it('9.9: the link to the newest snapshot is not counted as a snapshot', () => {
  const snapshots = ['1', '2', '3'].map((name) => ({
    ...{ build: 'b', name: `portage-${name}.tar.xz`, path: `/m/b/snapshots/portage-${name}.tar.xz` },
    ...{ sizeBytes: 1, isLatest: name === '3' },
  }));
  expect(gone(subarch([]), snapshots)).toEqual(['portage-1.tar.xz']);
});
