// What a farm would build of files of the Metro language: jobs, what they need, and what their inputs are.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import type { MirrorEntry } from '../../src/app/stage-targets/mirror-entries.ts';
import { outdated } from '../../src/app/stage-targets/outdated.ts';
import { stageRecipes } from '../../src/app/stage-targets/recipes.ts';
import { parseFarmConfig } from '../../src/config/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import type { Digest } from '../../src/primitives/index.ts';
import type { StageFacts } from '../../src/recipes/stage/index.ts';
import { compareVersions } from '../../src/stages/index.ts';
import { Scene } from '../stages/scene.ts';

const version = '2026-03-01';
const own = { build: 'tiny-current', archDesc: 'x86-64bit', subarch: 'generic_64' };
const digestOf = (letter: string): Digest => letter.repeat(64) as Digest;
let scene: Scene;

beforeAll(() => {
  scene = new Scene();
  for (const target of ['stage1', 'stage2', 'stage3', 'lxd']) scene.target(target, '#!/bin/sh\ntrue');
  scene.target('snapshot', '[section snapshot]\nsource: folder\nsource/remote: /srv/ports\n');
  scene.write(
    'etc/trees.conf',
    `${scene.read('etc/farm.conf')}
[section path/mirror]
snapshot: $[path/mirror]/$[target/build]/snapshots/portage-$[target/version].tar
link: $[path/mirror]/$[target/build]/snapshots/portage-latest.tar
`,
  );
});
afterAll(() => scene.end());

const sha256 = digestOf('a');
const generic = `{ build: tiny-current, arch-desc: x86-64bit, subarch: generic_64, extras: [lxd], seed: { file: /srv/seed.tar, sha256: ${sha256}, version: "2026-01-01" } }`;
const core2 =
  '{ build: tiny-current, arch-desc: x86-64bit, subarch: core2_64, remote: tiny-current/x86-64bit/generic_64 }';

/** A farm that holds some results and builds nothing. */
function farmWith(builds: readonly string[], results: readonly MirrorEntry[] = [], file = 'etc/farm.conf') {
  const config = parseFarmConfig(
    `targets: { mirror: { kind: stages } }
recipe-sources:
  tiny: { kind: stages, url: ${scene.folder}, target: mirror, stages: { file: ${file}, builds: [${builds.join(', ')}] } }
`,
    'packmill.yaml',
  );
  const facts = new Map(results.map(({ name, about }) => [name, JSON.stringify(about)]));
  const farm = {
    config,
    paths: { public: '/srv/public' },
    clock: new VirtualClock(Date.UTC(2026, 2, 1, 12)),
    database: { words: { get: () => undefined } },
    trees: { packages: () => results.map((one) => ({ ...one, facts: one.name })) },
    store: { readBytes: async (name: string) => Buffer.from(facts.get(name) ?? '') },
  } as unknown as Farm;
  return async () => {
    const { recipes, problems } = await stageRecipes(farm, 'tiny', { top: scene.folder });
    return { byName: new Map(recipes.map((one) => [one.name.replace('.x86-64bit.', '.'), one])), problems };
  };
}

function entry(type: string, of: string, more: Partial<StageFacts> = {}): MirrorEntry {
  const about: StageFacts = {
    ...{ files: [], kind: 'result', place: own, version: of, target: type, type },
    path: `tiny-current/x86-64bit/generic_64/${of}/${type}.tar`,
    ...{ latest: undefined, control: [], extras: [] },
    ...more,
  };
  const object = digestOf('b');
  const placed = [{ path: about.path, object }];
  const place = 'subarch' in about.place ? about.place.subarch : 'trees';
  return { name: `${place}/${of}/${type}`, version: of, fileName: `${type}.tar`, object, placed, about };
}

const generic64 = 'tiny-current.generic_64';
type Found = Awaited<ReturnType<ReturnType<typeof farmWith>>>;
const needs = ({ byName }: Found, name: string): readonly string[] | undefined =>
  byName.get(name)?.needs.map((need) => need.name.replace('.x86-64bit.', '.'));
const seedOf = ({ byName }: Found, name: string): string => {
  const details = byName.get(name)?.details;
  return details?.kind === 'result' ? details.plan.source.name : '';
};

describe('stages as jobs', () => {
  it('9.1: are a graph from seed and package tree to images, of the version of the day', async () => {
    const found = await farmWith([generic], [], 'etc/trees.conf')();
    expect([...found.byName.keys()]).toEqual([
      ...[`${generic64}/seed-stage3`, 'tiny-current/snapshot'],
      ...[`${generic64}/stage1`, `${generic64}/stage2`, `${generic64}/stage3`, `${generic64}/lxd`],
    ]);
    expect(needs(found, `${generic64}/stage1`)).toEqual([
      `${generic64}/seed-stage3`,
      'tiny-current/snapshot',
    ]);
    expect(needs(found, `${generic64}/stage2`)).toEqual([`${generic64}/stage1`, 'tiny-current/snapshot']);
    expect(needs(found, `${generic64}/lxd`)).toEqual([`${generic64}/stage3`, 'tiny-current/snapshot']);
    expect(found.byName.get(`${generic64}/stage3`)).toMatchObject({ version, labels: ['stages-x86_64'] });
    expect(found.byName.get('tiny-current/snapshot')).toMatchObject({ buildClass: 'manager' });
  });

  it('10.5: have other inputs when instructions of a target before them change, and the same ones when nothing does', async () => {
    const look = farmWith([generic]);
    const digests = ({ byName }: Found) => [...byName.values()].map(({ inputDigest }) => inputDigest);
    const before = digests(await look());
    expect(digests(await look())).toEqual(before);
    scene.target('stage2', '#!/bin/sh\nfalse');
    const after = digests(await look());
    scene.target('stage2', '#!/bin/sh\ntrue');
    expect(after.map((digest, at) => digest === before[at])).toEqual([true, true, false, false, false]);
  });

  it('9.2: begin with the newest stage3 that is older, and with the same one when theirs is published', async () => {
    const older = [entry('stage3', '2026-01-01'), entry('stage3', '2026-02-01')];
    const found = await farmWith([generic], older)();
    expect(seedOf(found, `${generic64}/stage1`)).toBe('stage3-generic_64-tiny-current-2026-02-01');
    expect(needs(found, `${generic64}/stage1`)).toEqual([]);
    const begun = { place: own, type: 'stage3', version: '2026-01-01' };
    const built = [entry('stage1', version, { begun }), entry('stage3', version, { begun })];
    const again = await farmWith([generic], [...older, ...built])();
    expect(seedOf(again, `${generic64}/stage1`)).toBe('stage3-generic_64-tiny-current-2026-01-01');
    expect(seedOf(again, `${generic64}/lxd`)).toBe(`stage3-generic_64-tiny-current-${version}`);
  });

  it('9.2: of a remote build begin with the stage of another subarch until there is one of their own', async () => {
    const found = await farmWith([generic, core2])();
    const name = 'tiny-current.core2_64/stage1';
    expect(seedOf(found, name)).toBe('stage3-generic_64-tiny-current-2026-01-01');
    expect(needs(found, name)).toEqual([`${generic64}/seed-stage3`]);
    const place = { ...own, subarch: 'core2_64' };
    const local = await farmWith([generic, core2], [entry('stage3', '2026-02-02', { place })])();
    expect(seedOf(local, name)).toBe('stage3-core2_64-tiny-current-2026-02-02');
  });

  it('leave a subarch out whose files are wrong, and say what is missing where nothing is there to begin with', async () => {
    const lost = '{ build: tiny-current, arch-desc: x86-64bit, subarch: lost_64 }';
    const { byName, problems } = await farmWith([generic, lost])();
    expect(byName.has(`${generic64}/stage3`)).toBe(true);
    expect(problems.map(({ problem }) => problem.code)).toEqual(['MST002']);
    await expect(farmWith([lost])()).rejects.toMatchObject({ problem: { code: 'MST002' } });
    const outside = generic.replace('extras:', 'values: { path/mirror/target/path: /etc }, extras:');
    await expect(farmWith([outside])()).rejects.toMatchObject({ problem: { code: 'MST003' } });
  });
});

describe('versions that leave a mirror', () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 10 });
  it('are never the newest whole ones, nor what those began with', () => {
    fc.assert(
      fc.property(versions, fc.integer({ min: 1, max: 3 }), fc.func(fc.boolean()), (days, keep, isWhole) => {
        const all = days.sort((a, b) => a - b).map((day) => `2026-01-${String(day).padStart(2, '0')}`);
        const entries = all.flatMap((of, at) => {
          const before = all[Math.floor(at / 2)] ?? of;
          const begun = { place: own, type: 'stage3', version: before };
          const stage1 = entry('stage1', of, { begun });
          return isWhole(of) ? [stage1, entry('stage3', of, { begun })] : [stage1];
        });
        const gone = new Set(outdated(entries, keep));
        const kept = entries.filter(({ name }) => !gone.has(name));
        const whole = entries.filter(({ about }) => about.type === 'stage3').map((one) => one.version);
        const newest = whole.sort(compareVersions).slice(-keep);
        for (const of of newest)
          expect(kept.some((one) => one.version === of && one.about.type === 'stage3')).toBe(true);
        for (const { about } of kept.filter((one) => newest.includes(one.version)))
          if (whole.includes(about.begun?.version ?? ''))
            expect(
              kept.some((one) => one.about.type === 'stage3' && one.version === about.begun?.version),
            ).toBe(true);
        if (newest.length === keep)
          for (const one of kept.filter(({ about }) => about.type === 'stage1'))
            expect(compareVersions(one.version, newest[0] ?? '')).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
