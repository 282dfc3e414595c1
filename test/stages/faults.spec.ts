import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holdFileLock, readMounts } from '../../src/host/index.ts';
import { Scene, seedVersion, subarch, version } from './scene.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
let scene: Scene;
beforeAll(() => {
  scene = new Scene();
});
afterAll(() => scene.end());
beforeEach(() => scene.control('version/stage3', seedVersion));

const control = (name: string): string => scene.path(`mirror/${subarch}/.control/${name}`);
const freshen = `stage3-freshen`;
/** Numbers of all processes on this machine whose command line has a word. */
const processesWith = (word: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^[0-9]+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
const nothingMounted = (): void => {
  expect(readMounts().filter(({ point }) => point.startsWith(scene.folder))).toEqual([]);
};
let versions = 0;
/** A version of its own, so that one test does not find the result of another. */
const ownVersion = (): readonly string[] => {
  versions += 1;
  return [`target/version=2030-01-${String(versions).padStart(2, '0')}`];
};

/** Folder of that version in the mirror. */
const ownFolder = (): string => `mirror/${subarch}/2030-01-${String(versions).padStart(2, '0')}`;

describe('steps that fail', () => {
  it('10.2: a line that fails is told as the place where it was written, with the includes that lead there', async () => {
    scene.write('common.conf', '[section steps]\nworse: [\nset -e\n\nls /nowhere\n]\n');
    scene.target(
      freshen,
      '[collect ../common.conf]\n[section steps]\nchroot/run: [\n#!/bin/bash\necho begun\n$[[steps/worse]]\necho never\n]\n',
    );
    const end = await scene.build(freshen, ownVersion());
    expect(end).toMatchObject({ end: 'failed', problem: { code: 'MST020' } });
    expect(end.problem?.place).toEqual({ file: scene.path('common.conf'), line: 5 });
    expect(end.problem?.why).toContain(
      `common.conf:5, included at ${scene.path(`targets/${freshen}.spec`)}:6`,
    );
    expect(end.output).toContain('begun');
    expect(end.output).not.toContain('never');
  });

  it('10.2: other shells are believed when they name a line', async () => {
    scene.target(freshen, '#!/bin/sh\nset -e\necho one\nno-such-program\n');
    const end = await scene.build(freshen, ownVersion());
    expect(end.problem).toMatchObject({ code: 'MST020', place: { line: 6 } });
    expect(end.problem?.what).toContain('exit code 127');
  });

  it('8.4: of a log that is long, its end is shown', async () => {
    scene.target(freshen, '#!/bin/sh\nyes | dd bs=1024 count=18000 2>/dev/null\necho the reason\nexit 3');
    await scene.build(freshen, ownVersion());
    const log = scene.read(`${ownFolder()}/log/${freshen}.txt`) ?? '';
    expect(log.length).toBeLessThan(17 << 20);
    expect(log).toMatch(/^== \d+ bytes before this are in \/[\s\S]*the reason[\s\S]*MST020/);
  });

  it('8.4: failures are counted, the status says it, the log has the reason, and no lock is left; a success ends that', async () => {
    const values = ownVersion();
    scene.target(freshen, '#!/bin/sh\necho the reason\nexit 3');
    rmSync(control('.failcount'), { force: true });
    const folder = ownFolder();
    for (const count of ['1', '2']) {
      expect((await scene.build(freshen, values)).end).toBe('failed');
      expect(scene.readControl('.failcount')).toBe(count);
    }
    expect(scene.read(`${folder}/status`)).toBe('fail\n');
    expect(scene.read(`${folder}/log/${freshen}.txt`)).toMatch(/the reason\n[\s\S]*MST020/);
    expect(readdirSync(control('')).filter((name) => name.endsWith('_progress'))).toEqual([]);
    scene.target(freshen, '#!/bin/sh\nexit 0');
    expect((await scene.build(freshen, values)).end).toBe('ok');
    expect(scene.readControl('.failcount')).toBeUndefined();
    expect(scene.read(`${folder}/status`)).toBe('ok\n');
  });

  it('11.3: stage1 without its seed fails before a lock is taken, and names all that is missing', async () => {
    scene.target(
      'stage1',
      '[section steps]\nchroot/run: true\n[section path]\nmirror/snapshot: /nowhere/tree.tar.xz\n',
    );
    scene.control('version/stage3', '1999-01-01');
    scene.control('.failcount', '0');
    const values = ownVersion();
    for (const count of ['1', '2']) {
      const end = await scene.build('stage1', values);
      expect(end.problem).toMatchObject({ code: 'MST010' });
      expect(end.problem?.why).toMatch(
        /stage3-generic_64-tiny-current-1999-01-01.*and the package tree '\/nowhere/,
      );
      expect(scene.readControl('.failcount')).toBe(count);
    }
    const folder = ownFolder();
    expect(scene.read(`${folder}/.targets`)).toBe('stage1\n');
    expect(scene.read(`${folder}/status`)).toBe('fail\n');
    expect(scene.read(`${folder}/log/stage1.txt`)).toContain('MST010');
  });

  it('a step that hangs is ended at its limit, with everything that it has started', async () => {
    scene.target(freshen, '#!/bin/sh\nsetsid sleep 7654321 &\nsleep 7654321');
    const end = await scene.build(freshen, [...ownVersion(), 'limits/step=1s']);
    expect(end.problem).toMatchObject({ code: 'MST021' });
    expect(processesWith('7654321')).toEqual([]);
    nothingMounted();
  });

  it('a step that needs more memory than it may is told so', async () => {
    scene.target(freshen, '#!/bin/sh\ndd if=/dev/zero of=/dev/null bs=300M count=1000');
    const end = await scene.build(freshen, [...ownVersion(), 'limits/memory=64MiB']);
    expect(end.problem).toMatchObject({ code: 'MST023' });
  });

  it('10.4: daemons die with their step, mounts are refused, and this machine is out of reach', async () => {
    const marks = '/proc/sys/kernel/core_pattern /etc/packmill-was-here /dev/packmill-was-here';
    scene.target(
      freshen,
      `#!/bin/sh
setsid sleep 8765432 &
mount -t tmpfs tmpfs /usr && exit 10
mknod /root/disk b 254 0 2> /dev/null && exit 11
for path in ${marks}; do echo x 2> /dev/null > $path; done
id
ls -A /dev
exit 0`,
    );
    const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    const end = await scene.build(freshen, ownVersion());
    expect(end.problem).toBeUndefined();
    expect(processesWith('8765432')).toEqual([]);
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
    expect(existsSync('/etc/packmill-was-here') || existsSync('/dev/packmill-was-here')).toBe(false);
    expect(end.output).not.toMatch(/\bvda|\bsda|\bkmsg|\bkvm/);
    nothingMounted();
  });

  it('a link in place of the packed root leads nowhere', async () => {
    scene.addSeed('stage3', '2026-01-02');
    scene.target('stage1', '#!/bin/sh\nln -s /etc /tmp/stage1root');
    expect((await scene.build('stage1', ownVersion())).problem).toMatchObject({ code: 'MST024' });
    scene.target('stage1', '#!/bin/sh\nexit 0');
    expect((await scene.build('stage1', ownVersion())).problem).toMatchObject({ code: 'MST024' });
    scene.addSeed('stage3', '2026-01-03', subarch, (tree) => {
      rmSync(join(tree, 'run'), { recursive: true });
      symlinkSync('/etc', join(tree, 'run'));
    });
    expect((await scene.build('stage1', ownVersion())).problem).toMatchObject({ code: 'SBX006' });
  });

  it('an interrupt leaves neither status nor count nor lock', async () => {
    const stop = new AbortController();
    scene.target(freshen, '#!/bin/sh\necho running\nsleep 6543217');
    const values = ownVersion();
    const end = await scene.build(freshen, values, {
      signal: stop.signal,
      onEvent: (event) => event.kind === 'output' && stop.abort(),
    });
    expect(end.end).toBe('interrupted');
    expect(scene.read(`${ownFolder()}/status`)).toBeUndefined();
    expect(readdirSync(control('')).filter((name) => name.endsWith('_progress'))).toEqual([]);
    expect(processesWith('6543217')).toEqual([]);
  });
});

describe('a seed', () => {
  it('that is replaced between the taking of its digest and its unpacking is not kept under that digest', async () => {
    const of = '2026-01-07';
    const archive = scene.addSeed('stage3', of);
    scene.target(freshen, '#!/bin/sh\ncp /etc/seed /etc/made-of');
    const values = ownVersion();
    const replaced = await scene.build(freshen, values, {
      onEvent: (event) => {
        if (event.kind !== 'phase' || event.phase !== 'unpack') return;
        const tree = scene.path(`seeds/${subarch}/stage3-${of}`);
        writeFileSync(join(tree, 'etc/seed'), 'another\n');
        execFileSync('tar', ['-C', tree, '-cf', archive, '.']);
      },
    });
    expect(replaced).toMatchObject({ end: 'failed', problem: { code: 'MST011' } });
    expect(await scene.build(freshen, values)).toMatchObject({ end: 'ok' });
    const made = scene.result('stage3', ownFolder().slice(-10));
    expect(scene.member(made, './etc/made-of')).toBe('another\n');
  });
});

describe('a disk that is full', () => {
  it('is told by its own code, and the next run works', () => {
    scene.target(freshen, '#!/bin/sh\ndd if=/dev/zero of=/var/big bs=1M count=64 || exit 1\nrm /var/big');
    const small = scene.path('small');
    mkdirSync(small);
    const words = [
      '--json',
      '--farm',
      small,
      'stage',
      'build',
      scene.path('etc/farm.conf'),
      freshen,
      ...ownVersion(),
    ];
    const script = 'mount -t tmpfs -o size=24m packmill-small "$1/stages" && shift && exec "$@"';
    mkdirSync(join(small, 'stages'));
    const full = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', small, packmill, ...words], {
      encoding: 'utf8',
    });
    expect(full.stderr).toContain('MST022');
    expect(full.status).toBe(1);
    const enough = spawnSync(packmill, words, { encoding: 'utf8' });
    expect(enough.stderr).not.toContain('MST0');
    expect(enough.status).toBe(0);
  });
});

describe('locks', () => {
  it('11.3: a lock of a live process stops a run, and nothing is touched; one of a dead process does not', async () => {
    scene.target(freshen, '#!/bin/sh\nexit 0');
    const values = ownVersion();
    const folder = scene.path(ownFolder());
    for (const name of ['.multi_progress', `.${freshen}_progress`]) {
      writeFileSync(control(name), `${process.pid}\n`);
      expect(await scene.build(freshen, values)).toMatchObject({
        end: 'locked',
        problem: { code: 'MST013' },
      });
      expect(existsSync(folder)).toBe(false);
      rmSync(control(name));
      const held = await holdFileLock(control(name), JSON.stringify({ pid: process.pid }));
      expect((await scene.build(freshen, values)).end).toBe('locked');
      await held?.release();
    }
    const { pid } = spawnSync('true');
    writeFileSync(control('.multi_progress'), `${pid}\n`);
    writeFileSync(control(`.${freshen}_progress`), 'no number\n');
    expect((await scene.build(freshen, values)).end).toBe('ok');
    expect(existsSync(control('.multi_progress'))).toBe(false);
  });
});

describe('a kill', () => {
  const dyingAt = (moment: string): Promise<string | null> => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'dying-child.ts'), scene.folder, freshen, moment],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  };

  it('at any moment leaves nothing running or mounted, and the next run ends as if nothing had happened', async () => {
    const reached: string[] = [];
    for (const [index, moment] of ['unpack', 'output', 'capture', 'recorded', 'published'].entries()) {
      scene.target(freshen, `#!/bin/sh\necho ${moment} > /etc/moment\necho said\nsleep 0.${index}876`);
      rmSync(scene.path(`mirror/${subarch}/${version}`), { recursive: true, force: true });
      scene.control('version/stage3', seedVersion);
      expect(await dyingAt(moment)).toBe('SIGKILL');
      await expect.poll(() => processesWith(`0.${index}876`), { timeout: 30_000 }).toEqual([]);
      nothingMounted();
      // as the run that died has found it
      scene.control('version/stage3', seedVersion);
      const isThere = existsSync(scene.result('stage3'));
      const end = await scene.build(freshen);
      expect(end.end).toBe('ok');
      expect(scene.member(scene.result('stage3'), './etc/moment')).toBe(`${moment}\n`);
      reached.push(`${moment}: ${isThere ? 'was there' : 'was not there'}, ${end.targets[0]?.how}`);
    }
    expect(reached).toEqual([
      'unpack: was not there, built',
      'output: was not there, built',
      'capture: was not there, built',
      // between capture and publication: nothing is lost, and nothing was half shown
      'recorded: was not there, found',
      'published: was there, found',
    ]);
  });

  it('Q33: what somebody has mounted in the folder of an old build is not removed with it', () => {
    scene.target(freshen, '#!/bin/sh\nexit 1');
    const values = ownVersion();
    const farm = scene.path('other-farm');
    const words = ['--farm', farm, 'stage', 'build', scene.path('etc/farm.conf'), freshen, ...values];
    expect(spawnSync(packmill, words).status).toBe(1);
    const [work = ''] = readdirSync(join(farm, 'stages/work'));
    const kept = join(farm, 'stages/work', work, 'changes/dev');
    mkdirSync(kept, { recursive: true });
    scene.write('precious/file', 'precious');
    const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const run = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', script, 'sh', scene.path('precious'), kept, packmill, ...words],
      {
        encoding: 'utf8',
      },
    );
    expect(run.stderr).toContain('MST012');
    expect(scene.read('precious/file')).toBe('precious');
    scene.target(freshen, '#!/bin/sh\nexit 0');
    expect(spawnSync(packmill, words).status).toBe(0);
  });
});
