import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene, seedVersion } from './scene.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
/** A folder with `qemu-aarch64-static` and a `busybox` for that processor. */
const emulation = process.env['PACKMILL_QEMU'] ?? '';
let scene: Scene;
beforeAll(() => {
  scene = new Scene();
});
afterAll(() => scene.end());

const freshen = 'stage3-freshen';

describe('foreign processors (9.5)', () => {
  it('are refused before anything is done where the kernel does not run their programs', async () => {
    const place = 'tiny-current/riscv64/generic_64';
    scene.addSeed('stage3', seedVersion, place);
    scene.control('strategy/build', 'local', place);
    scene.control('strategy/seed', 'stage3', place);
    scene.target(freshen, '#!/bin/sh\nexit 0');
    // a kernel that has been told about them runs even BusyBox of this processor
    const end = await scene.build(freshen, ['target/arch_desc=riscv64', 'host/arch_desc=x86-64bit']);
    const isRegistered = spawnSync('test', ['-e', '/proc/sys/fs/binfmt_misc/qemu-riscv64']).status === 0;
    expect(end.problem?.code).toBe(isRegistered ? undefined : 'MST006');
  });

  it.runIf(emulation !== '')(
    'are built by qemu-user, in namespaces of which this machine learns nothing',
    () => {
      const own = new Scene();
      const place = 'tiny-current/arm-64bit/generic_64';
      own.addSeed('stage3', seedVersion, place, (tree) =>
        copyFileSync(join(emulation, 'busybox'), join(tree, 'bin/busybox')),
      );
      own.control('strategy/build', 'local', place);
      own.control('strategy/seed', 'stage3', place);
      own.target(freshen, '#!/bin/sh\nuname -m > /etc/machine');
      own.write('subordinate', '65534:100000:65536\n');
      const bytes = (text: string): string => text.replaceAll(/../g, (pair) => `\\x${pair}`);
      const magic = bytes('7f454c460201010000000000000000000200b700');
      const mask = bytes('ffffffffffffff00fffffffffffffffffeffffff');
      own.write('register', `:qemu-aarch64:M::${magic}:${mask}:${join(emulation, 'qemu-aarch64-static')}:F`);
      execFileSync('chown', ['-R', '65534:65534', own.folder]);
      const outer = `mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift || exit
      exec setpriv --reuid 65534 --regid 65534 --clear-groups \\
        unshare --user --map-root-user --map-auto --mount "$@"`;
      const inner = `mount -t binfmt_misc binfmt /proc/sys/fs/binfmt_misc &&
      cat "$1" > /proc/sys/fs/binfmt_misc/register && shift && exec "$@"`;
      const words = ['--farm', own.path('farm'), 'stage', 'build', own.path('etc/farm.conf'), freshen];
      const run = spawnSync(
        'unshare',
        [
          ...[
            '-m',
            'sh',
            '-c',
            outer,
            'sh',
            own.path('subordinate'),
            'sh',
            '-c',
            inner,
            'sh',
            own.path('register'),
          ],
          ...[packmill, ...words, 'target/arch_desc=arm-64bit'],
        ],
        { encoding: 'utf8' },
      );
      expect(run.stderr).not.toContain('error');
      expect(run.status).toBe(0);
      const result = own.path(`mirror/${place}/2026-01-31/stage3-generic_64-tiny-current-2026-01-31.tar`);
      expect(own.member(result, './etc/machine')).toBe('aarch64\n');
      execFileSync('rm', ['-rf', own.folder]);
    },
  );
});
