import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plansFor, snapshotFor, tidyState, verifyTarget, viewTargets } from '../../src/app/stages/index.ts';
import { holdFileLock, readMounts, VirtualClock } from '../../src/host/index.ts';
import { Scene, seedVersion, subarch, version } from './scene.ts';

const stage1 = `[section steps]
setup: [
set -e
ROOT=/tmp/stage1root
]
chroot/run: [
#!/bin/sh
$[[steps/setup]]
mkdir -p $ROOT/bin $ROOT/dev $ROOT/etc $ROOT/proc $ROOT/run $ROOT/tmp $ROOT/usr $ROOT/var
cp -a /bin/. $ROOT/bin/
echo "stage1 of $[target/version]" > $ROOT/etc/made
chown 7:8 $ROOT/etc/made
]
`;

const packmill = join(import.meta.dirname, '../../bin/packmill');
let scene: Scene;
/** What the link to the newest stage3 leads to after the chain. */
let latest = '';
let chain: Awaited<ReturnType<Scene['build']>>;
const list = 'multi/targets=stage1 stage2 stage3';

beforeAll(async () => {
  scene = new Scene();
  write();
  chain = await scene.build(undefined, ['multi=yes', list]);
  latest = realpathSync(scene.path(`mirror/${subarch}/stage3-latest.tar`));
});
beforeEach(write);
afterAll(() => scene.end());

/** Files as the chain was built from them, and the seed as the newest stage3. */
function write(): void {
  scene.target('stage1', stage1);
  scene.target('stage2', '#!/bin/sh\necho two >> /etc/made');
  scene.target('stage3', '#!/bin/sh\necho three >> /etc/made');
  scene.target('stage3-freshen', '#!/bin/sh');
  scene.control('version/stage3', seedVersion);
}

describe('builds of stages', () => {
  it('9.1: stage1 is made in an empty root of its own, with owners that were given, and becomes the newest one', async () => {
    expect(chain.problem).toBeUndefined();
    expect(chain.targets[0]).toMatchObject({
      target: 'stage1',
      how: 'built',
      result: scene.result('stage1'),
    });
    const listed = execFileSync('tar', ['--numeric-owner', '-tvf', scene.result('stage1')], {
      encoding: 'utf8',
    });
    expect(listed).toMatch(/7\/8 .* 2026-01-31 00:00 \.\/etc\/made/);
    expect(scene.member(scene.result('stage1'), './etc/made')).toBe(`stage1 of ${version}\n`);
    expect(scene.read(`mirror/${subarch}/${version}/status`)).toBe('ok\n');
    const digest = execFileSync('sha256sum', [scene.result('stage1')], { encoding: 'utf8' }).slice(0, 64);
    expect(readFileSync(`${scene.result('stage1')}.hash.txt`, 'utf8')).toBe(`sha256 ${digest}\n`);
  });

  it('10.5: the same seed and instructions are not built again, and found also when the mirror has lost the result', async () => {
    const again = await scene.build('stage1');
    expect(again.targets[0]?.how).toBe('found');
    expect(again.events.filter(({ kind }) => kind === 'step')).toEqual([]);
    const before = readFileSync(scene.result('stage1'));
    execFileSync('rm', [scene.result('stage1')]);
    expect((await scene.build('stage1')).targets[0]?.how).toBe('found');
    expect(readFileSync(scene.result('stage1')).equals(before)).toBe(true);
  });

  it('9.2: stage2 begins with the stage1 of its version, stage3 with the stage2, and stage3 gets a link to the newest', async () => {
    expect(chain.targets.map(({ target, how }) => [target, how])).toEqual([
      ['stage1', 'built'],
      ['stage2', 'built'],
      ['stage3', 'built'],
    ]);
    expect(scene.member(scene.result('stage3'), './etc/made')).toBe(`stage1 of ${version}\ntwo\nthree\n`);
    expect(latest).toBe(realpathSync(scene.result('stage3')));
    expect(existsSync(scene.path(`mirror/${subarch}/stage2-latest.tar`))).toBe(false);
  });

  it('9.2: a local build takes the newest stage3 by itself', () => {
    scene.control('version/stage3', version);
    const [plan] = plansFor(scene.request('stage3-freshen', ['target/version=2026-02-01']));
    expect(plan?.source).toMatchObject({ type: 'stage3', identity: { version } });
  });

  it("11.3: a result that is there is skipped, an older version never becomes the newest, and 'replace' builds anew", async () => {
    const own = '2026-06-01';
    const values = [`target/version=${own}`];
    expect((await scene.build('stage1', values)).targets[0]?.how).toBe('built');
    scene.target('stage1', stage1.replace('stage1 of', 'other of'));
    scene.control('version/stage1', '2026-12-15');
    const end = await scene.build('stage1', values);
    expect(end.targets[0]?.how).toBe('present');
    expect(end.events.map((event) => event.kind === 'problem' && event.problem.code)).toContain('MST030');
    expect(scene.member(scene.result('stage1', own), './etc/made')).toBe(`stage1 of ${own}\n`);
    const replaced = await scene.build('stage1', [...values, 'metro/options=replace']);
    expect(replaced.targets[0]?.how).toBe('built');
    expect(scene.member(scene.result('stage1', own), './etc/made')).toBe(`other of ${own}\n`);
    expect(scene.readControl('version/stage1')).toBe('2026-12-15');
  });

  it('10.5: a plan says what is built and why, and changes nothing', async () => {
    scene.target('stage2', '#!/bin/sh\necho second >> /etc/made');
    const plans = plansFor(scene.request(undefined, ['multi=yes', list], true));
    const views = await viewTargets(scene.hands(), plans);
    expect(views.map(({ state }) => state)).toEqual(['found', 'build', 'after']);
    expect(views[1]?.why).toContain("'steps/chroot/run'");
    expect(views[1]?.steps).toEqual([
      { element: 'steps/chroot/run', where: 'tree', lines: 2, at: expect.stringMatching(/stage2\.spec:3$/) },
    ]);
  });

  it('10.5: verify builds again and finds the same bytes; what depends on chance is named', async () => {
    const values = ['target/version=2026-06-02'];
    const [unknown] = plansFor(scene.request('stage1', values));
    await expect(unknown && verifyTarget(scene.hands(), unknown)).rejects.toMatchObject({
      problem: { code: 'MST032' },
    });
    await scene.build('stage1', values);
    const [plan] = plansFor(scene.request('stage1', values));
    expect(plan && (await verifyTarget(scene.hands(), plan))).toMatchObject({
      isSame: true,
      difference: undefined,
    });
    scene.target(
      'stage1',
      stage1.replace('chown', 'cat /proc/sys/kernel/random/uuid > $ROOT/etc/uuid; chown'),
    );
    expect((await scene.build('stage1', values, { replace: true })).end).toBe('ok');
    const [changed] = plansFor(scene.request('stage1', values));
    const verification = changed && (await verifyTarget(scene.hands(), changed));
    expect(verification).toMatchObject({ isSame: false, difference: "'./etc/uuid' differs in its contents" });
    expect(verification?.problem?.code).toBe('MST031');
  });

  it('10.5: what a stage was built from counts when the newest stage3 is made of it: it is found, and verified', async () => {
    // as the chain has left it
    scene.control('version/stage3', version);
    const again = await scene.build('stage1');
    expect(again.targets[0]?.how).toBe('found');
    expect(again.events.filter(({ kind }) => kind === 'problem')).toEqual([]);
    // and a day later, with a newer stage3
    scene.control('version/stage3', '2026-12-24');
    const [plan] = plansFor(scene.request('stage1'));
    expect(plan?.source.identity.version).toBe('2026-12-24');
    expect(plan && (await verifyTarget(scene.hands(), plan))).toMatchObject({ isSame: true });
  });

  it('10.5: two that verify the same stage do not work in one tree', async () => {
    const [plan] = plansFor(scene.request('stage2'));
    const both = await Promise.allSettled(
      [1, 2].map(async () => plan && (await verifyTarget(scene.hands(), plan))),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const one of both) {
      if (one.status === 'fulfilled') expect(one.value).toMatchObject({ isSame: true });
      else expect(one.reason).toMatchObject({ problem: { code: 'MST013' } });
    }
  });

  it('11.3: a result stays when what it was made of is gone from the mirror', async () => {
    const gone = '2026-12-25';
    scene.control('version/stage3', gone);
    const values = ['target/version=2026-06-03'];
    scene.write(
      `mirror/${subarch}/2026-06-03/stage1-generic_64-tiny-current-2026-06-03.tar`,
      'of another machine',
    );
    const request = scene.request('stage1', values);
    const end = await scene.build('stage1', values);
    expect([end.end, end.targets[0]?.how]).toEqual(['ok', 'present']);
    expect(scene.read(`mirror/${subarch}/2026-06-03/status`)).toBe('ok\n');
    expect((await viewTargets(scene.hands(), plansFor(request)))[0]?.state).toBe('present');
    expect((await scene.build('stage1', ['target/version=2026-06-04'])).problem?.code).toBe('MST010');
    scene.control('version/stage1', version);
  });

  it('8.3: a plan of a run knows that the package tree is packed first; packing it anew loses nothing', async () => {
    const tree = scene.path('mirror/tiny-current/snapshots/portage-2026-06-05.tar');
    const ports = scene.write('ports/app/one.ebuild', 'one').replace('/app/one.ebuild', '');
    const values = [
      ...['target/version=2026-06-05', 'multi=yes', 'multi/targets=snapshot stage1 stage2'],
      ...[`path/mirror/snapshot=${tree}`, 'snapshot/source=folder', `snapshot/source/remote=${ports}`],
    ];
    scene.target('snapshot', '# all is said elsewhere\nx: y');
    const request = scene.request(undefined, values);
    expect(snapshotFor(request)?.path).toBe(tree);
    const views = await viewTargets(scene.hands(), plansFor(request), [tree]);
    expect(views.map(({ state }) => state)).toEqual(['after', 'after']);
    expect((await viewTargets(scene.hands(), plansFor(request))).map(({ state }) => state)).toEqual([
      'missing',
      'missing',
    ]);
    expect((await scene.build('snapshot', values)).end).toBe('ok');
    const broken = await scene.build('snapshot', [...values, `snapshot/source/remote=${ports}/none`], {
      replace: true,
    });
    expect(broken.end).toBe('failed');
    expect(scene.members(tree)).toContain('./app/one.ebuild');
    scene.write('ports/app/two.ebuild', 'two');
    writeFileSync(join(dirname(tree), '.new-portage-2026-06-05.tar.part-0123'), 'of a kill');
    expect((await scene.build('snapshot', values, { replace: true })).end).toBe('ok');
    expect(scene.members(tree)).toContain('./app/two.ebuild');
    expect(readdirSync(dirname(tree)).sort()).toEqual([basename(tree), `${basename(tree)}.hash.txt`]);
  });

  it('9.2: a remote build begins with the seed of another subarch, and ends the time of remote seeds', async () => {
    const other = 'other-release/x86-64bit/core2_64';
    scene.addSeed('stage3', '2025-12-12', other);
    const place = 'tiny-current/x86-64bit/fresh_64';
    const values = ['target/subarch=fresh_64'];
    for (const [name, value] of [
      ...[
        ['strategy/build', 'remote'],
        ['strategy/seed', 'stage3'],
        ['remote/build', 'other-release'],
      ],
      ...[
        ['remote/arch_desc', 'x86-64bit'],
        ['remote/subarch', 'core2_64'],
      ],
    ] as [string, string][]) {
      scene.control(name, value, place);
    }
    scene.target('stage1', stage1.replace('chown', 'cp /etc/seed $ROOT/etc/; chown'));
    scene.target('stage2', '#!/bin/sh\necho two >> /etc/made');
    const end = await scene.build(undefined, [...values, 'multi=yes', list]);
    expect(end.problem).toBeUndefined();
    expect(scene.member(end.targets[2]?.result ?? '', './etc/seed')).toBe('stage3 2025-12-12\n');
    expect(scene.read(`mirror/${place}/.control/strategy/build`)).toBe('local\n');
    const [next] = plansFor(scene.request('stage1', [...values, 'target/version=2026-02-02']));
    expect(next?.source.identity).toMatchObject({ subarch: 'fresh_64', version });
  });

  it('10.4: a fetch step alone has the network; what it fetched is an input by its digest', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.end('fetched\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
    scene.target(
      'stage1',
      `[section steps]
fetch: [
#!/bin/sh
busybox wget -q -O /run/fetched/list ${address}
]
chroot/run: [
#!/bin/sh
mkdir -p /tmp/stage1root/bin
cp /run/fetched/list /tmp/stage1root/ || exit
wget -q -O /tmp/stage1root/more ${address} 2> /tmp/stage1root/refused && exit 1
exit 0
]
`,
    );
    try {
      const values = ['target/version=2026-03-01'];
      expect((await scene.build('stage1', values)).problem).toBeUndefined();
      expect(scene.member(scene.result('stage1', '2026-03-01'), './list')).toBe('fetched\n');
      expect((await scene.build('stage1', values)).targets[0]?.how).toBe('found');
      expect(asked).toBe(1);
      const pinned = await scene.build('stage1', [...values, `steps/fetch/digest=${'0'.repeat(64)}`], {
        replace: true,
      });
      expect(pinned.problem).toMatchObject({ code: 'MST011' });
    } finally {
      server.close();
    }
  });

  it('10.4: scripts of the host see the tree and one folder; what they leave there is published', async () => {
    scene.target(
      'stage3-freshen',
      `[section steps]
chroot/run: [
#!/bin/sh
echo built > /etc/built
]
chroot/grabinfo: [
#!/bin/sh
echo 'looking'; echo '{"ARCH": "tiny"}'
]
precapture: [
#!/bin/sh
cat /srv/work/etc/built > $[path/mirror]/${subarch}/2025-04-01/notes.txt
touch /usr/packmill-was-here 2> /dev/null && exit 1
exit 0
]
`,
    );
    const end = await scene.build('stage3-freshen', ['target/version=2025-04-01']);
    expect(end.problem).toBeUndefined();
    expect(scene.read(`mirror/${subarch}/2025-04-01/notes.txt`)).toBe('built\n');
    expect(JSON.parse(scene.read(`mirror/${subarch}/2025-04-01/build-info.json`) ?? '')).toEqual({
      ARCH: 'tiny',
    });
    expect(scene.read(`mirror/${subarch}/2025-04-01/log/stage3-freshen.txt`)).toContain('looking');
  });

  it('9.3: builds that are not official prove that they work, and are not packed', async () => {
    scene.target('stage2', '#!/bin/sh\necho two');
    const values = ['release/type=QA-build'];
    scene.addSeed('stage1', '2026-05-01');
    const end = await scene.build('stage2', [...values, 'target/version=2026-05-01']);
    expect(end).toMatchObject({ end: 'ok', targets: [{ how: 'built', result: undefined }] });
    expect(existsSync(scene.result('stage2', '2026-05-01'))).toBe(false);
    expect(scene.read(`mirror/${subarch}/2026-05-01/status`)).toBe('ok\n');
  });

  it('10.4: a user with subordinate ids keeps owners as root does', async () => {
    const own = new Scene();
    try {
      own.target('stage1', stage1);
      own.write('subordinate', '65534:100000:65536\n');
      execFileSync('chown', ['-R', '65534:65534', own.folder]);
      const script = `mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift || exit
        exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"`;
      const words = ['--farm', own.path('farm'), 'stage', 'build', own.path('etc/farm.conf'), 'stage1'];
      const through = ['-m', 'sh', '-c', script, 'sh', own.path('subordinate')];
      const refused = spawnSync('unshare', [...through, packmill, ...words], { encoding: 'utf8' });
      expect(refused.stderr).toContain('SBX010');
      const mapped = ['unshare', '--user', '--map-root-user', '--map-auto'];
      execFileSync('unshare', [...through, ...mapped, packmill, ...words], { stdio: 'pipe' });
      const listed = execFileSync('tar', ['--numeric-owner', '-tvf', own.result('stage1')], {
        encoding: 'utf8',
      });
      expect(listed).toMatch(/7\/8 .*\.\/etc\/made/);
      expect(readFileSync(own.result('stage1')).equals(readFileSync(scene.result('stage1')))).toBe(true);
      expect(lstatSync(own.result('stage1')).uid).toBe(65534);
    } finally {
      await own.end();
    }
  });

  it('tidying removes seeds that are not used, trees and old records; never beside a build, and builds go on after it', async () => {
    const values = ['target/version=2026-07-01'];
    const { state, clock } = scene.hands();
    scene.target('stage3-freshen', '#!/bin/sh\nexit 1');
    await scene.build('stage3-freshen', values);
    const work = state.work(scene.result('stage3', '2026-07-01'));
    expect(existsSync(work)).toBe(true);
    // as a build holds it
    const building = await holdFileLock(`${state.running}/build`, '');
    const beside = tidyState(state, { unusedMs: 0, clock });
    await expect(beside).rejects.toMatchObject({ problem: { code: 'MST013' } });
    await building?.release();
    const tidying = await holdFileLock(state.tidyLock, '');
    expect(await scene.build('stage3-freshen', values)).toMatchObject({ end: 'locked' });
    await tidying?.release();

    const lately = await tidyState(state, { unusedMs: 3_600_000, clock });
    expect(lately.layers).toEqual([]);
    expect(existsSync(work)).toBe(false);
    // in an hour nothing was used for half an hour
    const later = new VirtualClock(clock.nowMs() + 3_600_000);
    expect((await tidyState(state, { unusedMs: 1_800_000, clock: later })).layers).not.toEqual([]);
    scene.target('stage3-freshen', '#!/bin/sh');
    expect((await scene.build('stage3-freshen', values)).targets[0]?.how).toBe('built');
    // whose success made another stage3 the newest
    scene.control('version/stage3', seedVersion);
    expect((await scene.build('stage1')).targets[0]?.how).toBe('found');
  });

  it('nothing is left mounted, and no tree of a build that succeeded', async () => {
    await scene.build('stage2', ['multi=no', 'target/version=2026-01-31']);
    expect(readMounts().filter(({ point }) => point.startsWith(scene.folder))).toEqual([]);
    expect(existsSync(scene.hands().state.work(scene.result('stage2')))).toBe(false);
  });
});
