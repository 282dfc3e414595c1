import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene, subarch, version } from './scene.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
let scene: Scene;
beforeAll(() => {
  scene = new Scene();
  scene.write('home/.metro', `[collect ../etc/farm.conf]\n[section portage]\nMAKEOPTS: auto\n`);
  scene.target('stage3-freshen', '#!/bin/sh\necho "jobs $[portage/MAKEOPTS]" > /etc/jobs');
});
afterAll(() => scene.end());

/** Exit code and what was printed. */
const run = (...words: string[]): { code: number | null; out: string; err: string } => {
  const env = { ...process.env, HOME: scene.path('home'), PACKMILL_FARM: scene.path('farm') };
  const { status, stdout, stderr } = spawnSync(packmill, ['metro', 'run', ...words], {
    env,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
};

describe('packmill metro run', () => {
  it('11.3: without words, or with options that are none, tells how it is used and ends with 2', () => {
    const usage = run();
    expect(usage).toMatchObject({ code: 2, err: '' });
    expect(usage.out).toContain('Usage: packmill metro run');
    expect(run('-N').code).toBe(2);
    expect(run('foo', 'bar').code).toBe(2);
    expect(run('target:').code).toBe(2);
    expect(run('--compat', 'target:').code).toBe(1);
  });

  it('11.3: -h and -V need no files', () => {
    const config = ['--config', scene.path('no-such-file')];
    expect(run(...config, '-h')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: packmill metro run'),
    });
    expect(run(...config, '-V')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+/),
      err: '',
    });
  });

  it('11.3: prints a value alone, answers questions, and ends with 3 for what is not there', () => {
    expect(run('-k', 'path/mirror')).toMatchObject({ code: 0, out: `${scene.mirror}\n`, err: '' });
    expect(run('-k', 'path/config').out).toBe(`${scene.path('home')}\n`);
    expect(run('-k', 'nope').code).toBe(3);
    expect(run('-k', 'nope?')).toMatchObject({ code: 0, out: 'no\n' });
    expect(run('-k', 'path/mirror?').out).toBe('yes\n');
    expect(run('-k', 'path/tmp', 'path/tmp:', '/x').out).toBe('/x\n');
  });

  it('11.3: builds, with as many jobs as this machine has processors and one more', () => {
    const built = run('-d', 'target:', 'stage3-freshen');
    expect(built).toMatchObject({ code: 0 });
    expect(built.err).toContain(`collected ${scene.path('etc/farm.conf')}`);
    const nproc = Number(execFileSync('nproc', { encoding: 'utf8' }));
    expect(scene.member(scene.result('stage3'), './etc/jobs')).toBe(`jobs -j${nproc + 1}\n`);
    expect(scene.readControl('version/stage3')).toBe(version);
  });

  it('11.3: mistakes in files end with 3, also control files that are not there, with the way to make them', () => {
    expect(run('target:', 'no-such-target').code).toBe(3);
    expect(run('target:', 'stage3-freshen', 'target:', 'stage3-freshen', 'steps/chroot/run:', 'x').code).toBe(
      3,
    );
    const root = ['--config', scene.path('etc/farm.conf'), 'portage/MAKEOPTS:', '-j1'];
    const lost = run(...root, 'target:', 'stage3-freshen', 'target/subarch:', 'other_64');
    expect(lost.code).toBe(3);
    expect(lost.err).toContain('strategy/build');
    expect(lost.err).toContain("'local' or 'remote'");
    scene.write('no-makeopts', '[collect ./etc/farm.conf]\n');
    expect(run('--config', scene.path('no-makeopts'), 'target:', 'stage3-freshen').code).toBe(3);
  });

  it('11.3: a package tree alone is packed without a subarch', () => {
    mkdirSync(scene.path('tree/app-misc/screen'), { recursive: true });
    scene.write('tree/app-misc/screen/screen-5.ebuild', 'EAPI=8\n');
    const mirror = scene.path('snapshots');
    scene.write(
      'snapshot.conf',
      `[section portage]
MAKEOPTS: -j2
[section target]
version: ${version}
[section path/mirror]
snapshot: ${mirror}/portage-$[target/version].tar
link: ${mirror}/portage-latest.tar
[section snapshot]
source: folder
source/remote: ${scene.path('tree')}
`,
    );
    const words = ['--config', scene.path('snapshot.conf'), 'target:', 'snapshot'];
    expect(run(...words)).toMatchObject({ code: 0 });
    expect(scene.members(`${mirror}/portage-${version}.tar`)).toContain('./app-misc/screen/screen-5.ebuild');
    expect(readlinkSync(`${mirror}/portage-latest.tar`)).toBe(`portage-${version}.tar`);
    expect(run(...words).out).toContain('snapshot: present');
  });

  it('9.1: a package tree of git is packed without its history, and goes into the tree of a build', async () => {
    const repository = scene.path('repository');
    mkdirSync(repository);
    const git = (...words: string[]): void => {
      execFileSync('git', ['-C', repository, '-c', 'user.name=x', '-c', 'user.email=x@x.example', ...words]);
    };
    git('init', '-q', '-b', 'main');
    scene.write('repository/profiles/repo_name', 'tiny\n');
    git('add', '.');
    git('commit', '-q', '-m', 'tree');
    const path = scene.path(`mirror/snapshots/portage-${version}.tar`);
    const values = [
      ...[
        `path/mirror/snapshot=${path}`,
        'snapshot/source=git',
        `snapshot/source/remote=file://${repository}`,
      ],
      ...[
        'multi=yes',
        'multi/targets=snapshot stage3-freshen',
        'target/version=2026-02-20',
        'portage/MAKEOPTS=x',
      ],
    ];
    scene.target(
      'stage3-freshen',
      '#!/bin/sh\ncat /usr/portage/profiles/repo_name > /etc/tree; echo $[portage/MAKEOPTS]',
    );
    scene.target('snapshot', '# all is said elsewhere\nx: y');
    scene.control('version/stage3', '2026-01-01');
    const end = await scene.build(undefined, values);
    expect(end.problem).toBeUndefined();
    expect(scene.members(path)).toContain('./profiles/repo_name');
    expect(scene.members(path).some((name) => name.startsWith('./.git/'))).toBe(false);
    expect(scene.member(scene.result('stage3', '2026-02-20'), './etc/tree')).toBe('tiny\n');
    expect(scene.read(`mirror/${subarch}/2026-02-20/.targets`)).toBe('stage3-freshen\n');
    rmSync(repository, { recursive: true });
  });
});
