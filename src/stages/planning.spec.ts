import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMetro, memoryFiles } from '../formats/metro/index.ts';
import { compareVersions, isControlValue, versionTime } from './control.ts';
import { Elements } from './elements.ts';
import { emulatorOf } from './foreign.ts';
import { planTarget } from './plan-target.ts';
import { byteCountOf, countOf, spanOf } from './quantities.ts';
import { complainedLine, isBashScript } from './script-place.ts';
import { targetList } from './target-list.ts';

const base = `[section path]
mirror: /m
[section target]
build: b
arch_desc: x86-64bit
subarch: s
version: 2019-11-10
[section steps]
chroot/run: true
`;
const programOf = (text: string) => {
  const { program } = loadMetro({ root: 'x', files: memoryFiles(new Map([['x', text]])) });
  if (!program) throw new Error('no program');
  return program;
};
const control: Readonly<Record<string, string>> = {
  '/m/b/x86-64bit/s/.control/strategy/build': 'local\n',
  '/m/b/x86-64bit/s/.control/strategy/seed': 'stage3\n',
  '/m/b/x86-64bit/s/.control/version/stage3': '2019-01-01\n',
  '/m/b/x86-64bit/s/.control/version/stage1': '2019-01-02\n',
};
const plan = (target: string, text = base, files = control) =>
  planTarget({
    program: programOf(text),
    target,
    read: (folder, name) => files[`${folder}/${name}`],
    processor: 'x86_64',
  });
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return (error as { problem?: { code: string } }).problem?.code ?? String(error);
  }
};
const remote = (seed: string): Readonly<Record<string, string>> => ({
  ...control,
  '/m/b/x86-64bit/s/.control/strategy/build': 'remote',
  '/m/b/x86-64bit/s/.control/strategy/seed': seed,
  '/m/b/x86-64bit/s/.control/remote/build': 'r',
  '/m/b/x86-64bit/s/.control/remote/arch_desc': 'x86-64bit',
  '/m/b/x86-64bit/s/.control/remote/subarch': 'g',
  '/m/r/x86-64bit/g/.control/version/stage3': '2018-12-12',
  '/m/r/x86-64bit/g/.control/version/stage1': '2018-12-13',
});

describe('plans of targets', () => {
  it('11.2: source, result and link follow from control files and the layout of a mirror', () => {
    const stage1 = plan('stage1');
    expect(stage1.source).toMatchObject({
      folder: '/m/b/x86-64bit/s/2019-01-01',
      name: 'stage3-s-b-2019-01-01',
    });
    expect(stage1.result).toBe('/m/b/x86-64bit/s/2019-11-10/stage1-s-b-2019-11-10.tar.xz');
    expect([stage1.latest, stage1.packed, stage1.mtime]).toEqual([
      undefined,
      '/tmp/stage1root',
      1_573_344_000,
    ]);
    expect(plan('stage2').source.name).toBe('stage1-s-b-2019-11-10');
    expect(plan('stage3').source.name).toBe('stage2-s-b-2019-11-10');
    expect(plan('stage3').latest).toBe('/m/b/x86-64bit/s/stage3-latest.tar.xz');
    expect(plan('stage3-quick').packed).toBe('/tmp/stage3root');
    expect(plan('openvz').name).toBe('b-s-openvz-2019-11-10');
    expect(plan('lxd').format.container).toBe('lxd');
    const packed = (text: string) => plan('stage3', base.replace('version:', `${text}\nversion:`));
    expect(packed('compression: zstd\ncompression/level: 3')).toMatchObject({
      format: { compression: 'zstd' },
      level: 3,
    });
    expect(packed('format: squashfs').result).toMatch(/\.squashfs$/);
    for (const text of ['compression: lzma', 'format: disk', 'compression/level: best']) {
      expect(codeOf(() => packed(text))).toBe('MST005');
    }
  });

  it('11.2: a remote build takes its seed from elsewhere, and stage2 only where an existing stage1 is used again', () => {
    const names = (seed: string, targets: readonly string[]) =>
      targets.map((target) => plan(target, base, remote(seed)).source.name);
    expect(names('stage3', ['stage1', 'stage2', 'stage3', 'stage3-freshen', 'gnome'])).toEqual([
      ...['stage3-g-r-2018-12-12', 'stage1-s-b-2019-11-10', 'stage2-s-b-2019-11-10', 'stage3-g-r-2018-12-12'],
      'stage3-s-b-2019-01-01',
    ]);
    expect(names('stage1', ['stage2'])).toEqual(['stage1-g-r-2018-12-13']);
  });

  it('9.2: successes are written down, and an official stage3 ends the time of remote seeds', () => {
    const names = (target: string, files = control) =>
      plan(target, base, files).controlUpdates.map(({ name }) => name);
    expect(names('stage1')).toEqual(['version/stage1']);
    expect(names('stage2')).toEqual([]);
    expect(names('stage3-freshen', remote('stage3'))).toEqual(['version/stage3', 'strategy/build']);
    expect(names('gnome', remote('stage3'))).toEqual(['version/stage4/gnome']);
    expect(plan('stage3', `${base}[section release]\ntype: QA-build\n`).controlUpdates).toEqual([]);
  });

  it('8.5: everything that is missing is named at once', () => {
    const bare = base.replace(/^(?:mirror|version|chroot).*$/gm, '');
    try {
      plan('stage1', bare);
      expect.unreachable();
    } catch (error) {
      const { code, what } = (error as { problem: { code: string; what: string } }).problem;
      expect(code).toBe('MST001');
      expect(what).toBe("3 elements are not defined: 'target/version', 'path/mirror', 'steps/chroot/run'");
    }
    expect(plan('stage3-test', base.replace('chroot/run: true', '')).steps).toEqual([]);
  });

  it('9.2: control values and names that a shell or a path would read otherwise are refused', () => {
    const bad = (name: string, value: string) => ({
      ...control,
      [`/m/b/x86-64bit/s/.control/${name}`]: value,
    });
    expect(codeOf(() => plan('stage1', base, bad('version/stage3', '2019;reboot')))).toBe('MST003');
    expect(codeOf(() => plan('stage1', base, bad('version/stage3', '..')))).toBe('MST003');
    expect(codeOf(() => plan('stage1', base, bad('strategy/build', 'elsewhere')))).toBe('MST002');
    expect(codeOf(() => plan('stage1', base.replace('version: 2019-11-10', 'version: ../x')))).toBe('MST003');
    expect(codeOf(() => plan('stage1', `${base}[section path/chroot]\nstage: /srv/work/../../etc\n`))).toBe(
      'MST007',
    );
    expect(codeOf(() => plan('stage1', base, {}))).toBe('MST002');
  });

  it('9.4: paths that lead out of the tree, or to programs of the machine, are refused', () => {
    const withText = (text: string) => plan('stage1', `${base}${text}\n`);
    const snapshot = '[section path/mirror]\nsnapshot: /m/p.tar\n[section snapshot]\ntarget: ';
    for (const path of ['/../../srv/x', 'usr/portage', '/usr/../../etc'])
      expect(codeOf(() => withText(snapshot + path))).toBe('MST007');
    expect(withText(`${snapshot}//usr/./portage/`).snapshot?.target).toBe('/usr/portage');
    for (const path of ['/', '/usr', '/usr/lib', '/proc/x', '/run', 'work', '/srv/../..'])
      expect(codeOf(() => withText(`[section path]\nwork: ${path}`))).toBe('MST007');
    expect(withText('[section path]\nwork: /var/tmp/metro/work/x').workPath).toBe('/var/tmp/metro/work/x');
    expect(codeOf(() => plan('stage1', base.replace('mirror: /m', 'mirror: m')))).toBe('MST007');
  });

  it('9.6: the level of a compressor is one that it has', () => {
    const withLevel = (compression: string, level: string) =>
      `${base}[section target/compression]\n: ${compression}\nlevel: ${level}\n`;
    expect(plan('stage3', withLevel('zstd', '19')).level).toBe(19);
    expect([plan('stage3').level, plan('stage3', withLevel('xz', '')).level]).toEqual([undefined, undefined]);
    for (const [compression, level] of [
      ['xz', '10'],
      ['zstd', '20'],
      ['none', '1'],
      ['gz', '0'],
      ['gz', 'x'],
    ] as const)
      expect(codeOf(() => plan('stage3', withLevel(compression, level)))).toBe('MST005');
  });

  it('9.3: steps run in their order, and those of official builds only there', () => {
    const every = ['postclean', 'clean', 'test', 'postrun', 'grabinfo', 'prerun'].map(
      (name) => `chroot/${name}: true\n`,
    );
    const text = `${base}${every.join('')}clean: true\nprecapture: true\nunpack/post: true\ncapture: false\nunpack: false\n`;
    expect(plan('stage3', text).steps.map(({ element, where }) => `${where} ${element.slice(6)}`)).toEqual([
      ...[
        'host unpack/post',
        'tree chroot/prerun',
        'tree chroot/run',
        'tree chroot/grabinfo',
        'host precapture',
      ],
      ...[
        'tree chroot/postrun',
        'tree chroot/clean',
        'tree chroot/test',
        'tree chroot/postclean',
        'host clean',
      ],
    ]);
    const proof = plan('stage3', `${text}[section release]\ntype: QA-build\n`).steps.map(
      ({ element }) => element,
    );
    expect(proof).not.toContain('steps/precapture');
    expect(proof).toHaveLength(8);
  });
});

describe('lists of targets (8.3)', () => {
  const list = (text: string, seed: 'stage1' | 'stage3' = 'stage3') =>
    targetList(new Elements(programOf(text)), () => ({ seed }));
  it('11.2: follow from the mode and the seed, each target once', () => {
    const multi = (mode: string) => `multi: yes\nmulti/mode: ${mode}\n`;
    expect(list(multi('full'))).toEqual(['snapshot', 'stage1', 'stage2', 'stage3']);
    expect(list(multi('full'), 'stage1')).toEqual(['snapshot', 'stage2', 'stage3']);
    expect(list(multi('freshen'))).toEqual(['snapshot', 'stage3-freshen']);
    expect(list(multi('stage1'))).toEqual(['snapshot', 'stage1']);
    expect(list(`${multi('quick')}multi/extras: openvz+lxd\n`)).toEqual([
      'snapshot',
      'stage3-quick',
      'openvz',
      'lxd',
    ]);
    expect(
      list(`${multi('quick')}multi/targets: snapshot stage3-quick openvz+lxd\nmulti/extras: openvz+lxd\n`),
    ).toEqual([...['snapshot', 'stage3-quick', 'openvz', 'lxd']]);
    expect(list('target: stage1\n')).toEqual(['stage1']);
    expect(codeOf(() => list(multi('complete')))).toBe('MST004');
    expect(codeOf(() => list('multi: yes\n'))).toBe('MST004');
    expect(codeOf(() => list('x: y\n'))).toBe('MST004');
  });
});

describe('values', () => {
  it('9.2: versions have one order, in which numbers count by value', () => {
    const sorted = ['2019-9-1', '2019-10-1', '2019-11-10', '2020-01-01', '2020-01-01.1'];
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
    const version = fc.stringMatching(/^[0-9a-z.-]{1,12}$/);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('no control value is anything but one plain word', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!isControlValue(text)) return;
        expect(text).toMatch(/^[\w.+~-]+$/);
        expect(`/m/${text}/x`.split('/')).toEqual(['', 'm', text, 'x']);
        expect(['.', '..']).not.toContain(text);
      }),
    );
    expect([versionTime('2019-11-10'), versionTime('20191110'), versionTime('v1')]).toEqual([
      1_573_344_000, 1_573_344_000, 0,
    ]);
  });

  it('spans and sizes have units', () => {
    expect([spanOf('90s', 'x'), spanOf('6h', 'x'), spanOf(undefined, 'x')]).toEqual([
      90_000,
      21_600_000,
      undefined,
    ]);
    expect([byteCountOf('4GiB', 'x'), byteCountOf('17', 'x')]).toEqual([2 ** 32, 17]);
    for (const text of ['6', 'soon', '-1h', '0s', '1e3s'])
      expect(codeOf(() => spanOf(text, 'x'))).toBe('MST005');
    expect([countOf('512', 'x'), countOf(undefined, 'x')]).toEqual([512, undefined]);
    for (const text of ['0', '4GiB', '-1']) expect(codeOf(() => countOf(text, 'x'))).toBe('MST005');
  });

  it('9.5: emulation is for what a machine does not run itself', () => {
    expect(emulatorOf('x86_64', undefined, 'x86-32bit')).toBeUndefined();
    expect(emulatorOf('aarch64', undefined, 'arm-32bit')).toBeUndefined();
    expect(emulatorOf('x86_64', undefined, 'arm-64bit')).toBe('aarch64');
    expect(emulatorOf('x86_64', 'pure64', 'pure64')).toBeUndefined();
    expect(codeOf(() => emulatorOf('x86_64', undefined, 'vax'))).toBe('MST006');
  });

  it('10.2: interpreters are understood when they name the line at which they stop', () => {
    const path = '/run/packmill/steps-chroot-run';
    const said = [
      `${path}: line 3: foo: command not found`,
      `${path}: 3: foo: not found`,
      `  File "${path}", line 3, in <module>`,
    ];
    for (const line of said) expect(complainedLine(`x\n${line}\nlast words\n`, path)).toBe(3);
    expect(complainedLine('/usr/bin/other: line 7: no', path)).toBeUndefined();
    expect(isBashScript('#!/bin/bash -e\n') && isBashScript('#!/usr/bin/env bash\n')).toBe(true);
    expect(isBashScript('#!/bin/sh\n') || isBashScript('echo bash\n')).toBe(false);
  });
});
