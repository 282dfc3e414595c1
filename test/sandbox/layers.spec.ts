import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../src/diagnostics/index.ts';
import { unpackRoot } from '../../src/sandbox/index.ts';
import { command, freshFolder, modes, removeFolder, runIn } from './modes.ts';

let folder: string;
beforeEach(() => {
  folder = freshFolder();
});
afterEach(() => removeFolder(folder));

/** A root file system of a few programs and the libraries they need, copied from this machine. */
function makeRoot(path: string): void {
  const programs = ['sh', 'cat', 'ls', 'setpriv', 'touch', 'id'].map((name) => `/usr/bin/${name}`);
  const needed = programs.flatMap((program) =>
    [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  for (const file of new Set([...programs, ...needed])) {
    const inside = join(path, file.startsWith('/usr') ? file : `/usr${file}`);
    mkdirSync(dirname(inside), { recursive: true });
    copyFileSync(file, inside);
    chmodSync(inside, 0o755);
  }
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(path, name));
  for (const name of ['etc', 'var/lib', 'dev', 'proc', 'tmp', 'extra'])
    mkdirSync(join(path, name), { recursive: true });
  writeFileSync(join(path, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(path, 'extra/file'), 'from the root\n');
}

describe.each(modes)('layers of a sandbox made as %s', (mode) => {
  const install =
    'echo tool > /usr/share/packmill-t; echo conf > /etc/packmill-t; mkdir -p /var/lib/db; echo db > /var/lib/db/t';
  const show =
    'cat /usr/share/packmill-t /etc/packmill-t /var/lib/db/t; echo x > /usr/share/y || echo refused';

  it('keeps what root changed for later commands, away from the host', async () => {
    const layer = join(folder, 'layer');
    const prepare = ['usr/share', 'etc'];
    const root = { layer, layerWritable: true, user: 'root' } as const;
    const first = await runIn(mode, folder, command(['sh', '-ec', install], root), { prepare });
    expect(first).toMatchObject({ output: '', result: { end: { kind: 'exited', code: 0 } } });
    const second = await runIn(mode, folder, command(['sh', '-c', show], { layer }));
    expect(second.output).toMatch(/^tool\nconf\ndb\n/);
    expect(second.output).toContain('refused');
    const again = await runIn(
      mode,
      folder,
      command(['sh', '-ec', 'cat /var/lib/db/t; rm /etc/packmill-t; ls /usr/bin >/dev/null'], root),
    );
    expect(again).toMatchObject({ output: 'db\n', result: { end: { kind: 'exited', code: 0 } } });
    const third = await runIn(mode, folder, command(['ls', '/etc/packmill-t'], { layer }));
    expect(third.result?.end).toEqual({ kind: 'exited', code: 2 });
    const bare = await runIn(mode, folder, command(['ls', '/usr/share/packmill-t']));
    expect(bare.result?.end).toEqual({ kind: 'exited', code: 2 });
    expect(existsSync('/usr/share/packmill-t')).toBe(false);
    expect(existsSync('/etc/packmill-t')).toBe(false);
  });

  it("lets 'builder' change nothing of a layer that it may only read", async () => {
    const layer = join(folder, 'layer');
    const root = { layer, layerWritable: true, user: 'root' } as const;
    await runIn(mode, folder, command(['sh', '-ec', install], root), { prepare: ['usr/share', 'etc'] });
    const script =
      'for f in /etc/packmill-t /var/lib/db/t /usr/share/packmill-t; do echo x > $f; done; rm -r /var/lib/db';
    await runIn(mode, folder, command(['sh', '-c', script], { layer }));
    const after = await runIn(mode, folder, command(['sh', '-c', show], { layer }));
    expect(after.output).toMatch(/^tool\nconf\ndb\n/);
  });

  it('is filled ahead of the first command, and follows the links of the root', async () => {
    const path = join(folder, 'made');
    mkdirSync(path);
    makeRoot(path);
    symlinkSync('bin', join(path, 'usr/sbin'));
    symlinkSync('../../..', join(path, 'usr/up'));
    const root = { kind: 'folder', path } as const;
    const layer = join(folder, 'layer');
    const prepare = ['usr/sbin', 'usr/up/etc', 'lib/new', '../beyond'];
    const script = 'cat /var/lib/db/version /etc/passwd; touch /usr/sbin/tool /lib/t; ls /usr/bin';
    const changes = { root, layer, layerWritable: true, user: 'root' } as const;
    const first = await runIn(mode, folder, command(['sh', '-c', script], changes), {
      prepare,
      present: ['var/lib/db'],
      files: [
        { path: 'var/lib/db/version', text: 'one\n' },
        { path: 'etc/passwd', text: 'nobody has this\n' },
      ],
    });
    expect(first.output).toMatch(/^one\nroot:/);
    expect(first.output).toMatch(/\ntool\n/);
    expect(first.output).not.toContain('annot touch');
    expect(existsSync(join(layer, 'upper/beyond'))).toBe(false);
    expect(lstatSync(join(path, 'usr/sbin')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(path, 'usr/bin/tool'))).toBe(false);
  });

  it('runs in a root that came as an archive, which is unpacked once', async () => {
    const made = join(folder, 'made');
    mkdirSync(made);
    makeRoot(made);
    const archive = join(folder, 'root.tar.zst');
    execFileSync('bsdtar', ['--zstd', '-cf', archive, '-C', made, '.']);
    const roots = join(folder, 'roots');
    const [path, same] = await Promise.all([unpackRoot(archive, roots), unpackRoot(archive, roots)]);
    expect(same).toBe(path);
    expect(readdirSync(roots)).toHaveLength(1);
    const root = { kind: 'folder', path } as const;
    const layer = join(folder, 'layer');
    const changed = { root, layer, layerWritable: true, user: 'root' } as const;
    const prepare = ['extra', 'var/lib'];
    const script =
      'cat /extra/file; echo changed > /extra/new; echo db > /var/lib/db; touch /usr/x 2>/dev/null; id -u';
    const first = await runIn(mode, folder, command(['sh', '-c', script], changed), { prepare });
    expect(first.output).toBe('from the root\n0\n');
    const second = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'cat /extra/new /var/lib/db; ls /usr/bin; cat /etc/passwd'], { root, layer }),
    );
    expect(second.output).toMatch(/^changed\ndb\ncat\nid\nls\nsetpriv\nsh\ntouch\n/);
    expect(second.output).toMatch(/^builder:/m);
    expect(existsSync(join(path, 'extra/new'))).toBe(false);
  });

  it('refuses a folder that is no root file system', async () => {
    const root = { kind: 'folder', path: folder } as const;
    const ran = await runIn(mode, folder, command(['true'], { root }));
    expect(ran.problem?.code).toBe('SBX006');
  });

  it('refuses a layer whose path overlay mounts cannot carry', async () => {
    const layer = join(folder, 'a,b');
    const ran = await runIn(mode, folder, command(['true'], { layer, layerWritable: true, user: 'root' }));
    expect(ran.problem?.code).toBe('SBX005');
  });
});

it('names the archive and the tool when a root archive is damaged', async () => {
  const archive = join(folder, 'root.tar');
  writeFileSync(archive, 'not an archive at all');
  const error = await unpackRoot(archive, join(folder, 'roots')).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).problem).toMatchObject({
    code: 'SYS003',
    what: expect.stringContaining(archive),
  });
});
