// A farm that builds stages: jobs that begin with each other, a mirror with generations, and what becomes of it when things fail.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView, UpkeepPackages } from '../../src/api/index.ts';
import { readMounts } from '../../src/host/index.ts';
import { startRedis } from '../redis-server.ts';
import { Scene, seedVersion, subarch } from '../stages/scene.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

const version = '2026-01-31';
const category = 'tiny-current.x86-64bit.generic_64';
const stage1 = `[section steps]
chroot/run: [
#!/bin/sh
set -e
ROOT=/tmp/stage1root
mkdir -p $ROOT/bin $ROOT/dev $ROOT/etc $ROOT/proc $ROOT/run $ROOT/tmp $ROOT/usr $ROOT/var
cp -a /bin/. $ROOT/bin/
echo "stage1 of $[target/version] from $(cat /etc/seed)" > $ROOT/etc/made
cp -a /etc/seed /usr/portage/motto $ROOT/etc/
chown 7:8 $ROOT/etc/made
]
`;

let scene: Scene;
let farm: ServiceFixture;
let serving: StartedProgram | undefined;
let seed = '';

function configure(of = version, service = 'service: { lease: 3s }'): void {
  const sha256 = createHash('sha256').update(readFileSync(seed)).digest('hex');
  const text = `repository: demo
${service}
targets: { mirror: { kind: stages } }
recipe-sources:
  tiny:
    kind: stages
    url: ${scene.folder}
    target: mirror
    upkeep: { every: never, look: 200ms, on-push: false }
    stages:
      file: etc/farm.conf
      version: "${of}"
      values: { multi/targets: "snapshot stage1 stage2 stage3" }
      builds:
        - build: tiny-current
          arch-desc: x86-64bit
          subarch: generic_64
          seed: { file: ${seed}, sha256: ${sha256}, version: "${seedVersion}" }
`;
  writeFileSync(join(farm.farm, 'packmill.yaml'), text);
}

const tree = (...path: string[]): string => join(farm.farm, 'public/mirror/tree', ...path);
const read = (...path: string[]): string => readFileSync(tree(...path), 'utf8');
const result = (target: string, of = version): string =>
  tree(subarch, of, `${target}-generic_64-tiny-current-${of}.tar`);
const member = (path: string, name: string): string =>
  execFileSync('tar', ['-xOf', path, name], { encoding: 'utf8' });
const job = (name: string): Promise<JobView> =>
  farm.json(`/api/queue/jobs/mirror/any/${encodeURIComponent(`${category}/${name}`)}`);
const all = ['seed-stage3', 'stage1', 'stage2', 'stage3'];

async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  scene = new Scene();
  seed = scene.path('seed.tar');
  execFileSync('cp', [
    scene.path(`mirror/${subarch}/${seedVersion}/stage3-generic_64-tiny-current-${seedVersion}.tar`),
    seed,
  ]);
  scene.write('ports/motto', 'small\n');
  scene.target('snapshot', `[section snapshot]\nsource: folder\nsource/remote: ${scene.path('ports')}\n`);
  const files = `[section path/mirror]
snapshot: $[path/mirror]/$[target/build]/snapshots/portage-$[target/version].tar.xz
link: $[path/mirror]/$[target/build]/snapshots/portage-latest.tar.xz
`;
  scene.write('etc/farm.conf', `${scene.read('etc/farm.conf')}\n${files}`);
  scene.target('stage1', stage1);
  scene.target('stage2', '#!/bin/sh\necho two >> /etc/made');
  scene.target('stage3', '#!/bin/sh\necho three >> /etc/made');
  farm = await ServiceFixture.make();
  configure();
});
afterAll(async () => {
  await farm.dispose();
  await scene.end();
});

interface Stated {
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
  readonly predicate: {
    readonly buildDefinition: {
      readonly resolvedDependencies: readonly {
        readonly annotations: { readonly role: string; readonly package?: string };
      }[];
    };
  };
}

describe('a farm that builds stages', () => {
  it('loses nothing and shows nothing half when it is killed while a target is built, and between capture and publication', async () => {
    serving = await farm.up(1);
    // a generation cannot become visible as long as this is in its way
    mkdirSync(tree('in-the-way'), { recursive: true });
    scene.target('stage2', '#!/bin/sh\nsleep 1\necho two >> /etc/made');
    await farm.do('schedule', '--target-repo', 'mirror', 'all');
    await farm.watch.moved(`${category}/stage2`, 'running');
    await serving.stop('SIGKILL');
    serving = await farm.up(1);
    await farm.watch.moved(`${category}/stage3`, 'succeeded');
    expect(readdirSync(tree())).toEqual(['in-the-way']);
    expect(readMounts().filter(({ point }) => point.startsWith(farm.farm))).toEqual([]);
    await serving.stop('SIGKILL');
    rmSync(tree(), { recursive: true });
    serving = await farm.up(1);
    await until(() => (existsSync(result('stage3')) ? true : undefined));
    expect(farm.watch.movesOf('tiny-current/snapshot').filter(({ to }) => to === 'running')).toHaveLength(1);
    const runs = (name: string): number =>
      farm.watch.movesOf(`${category}/${name}`).filter(({ to }) => to === 'running').length;
    expect(all.map(runs)).toEqual([1, 1, 2, 1]);
  });

  it('9.1, 9.7: targets begin with each other; results have checksum, signature, links to the newest, and control files', async () => {
    expect(member(result('stage3'), './etc/made')).toBe(
      `stage1 of ${version} from stage3 ${seedVersion}\ntwo\nthree\n`,
    );
    const digest = createHash('sha256')
      .update(readFileSync(result('stage3')))
      .digest('hex');
    expect(read(subarch, 'stage3-latest.tar.hash.txt')).toBe(`sha256 ${digest}\n`);
    expect(realpathSync(tree(subarch, 'stage3-latest.tar'))).toBe(realpathSync(result('stage3')));
    expect(member(result('stage3'), './etc/motto')).toBe('small\n');
    const trees = tree('tiny-current/snapshots');
    expect(readlinkSync(`${trees}/portage-latest.tar.xz`)).toBe(`portage-${version}.tar.xz`);
    expect(existsSync(`${trees}/portage-latest.tar.xz.gpg`)).toBe(true);
    expect(existsSync(tree(subarch, 'stage2-latest.tar'))).toBe(false);
    expect(existsSync(`${result('stage3')}.gpg`)).toBe(true);
    expect(read(subarch, '.control/version/stage3')).toBe(`${version}\n`);
    expect(read(subarch, '.control/strategy/build')).toBe('local\n');
    expect(read(subarch, version, 'log/stage1.txt')).toContain('steps/chroot/run');
    expect(read('index.xml')).toContain(`type="stage3" version="${version}"`);
    expect(await farm.log(`${category}/stage2`)).toContain('step 1 of 1: steps/chroot/run');
    const { statement } = await farm.json<{ statement: Stated }>(
      `/api/packages/${encodeURIComponent(`${category}/stage3`)}/provenance`,
    );
    const begun = statement.predicate.buildDefinition.resolvedDependencies.filter(
      ({ annotations }) => annotations.role === 'dependency',
    );
    expect(begun.map(({ annotations }) => annotations.package)).toContain(`${category}/stage2`);
    const [first] = statement.subject;
    expect(first?.digest.sha256, 'the statement is about the result').toBe(digest);
  });

  it('10.5: does nothing when nothing has changed, also for what begins with what was built', async () => {
    const before = readlinkSync(tree());
    await farm.do('schedule', '--target-repo', 'mirror', '--wait', 'all');
    for (const name of all) expect((await job(name)).state, name).toBe('already-built');
    expect(readlinkSync(tree())).toBe(before);
  });

  it('9.9: a step that fails leaves the mirror as it is, is counted, and is tried again by hand', async () => {
    const before = readlinkSync(tree());
    scene.target('stage2', '#!/bin/sh\necho it is broken\nexit 3');
    const ended = await farm.run(['schedule', '--target-repo', 'mirror', '--wait', `${category}/stage2`]);
    expect(ended.code).toBe(1);
    expect((await job('stage2')).problem?.code).toBe('MST020');
    expect(await farm.log(`${category}/stage2`)).toContain('it is broken');
    const asked = await farm.json<UpkeepPackages>('/api/upkeep/tiny/packages');
    expect(asked.packages.find(({ name }) => name === `${category}/stage2`)).toMatchObject({
      state: 'failed',
      failures: 1,
    });
    expect(readlinkSync(tree())).toBe(before);
    scene.target('stage2', '#!/bin/sh\nsleep 600');
    await farm.do('retry', `mirror/any/${category}/stage2`);
    await farm.watch.moved(`${category}/stage2`, 'running', 5);
    await farm.do('cancel', `${category}/stage2`);
    await farm.watch.moved(`${category}/stage2`, 'canceled');
    expect(readMounts().filter(({ point }) => point.startsWith(farm.farm))).toEqual([]);
    scene.target('stage2', '#!/bin/sh\nsleep 1\necho two >> /etc/made');
    await farm.do('retry', `mirror/any/${category}/stage2`);
    await farm.watch.moved(`${category}/stage2`, 'already-built', 2);
  });

  it('9.2: the next version begins with the stage3 of the one before, and after a rollback that one counts again', async () => {
    const next = '2026-02-28';
    configure(next);
    await serving?.stop('SIGTERM');
    serving = await farm.up(1);
    expect(await farm.do('upkeep', 'run', 'tiny')).toContain('begins');
    await until(() => (existsSync(result('stage3', next)) ? true : undefined));
    expect(member(result('stage1', next), './etc/made')).toContain(`from stage3 ${seedVersion}`);
    const log = await farm.log(`${category}/stage1`);
    expect(log).toContain(`stage3-generic_64-tiny-current-${version}.tar`);
    expect(readlinkSync(tree(subarch, 'stage3-latest.tar'))).toContain(next);
    // a seed is of no use once there are enough versions that were built here
    expect(existsSync(tree(subarch, version))).toBe(true);
    const generations = await farm.do('repo', 'generations', 'mirror');
    const shown = Number(/^\* (\d+) /m.exec(generations)?.[1]);
    await serving.stop('SIGTERM');
    await farm.do('repo', 'rollback', '--repo', 'mirror', String(shown - 1));
    expect(read(subarch, '.control/version/stage3')).toBe(`${version}\n`);
    expect(existsSync(result('stage3', next))).toBe(false);
  });

  it('10.4: a builder elsewhere that runs programs of the architecture builds from what travels to it, also after it was killed', async () => {
    const redis = await startRedis();
    const far = '2026-03-31';
    try {
      const over = await overRedis(redis);
      configure(far, over.settings);
      serving = await farm.manager(over.environment, over.manager);
      const killed = await farm.builder('far', over.environment);
      await farm.do('schedule', '--target-repo', 'mirror', 'all');
      const runs = farm.watch.movesOf(`${category}/stage2`).filter(({ to }) => to === 'running').length;
      await farm.watch.moved(`${category}/stage2`, 'running', runs + 1);
      await killed.stop('SIGKILL');
      const builder = await farm.builder('far', over.environment);
      await until(() => (existsSync(result('stage3', far)) ? true : undefined));
      expect(await farm.log(`${category}/stage2`)).toContain(`stage2 ${far} on far`);
      expect(member(result('stage3', far), './etc/made')).toContain(`stage1 of ${far}`);
      expect(read(subarch, far, 'log/stage3.txt')).toContain('steps/chroot/run');
      // two whole versions, what the older one began with, and what the rollback left of the one between them
      const versions = readdirSync(tree(subarch)).filter((name) => /^\d/.test(name));
      expect(versions).toEqual([seedVersion, version, '2026-02-28', far]);
      await builder.stop('SIGTERM');
      await serving.stop('SIGTERM');
    } finally {
      await redis.dispose();
    }
  });

  it('repo shows and verifies what is published, and says what is damaged', async () => {
    expect(await farm.do('repo', 'show', 'mirror')).toContain(
      `stage3-generic_64-tiny-current-${version}.tar`,
    );
    expect(await farm.do('repo', 'verify', 'mirror')).toContain(': good');
    expect(await farm.do('status')).toMatch(/^repository mirror\/any: generation \d+/m);
    const status = await farm.do('stage', 'status');
    expect(status).toContain('tiny-current/x86-64bit/generic_64 2026-03-31: complete');
    expect(status).toMatch(
      /stage3-generic_64-tiny-current-2026-03-31.tar .*, begun with stage3 2026-01-31 of \S+, newest/,
    );
    const path = realpathSync(`${result('stage2', '2026-03-31')}.hash.txt`);
    const before = readFileSync(path);
    writeFileSync(path, 'sha256 0\n');
    const ended = await farm.run(['repo', 'verify', 'mirror']);
    expect([ended.code, ended.stdout + ended.stderr]).toEqual([3, expect.stringContaining('PUB036')]);
    writeFileSync(path, before);
  });
});
