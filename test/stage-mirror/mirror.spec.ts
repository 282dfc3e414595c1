import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/index.ts';
import { memorySigner } from '../../src/signer/memory/index.ts';
import {
  cleanMirror,
  importMirror,
  importSeed,
  latestStates,
  readMirror,
  removals,
  rollBackLatest,
  verifyMirror,
  visibleState,
} from '../../src/stage-mirror/index.ts';
import { identity, publication, publisher, sha256, signer } from './made.ts';

let root: string;
let mirror: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packmill-mirror-'));
  mirror = join(root, 'mirror');
  home = join(mirror, '1.4/x86-64bit/core2_64');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (path: string): string => readFileSync(path, 'utf8');
const codes = async (): Promise<readonly string[]> =>
  (await verifyMirror(await readMirror(mirror), memorySigner())).problems.map(({ code }) => code);

describe('publishing', () => {
  it('verify reads package trees, too', async () => {
    const path = join(mirror, '1.4/snapshots/portage-2019-11-10.tar.xz');
    mkdirSync(join(mirror, '1.4/snapshots'), { recursive: true });
    writeFileSync(path, 'tree');
    expect(await codes()).toEqual(['SMI003']);
    writeFileSync(`${path}.hash.txt`, `sha256 ${sha256('tree')}\n`);
    expect(await codes()).toEqual([]);
    writeFileSync(path, 'free');
    expect(await codes()).toEqual(['SMI004']);
  });

  it('9.7: a result comes with checksum and signature, and the links to the newest lead to all three', async () => {
    const extras = {
      'build-info.json': '{"ARCH": "amd64", "CFLAGS": "-O2 -march=<x>"}',
      'log/stage3.txt': 'log',
    };
    const one = publication(root, { target: 'stage3', version: '2019-11-10', text: 'one', extras });
    await publisher().publish(one);
    await publisher().publish(one);
    const name = 'stage3-core2_64-1.4-2019-11-10.tar.xz';
    expect(readdirSync(join(home, '2019-11-10')).sort()).toEqual(
      ['build-info.json', 'log', name, `${name}.gpg`, `${name}.hash.txt`].sort(),
    );
    expect(text(join(home, 'stage3-latest.tar.xz.hash.txt'))).toBe(`sha256 ${sha256('one')}\n`);
    expect(realpathSync(join(home, 'stage3-latest.tar.xz.gpg'))).toBe(
      realpathSync(join(home, '2019-11-10', `${name}.gpg`)),
    );
    expect(latestStates(home).length).toBe(1);
    expect(await codes()).toEqual([]);
    const index = text(join(mirror, 'index.xml'));
    expect(index).toContain(
      `path="/1.4/x86-64bit/core2_64/2019-11-10/${name}" size="3" sha256="${sha256('one')}"`,
    );
    expect(index).toContain('<info name="CFLAGS" value="-O2 -march=&lt;x&gt;"/>');
    execFileSync('python3', [
      '-c',
      'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])',
      join(mirror, 'index.xml'),
    ]);
  });

  it('links never go back to an older version by publishing, and do so by going back on purpose', async () => {
    const put = (version: string) =>
      publisher().publish(publication(root, { target: 'stage3', version, text: version }));
    for (const version of ['2019-11-10', '2019-11-12', '2019-11-11']) await put(version);
    expect(text(join(home, 'stage3-latest.tar.xz'))).toBe('2019-11-12');
    await rollBackLatest(home, 1, 0);
    expect(text(join(home, 'stage3-latest.tar.xz'))).toBe('2019-11-10');
    expect(visibleState(home)).toBe(3);
    await expect(rollBackLatest(home, 77, 0)).rejects.toThrow(/^SMI002 /);
  });

  it('9.7: stage1 has no link, and openvz one for all processors', async () => {
    await publisher().publish(publication(root, { target: 'stage1', version: '1', text: 'one' }));
    await publisher().publish(publication(root, { target: 'openvz', version: '1', text: 'vz' }));
    expect(existsSync(join(home, 'stage1-latest.tar.xz'))).toBe(false);
    expect(text(join(mirror, '1.4/openvz/x86-64bit/openvz-core2_64-1.4-latest.tar.xz'))).toBe('vz');
  });

  it('what a publisher leaves that is killed when its result already stands goes with the next one', async () => {
    const one = publication(root, { target: 'stage3', version: '2019-11-20', text: 'whole' });
    await publisher().publish(one);
    const left = join(home, '2019-11-20/.new-stage3');
    mkdirSync(left);
    writeFileSync(join(left, 'hash'), 'half');
    await publisher().publish(one);
    expect(existsSync(left)).toBe(false);
    expect(text(join(home, 'stage3-latest.tar.xz'))).toBe('whole');
  });

  it('targets that are published at the same time do not lose each other', async () => {
    const targets = Array.from({ length: 8 }, (_, index) => `image${index}`);
    await Promise.all(
      targets.map((target) => publisher().publish(publication(root, { target, version: '1', text: target }))),
    );
    for (const target of targets) expect(text(join(home, `${target}-latest.tar.xz`))).toBe(target);
  });

  it('a publisher that is killed at any moment shows nothing half, and the next one finishes', async () => {
    let done = -1;
    const rounds = Number(process.env['PACKMILL_TEST_KILLS'] ?? 2);
    for (let round = 0; round < rounds; round += 1) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'killed-publish-child.ts'), root, String(done + 1)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const enough = 2 + round;
      let seen = 0;
      child.stdout.on('data', (bytes: Buffer) => {
        for (const line of bytes.toString().trim().split('\n')) done = Math.max(done, Number(line));
        seen += 1;
        if (seen === enough) setTimeout(() => child.kill('SIGKILL'), round * 3);
      });
      await once(child, 'close');
      const found = realpathSync(join(home, 'stage3-latest.tar.xz'));
      expect(text(`${found}.hash.txt`)).toBe(`sha256 ${sha256(readFileSync(found))}\n`);
      expect(text(join(home, 'stage3-latest.tar.xz.hash.txt'))).toBe(text(`${found}.hash.txt`));
      expect(await codes()).toEqual([]);
      expect(Number(found.split('/').at(-2))).toBeGreaterThanOrEqual(1000 + done);
    }
    const again = publication(root, { target: 'stage3', version: String(1001 + done), text: 'again' });
    await publisher().publish(again);
    expect(text(join(home, 'stage3-latest.tar.xz'))).toBe('again');
    const left = readdirSync(home, { recursive: true }).filter((name) =>
      String(name).includes('.new-stage3'),
    );
    expect(left).toEqual([]);
  });
});

describe('care of a mirror', () => {
  it('results that were changed, have no checksum or lead nowhere are told, each by its code', async () => {
    for (const [version, target] of [
      ['1', 'stage3'],
      ['2', 'stage3'],
      ['2', 'lxd'],
      ['2', 'stage1'],
    ] as const)
      await publisher().publish(publication(root, { target, version, text: target + version }));
    writeFileSync(join(home, '1/stage3-core2_64-1.4-1.tar.xz'), 'changed');
    rmSync(join(home, '2/stage1-core2_64-1.4-2.tar.xz.hash.txt'));
    writeFileSync(join(home, '2/stage3-core2_64-1.4-2.tar.xz.gpg'), 'x');
    rmSync(join(home, '2/lxd-core2_64-1.4-2.tar.xz'));
    expect([...(await codes())].sort()).toEqual(['SMI003', 'SMI004', 'SMI005', 'SMI006']);
    await expect(readMirror(join(root, 'absent'))).rejects.toThrow(/^SMI001 /);
  });

  it('9.9: what is cleaned away is gone as a whole, and what is left by a kill goes with the next cleaning', async () => {
    for (const version of ['1', '2', '3', '4'])
      await publisher().publish(publication(root, { target: 'stage3', version, text: version }));
    mkdirSync(join(home, '.removing-0/left'), { recursive: true });
    const rules = { keepBuilds: 2, keepSnapshots: 2, staleMs: 1 };
    const read = await readMirror(mirror);
    await cleanMirror(read, removals(read, rules, systemClock.nowMs()));
    expect(readdirSync(home).filter((name) => /^[0-9]|removing/.test(name))).toEqual(['3', '4']);
    expect(await codes()).toEqual([]);
  });

  it('9.7, 9.2: a mirror of others is taken over, with its legacy control files and without what is not proven', async () => {
    const old = join(root, 'old/1.4/x86-64bit/core2_64');
    const put = (path: string, content: string): void => {
      mkdirSync(join(old, path, '..'), { recursive: true });
      writeFileSync(join(old, path), content);
    };
    for (const [version, stated] of [
      ['2018-01-01', 'good'],
      ['2018-01-02', 'good'],
      ['2018-01-03', 'other'],
    ] as const) {
      const name = `${version}/stage3-core2_64-1.4-${version}.tar.xz`;
      put(name, version);
      put(`${name}.hash.txt`, `sha256 ${sha256(stated === 'good' ? version : stated)}\n`);
      put(`${version}/status`, 'ok\n');
    }
    put('2018-01-02/stage1-core2_64-1.4-2018-01-02.tar.xz', 'no checksum');
    put('.control/lastdate', '2018-01-02\n');
    put('.control/strategy/build', 'local\n');
    put('.control/strategy/seed', '$(reboot)\n');
    symlinkSync('2018-01-02/stage3-core2_64-1.4-2018-01-02.tar.xz', join(old, 'stage3-latest.tar.xz'));
    const options = {
      from: join(root, 'old'),
      to: mirror,
      signer,
      clock: systemClock,
      allowUnstated: false,
    };
    const first = await importMirror(options);
    expect(first).toMatchObject({ artifacts: 2, controls: 2 });
    expect(first.problems.map(({ code }) => code).sort()).toEqual(['SMI003', 'SMI004']);
    expect(text(join(home, 'stage3-latest.tar.xz'))).toBe('2018-01-02');
    expect(text(join(home, '.control/version/stage3'))).toBe('2018-01-02\n');
    expect(existsSync(join(home, '.control/strategy/seed'))).toBe(false);
    expect(await codes()).toEqual([]);
    expect(await importMirror(options)).toMatchObject({ artifacts: 2, controls: 0 });
    expect(readlinkSync(join(home, '.current'))).toBe('.generations/000002');
  });
});

describe('seeds', () => {
  const seed = (more: object) =>
    importSeed({
      file: join(root, 'seed.tar.xz'),
      mirror,
      identity: { ...identity, version: '2019-01-01' },
      type: 'stage3',
      proof: { digest: undefined, signature: undefined },
      signer,
      clock: systemClock,
      ...more,
    });

  it('9.9: a seed is only taken with a checksum or a signature, and sets its subarch up', async () => {
    writeFileSync(join(root, 'seed.tar.xz'), 'the seed');
    await expect(seed({})).rejects.toThrow(/^SMI007 /);
    await expect(seed({ proof: { digest: sha256('other'), signature: undefined } })).rejects.toThrow(
      /^SMI004 /,
    );
    expect(readdirSync(home, { recursive: true })).toEqual(['2019-01-01']);
    const path = await seed({ proof: { digest: sha256('the seed'), signature: undefined } });
    expect(path).toBe(join(home, '2019-01-01/stage3-core2_64-1.4-2019-01-01.tar.xz'));
    expect(text(join(home, '.control/version/stage3'))).toBe('2019-01-01\n');
    expect(text(join(home, '.control/strategy/build'))).toBe('local\n');
    expect(await codes()).toEqual([]);
    const wrong = seed({ identity: { ...identity, version: '../../x' } });
    await expect(wrong).rejects.toThrow(/^MST003 /);
  });

  it('9.9: a signature of a seed has to be by one of the keys that are given', async () => {
    const home = mkdtempSync(join(root, 'k'));
    const gpg = (...args: string[]) =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', ...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const file = join(root, 'seed.tar.xz');
    writeFileSync(file, 'the seed');
    try {
      for (const name of ['a@x', 'b@x']) {
        gpg('--passphrase', '', '--quick-generate-key', name, 'ed25519', 'sign', 'never');
        writeFileSync(join(root, name), gpg('--armor', '--export', name));
      }
      gpg('-u', 'a@x', '--output', `${file}.sig`, '--detach-sign', file);
    } finally {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
    }
    const by = (key: string) =>
      seed({ proof: { digest: undefined, signature: { path: `${file}.sig`, keys: [join(root, key)] } } });
    await expect(by('b@x')).rejects.toThrow(/^SMI008 /);
    expect(existsSync(await by('a@x'))).toBe(true);
  });
});
