// A farm that builds stages: jobs that begin with each other, a mirror with generations, and what becomes of it when things fail.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../src/api/index.ts';
import { Scene, seedVersion, subarch } from '../stages/scene.ts';
import { ServiceFixture } from './service-fixture.ts';
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
cp -a /etc/seed $ROOT/etc/
chown 7:8 $ROOT/etc/made
]
`;

let scene: Scene;
let farm: ServiceFixture;
let serving: StartedProgram | undefined;
let seed = '';

function configure(more = '', of = version): void {
  const sha256 = createHash('sha256').update(readFileSync(seed)).digest('hex');
  const text = `repository: demo
service: { lease: 3s }
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
      values: { multi/targets: "stage1 stage2 stage3" }
      builds:
        - build: tiny-current
          arch-desc: x86-64bit
          subarch: generic_64
          seed: { file: ${seed}, sha256: ${sha256}, version: "${seedVersion}" }
${more}`;
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
const schedule = (...names: string[]): Promise<string> =>
  farm.do('schedule', '--target-repo', 'mirror', '--wait', ...names.map((name) => `${category}/${name}`));
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
  execFileSync('cp', [scene.path(`mirror/${subarch}/${seedVersion}/stage3-generic_64-tiny-current-${seedVersion}.tar`), seed]);
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

describe('a farm that builds stages', () => {
  it('9.1: makes jobs of targets that begin with each other, and publishes what comes of them with checksum, signature and links', async () => {
    serving = await farm.up(1);
    const asked = await schedule(...all);
    expect(asked).toContain(`scheduled mirror/any/${category}/stage3`);
    await until(() => (existsSync(result('stage3')) ? true : undefined));
    expect(member(result('stage3'), './etc/made')).toBe(
      `stage1 of ${version} from stage3 ${seedVersion}\ntwo\nthree\n`,
    );
    const digest = createHash('sha256').update(readFileSync(result('stage3'))).digest('hex');
    expect(read(subarch, 'stage3-latest.tar.hash.txt')).toBe(`sha256 ${digest}\n`);
    expect(realpathSync(tree(subarch, 'stage3-latest.tar'))).toBe(realpathSync(result('stage3')));
    expect(existsSync(`${result('stage3')}.gpg`)).toBe(true);
    expect(read(subarch, '.control/version/stage3')).toBe(`${version}\n`);
    expect(read(subarch, version, 'log/stage1.txt')).toContain('steps/chroot/run');
    expect(read('index.xml')).toContain(`type="stage3" version="${version}"`);
    expect(await farm.log(`${category}/stage2`)).toContain('step 1 of 1: steps/chroot/run');
  });

  it('10.5: does nothing when nothing has changed, also for what begins with what was built', async () => {
    const before = readlinkSync(tree());
    await schedule(...all);
    for (const name of all) expect((await job(name)).state, name).toBe('already-built');
    expect(readlinkSync(tree())).toBe(before);
  });

  it('repo shows, verifies and rolls back what is published', async () => {
    expect(await farm.do('repo', 'show', 'mirror')).toContain(`stage3-generic_64-tiny-current-${version}.tar`);
    expect(await farm.do('repo', 'verify', 'mirror')).toContain(': good');
    expect(await farm.do('repo', 'generations', 'mirror')).toMatch(/^\* \d+ /m);
    expect(await farm.do('status')).toMatch(/^repository mirror\/any: generation \d+/m);
  });
});
