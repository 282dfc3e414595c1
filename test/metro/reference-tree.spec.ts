import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansFor, runRequest } from '../../src/app/stages/index.ts';
import { madeUpElements, written } from './made-up.ts';
import { askOurs, askReference, type Job, type Outcome, writeFarm } from './reference.ts';

const checkout = process.env['PACKMILL_METRO'] ?? '';

/** Counts of the specification's table 11.2: elements defined, errors, lines, blocks, zapped, files. */
const table: Readonly<Record<string, readonly number[]>> = {
  stage1: [111, 5, 81, 24, 1, 20],
  stage2: [110, 5, 81, 23, 1, 20],
  stage3: [113, 1, 87, 24, 1, 20],
  'stage3-freshen': [113, 1, 87, 24, 1, 21],
  'stage3-quick': [113, 1, 87, 24, 1, 20],
  'stage3-test': [112, 1, 87, 23, 1, 21],
  gnome: [114, 1, 87, 25, 1, 21],
  selinux: [114, 1, 87, 25, 1, 21],
  lxc: [115, 1, 88, 25, 1, 22],
  vserver: [115, 1, 88, 25, 1, 22],
  lxd: [116, 1, 89, 25, 1, 22],
  openvz: [114, 1, 86, 25, 2, 21],
  snapshot: [84, 10, 63, 10, 1, 14],
};
/** Targets with more or fewer scripts than most. */
const stepCounts: Readonly<Record<string, number>> = { 'stage3-test': 7, gnome: 9, selinux: 9 };
const usual = { build: '1.4-release-std', archDesc: 'x86-64bit', subarch: 'core2_64' };

/** Lines of the reference in which printed lines are one (3.9), as single lines. */
function splitLines(value: string | readonly string[] | null | undefined): unknown {
  if (!Array.isArray(value)) return value;
  return value.flatMap((line: string) => (line.endsWith('\n') ? line.slice(0, -1).split('\n') : [line]));
}

/** Elements and errors as one. A circle that the reference does not see ends in its stack; here it is one (Q21). */
function comparable(outcome: Outcome): Readonly<Record<string, unknown>> {
  const values = Object.entries(outcome.elements).map(([name, value]) => [name, splitLines(value)] as const);
  return Object.fromEntries([
    ...values,
    ...Object.entries(outcome.errors).map(([name, word]) => [
      name,
      { word: word === 'TOO_DEEP' ? 'CIRCULAR_REF' : word },
    ]),
  ]);
}

describe.runIf(checkout !== '')("the reference's own tree (11.2)", () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-metro-tree-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const setsOf = (target: string, build: string) => ({
    'path/config': '/root',
    target,
    'target/build': build,
    'target/arch_desc': usual.archDesc,
    'target/subarch': usual.subarch,
    'target/version': '2019-11-10',
  });

  it('is planned as it would be built, for each target: source, result, link, root and steps', () => {
    const plans = (strategy: 'local' | 'remote', target: string) => {
      const file = writeFarm(folder, checkout, { ...usual, strategy, seed: 'stage3' });
      const sets = Object.entries(setsOf(target, usual.build)).map(([name, value]) => `${name}=${value}`);
      const request = { file, values: sets, target, overrides: [], replace: false };
      return plansFor(runRequest(request))[0];
    };
    const own = '1.4-release-std/x86-64bit/core2_64';
    const mirror = join(folder, 'mirror');
    expect(plans('local', 'stage1')).toMatchObject({
      source: {
        folder: `${mirror}/${own}/2019-01-01`,
        name: 'stage3-core2_64-1.4-release-std-2019-01-01.tar.xz',
      },
      result: `${mirror}/${own}/2019-11-10/stage1-core2_64-1.4-release-std-2019-11-10.tar.xz`,
      packed: '/tmp/stage1root',
      latest: undefined,
    });
    expect(plans('remote', 'stage1')?.source.name).toBe(
      'stage3-generic_64-1.4-release-std-2018-12-12.tar.xz',
    );
    expect(plans('remote', 'stage3')?.controlUpdates.map(({ name }) => name)).toEqual([
      'version/stage3',
      'strategy/build',
    ]);
    const named = Object.keys(table).filter((target) => target !== 'snapshot');
    const found = named.map((target) => plans('local', target));
    expect(found.map((plan) => plan?.steps.length)).toEqual(named.map((target) => stepCounts[target] ?? 8));
    expect(found.find((plan) => plan?.target === 'openvz')?.result).toMatch(
      /\/1\.4-release-std-core2_64-openvz-2019-11-10\.tar\.xz$/,
    );
    expect(found.find((plan) => plan?.target === 'stage3')?.latest).toBe(
      `${mirror}/${own}/stage3-latest.tar.xz`,
    );
  });

  it('has the elements, errors and files of the table, for each target', () => {
    const root = writeFarm(folder, checkout, { ...usual, strategy: 'local', seed: 'stage3' });
    for (const [target, row] of Object.entries(table)) {
      const { elements, errors, collected, fatal, left } = askOurs({
        root,
        sets: setsOf(target, usual.build),
      });
      const values = Object.values(elements);
      const blocks = values.filter((value) => Array.isArray(value)).length;
      const zapped = values.filter((value) => value === null).length;
      const wrong = Object.keys(errors).length;
      const lines = values.length - blocks - zapped;
      expect([values.length + wrong, wrong, lines, blocks, zapped, collected.length], target).toEqual(row);
      expect([fatal, left]).toEqual([null, []]);
    }
  });

  it('has the scripts of the table, line by line', () => {
    const root = writeFarm(folder, checkout, { ...usual, strategy: 'local', seed: 'stage3' });
    // 'auto' on four processors
    const sets = { ...setsOf('stage3', usual.build), 'portage/MAKEOPTS': '-j5' };
    const { elements } = askOurs({ root, sets });
    const sizes = {
      ...{ 'steps/setup': 132, 'steps/chroot/run': 172, 'steps/unpack/source': 65, 'steps/chroot/clean': 77 },
      ...{ 'steps/chroot/postrun': 36, 'steps/chroot/test': 69, 'steps/capture': 22, 'files/motd': 11 },
    };
    for (const [name, size] of Object.entries(sizes)) expect(elements[name], name).toHaveLength(size);
    const digests = {
      'steps/setup': 'fafbc56eb7d21979',
      'steps/chroot/run': '510d4d2cd2c30064',
      'steps/chroot/postrun': '94ec207498122fc8',
      'steps/chroot/clean': '96ec5554df100caf',
      'steps/chroot/test': '2c183a4cee772e63',
      'files/motd': 'd4b172ddc8a4ad9a',
    };
    for (const [name, digest] of Object.entries(digests)) {
      const text = (elements[name] as readonly string[]).join('\n');
      expect(createHash('sha256').update(text).digest('hex').slice(0, 16), name).toBe(digest);
    }
  });

  it('tells what is missing when an input is left out', () => {
    const usualFarm = { ...usual, strategy: 'local', seed: 'stage3' } as const;
    const root = writeFarm(join(folder, 'whole'), checkout, usualFarm);
    const counts = (job: Job): readonly number[] => {
      const { elements, errors, left } = askOurs(job);
      const values = Object.values(elements);
      return [
        values.length,
        Object.keys(errors).length,
        values.filter((one) => one === null).length,
        left.length,
      ];
    };
    const without = (name: string, target: string): Job => {
      const { [name]: _, ...sets } = setsOf(target, usual.build) as Record<string, string>;
      return { root, sets };
    };
    expect(counts(without('target/build', 'stage3'))[3]).toBe(2);
    const codes = askOurs(without('target/build', 'stage3')).program.problems.map(({ code }) => code);
    expect(codes).toEqual(['MTR043', 'MTR043']);
    expect(counts(without('target/arch_desc', 'stage3')).slice(1)).toEqual([20, 8, 1]);
    expect(counts(without('target', 'stage3')).slice(0, 2)).toEqual([56, 15]);
    expect(counts(without('target', 'stage3'))[3]).toBe(0);

    const control = (name: string): string => {
      const farm = join(folder, name.replace('/', '-'));
      const file = writeFarm(farm, checkout, usualFarm);
      rmSync(join(farm, 'mirror', usual.build, usual.archDesc, usual.subarch, '.control', name));
      return file;
    };
    const strategy = control('strategy/build');
    expect(askOurs({ root: strategy, sets: setsOf('stage1', usual.build) }).fatal).toBe('MTR028');
    expect(counts({ root: strategy, sets: setsOf('stage3', usual.build) })[1]).toBe(4);
    const version = control('version/stage3');
    expect(counts({ root: version, sets: setsOf('stage1', usual.build) })[1]).toBe(12);
  });

  it('agrees element by element with the reference, for every build, target, strategy and seed', () => {
    const builds = readdirSync(join(checkout, 'etc/builds')).filter((name) =>
      existsSync(join(checkout, 'etc/builds', name, 'build.conf')),
    );
    const jobs: Job[] = [];
    for (const build of builds) {
      for (const strategy of ['local', 'remote'] as const) {
        for (const seed of ['stage3', 'stage1'] as const) {
          const root = writeFarm(join(folder, build), checkout, { ...usual, build, strategy, seed });
          for (const target of Object.keys(table)) jobs.push({ root, sets: setsOf(target, build) });
        }
      }
    }
    expect(jobs.length).toBe(builds.length * 52);
    const theirs = askReference(checkout, jobs);
    for (const [index, job] of jobs.entries()) {
      const ours = askOurs(job);
      const reference = theirs[index] as Outcome;
      expect(comparable(ours), JSON.stringify(job)).toEqual(comparable(reference));
      expect(ours.collected).toEqual(reference.collected);
      expect([ours.fatal, ours.left]).toEqual([reference.fatal, reference.left]);
    }
  });
});

describe.runIf(checkout !== '')('made-up programs (11.4)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-metro-made-up-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('agree element by element with the reference, where no quirk is known', () => {
    const programs = fc.sample(madeUpElements, 1500).map((elements) => {
      const outside = elements.filter(([name]) => !name.includes('/'));
      const inside = elements.filter(([name]) => name.includes('/'));
      return [...outside, ...inside].map((one) => written(one)).join('');
    });
    const jobs = programs.filter(hasNoQuirk).map((text, index) => {
      const root = join(folder, `${index}.conf`);
      writeFileSync(root, text);
      return { root, text, sets: {} };
    });
    expect(jobs.length).toBeGreaterThan(300);
    const theirs = askReference(checkout, jobs);
    for (const [index, job] of jobs.entries()) {
      // there '?' of an element that is being worked out counts as a circle
      const { errors } = theirs[index] as Outcome;
      if (job.text.includes('?]') && Object.values(errors).includes('CIRCULAR_REF')) continue;
      expect(comparable(askOurs(job)), job.text).toEqual(comparable(theirs[index] as Outcome));
    }
  });
});

/** References to the section in lines of blocks (Q15) and a modifier behind an include's name are answered otherwise. */
function hasNoQuirk(text: string): boolean {
  const blocks = [...text.matchAll(/: \[\n((?:(?!\]\n).*\n)*)\]\n/g)].map(([, body = '']) => body);
  return blocks.every((body) => !/\$\[:?[\]?]|\$\[:/.test(body));
}
