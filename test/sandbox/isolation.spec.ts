import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, freshFolder, modes, program, removeFolder, runIn } from './modes.ts';

let folder: string;
beforeEach(() => {
  folder = freshFolder();
});
afterEach(() => removeFolder(folder));

const interfaces = (table: string): readonly string[] =>
  [...table.matchAll(/^\s*([\w.@-]+):/gm)].map((match) => match[1] ?? '').sort();

describe.each(modes)('a sandbox made as %s', (mode) => {
  it('hands on output of both streams in the order written, and the exit code', async () => {
    const ran = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'echo one; echo two >&2; echo three; exit 7']),
    );
    expect(ran.output).toBe('one\ntwo\nthree\n');
    expect(ran.result?.end).toEqual({ kind: 'exited', code: 7 });
    expect(ran.result?.leftovers).toBe(0);
  });

  it('tells a command that died of a signal from one that exited', async () => {
    const ran = await runIn(mode, folder, command(['sh', '-c', 'kill -SEGV $$']));
    expect(ran.result?.end).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('gives a command the declared environment and nothing else', async () => {
    const ran = await runIn(
      mode,
      folder,
      command(['env'], { environment: { PATH: '/usr/bin', A: 'b c\n"' } }),
    );
    expect(ran.output.split('\n').sort()).toEqual(['', '"', 'A=b c', 'PATH=/usr/bin'].sort());
  });

  it('gives a command no descriptors but an empty input and its output, which it can open again', async () => {
    const ran = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'ls /proc/$$/fd; wc -c <&0; echo again >/dev/stdout; echo more >/dev/stderr']),
    );
    expect(ran.output).toBe('0\n1\n2\n0\nagain\nmore\n');
  });

  it("runs as 'builder' without any privilege, and cannot gain one", async () => {
    const ran = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'id -un; id -gn; cat /proc/self/status; sh -c :']),
    );
    expect(ran.output).toMatch(/^builder\nbuilder\n/);
    expect(ran.output).toMatch(/CapPrm:\s+0+\n/);
    expect(ran.output).toMatch(/CapEff:\s+0+\n/);
    expect(ran.output).toMatch(/CapAmb:\s+0+\n/);
    expect(ran.output).toMatch(/NoNewPrivs:\s+1\n/);
  });

  it("lets 'root' own files but not mount, make devices or trace others", async () => {
    const script =
      'id -u; touch /tmp/x; chmod 4755 /tmp/x && echo ok; mount -t tmpfs t /tmp; mknod /tmp/d b 8 0; ls /tmp';
    const ran = await runIn(mode, folder, command(['sh', '-c', script], { user: 'root' }));
    expect(ran.output).toMatch(/^0\nok\n/);
    expect(ran.output).toMatch(/mount: .*(denied|must be superuser)/);
    expect(ran.output).toMatch(/mknod: .*not permitted/);
    expect(ran.output).toMatch(/\nx\n$/);
  });

  it.each(['builder', 'root'] as const)("lets '%s' write to nothing outside", async (user) => {
    const before = readFileSync('/etc/passwd', 'utf8');
    const ran = await runIn(mode, folder, program('writes-outside', { user }, [folder]));
    expect(ran.output).toBe('tried\n');
    expect(readFileSync('/etc/passwd', 'utf8')).toBe(before);
    expect(existsSync('/usr/packmill-was-here')).toBe(false);
  });

  it.each(['builder', 'root'] as const)("lets '%s' read neither the farm nor private files", async (user) => {
    const farm = join(folder, 'farm');
    mkdirSync(farm);
    writeFileSync(join(farm, 'key'), 'very secret', { mode: 0o644 });
    const places = [join(farm, 'key'), '/etc/shadow-', '/root/.bashrc', '/etc/ssh/ssh_host_ed25519_key'];
    const ran = await runIn(mode, folder, program('reads-secret', { user }, places), { hidden: [farm] });
    expect(ran.output.replace('read /etc/shadow-\n', '')).toBe('tried\n');
    const shadow = await runIn(mode, folder, command(['cat', '/etc/shadow'], { user: 'root' }));
    expect(shadow.output).toMatch(/^root:!\*:/m);
    expect(shadow.output).not.toContain('$');
  });

  it('shows only loopback without network, and the interfaces and name servers of the host with it', async () => {
    const words = ['cat', '/proc/net/dev'];
    const without = await runIn(mode, folder, command(words));
    expect(interfaces(without.output)).toEqual(['lo']);
    const withNetwork = await runIn(mode, folder, command(words, { network: true }));
    expect(interfaces(withNetwork.output)).toEqual(interfaces(readFileSync('/proc/net/dev', 'utf8')));
    const servers = await runIn(mode, folder, command(['cat', '/etc/resolv.conf'], { network: true }));
    expect(servers.output).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
  });

  it('sees no process but its own and has its own host name and temporary folders', async () => {
    const ran = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'hostname; ls -d /proc/[0-9]* | wc -l; ls -A /tmp /home']),
    );
    const [name, count, ...rest] = ran.output.split('\n');
    expect(name).toBe('packmill');
    expect(Number(count)).toBeLessThan(8);
    expect(rest.join('\n')).toBe('/home:\n\n/tmp:\n');
  });

  it("lets 'builder' write to folders for temporary files and to no other folder, with a layer or without", async () => {
    const closed = '/ /bin /boot /dev /etc /home /root /run /usr /usr/lib /var /var/lib /var/log';
    const open = '/build /build/home /dev/shm /run/lock /tmp /var/tmp';
    const script = `for f in ${closed} ${open}; do { echo x > $f/t; } 2>/dev/null && echo $f; done`;
    const layer = join(folder, 'layer');
    const prepare = ['usr'];
    for (const options of [{}, { layer }]) {
      const ran = await runIn(mode, folder, command(['sh', '-c', `${script}; :`], options), { prepare });
      expect(ran.output.trim().split('\n')).toEqual(open.split(' '));
    }
  });

  it('writes to writable mounts only', async () => {
    const [input, output] = [join(folder, 'input'), join(folder, 'output')];
    mkdirSync(input);
    writeFileSync(join(input, 'a'), 'text');
    const mounts = [
      { source: input, target: '/build/input', writable: false },
      { source: output, target: '/build/output', writable: true },
    ];
    const script = 'cp ../input/a b; echo x > /build/input/c || echo refused; mkdir -p /build/home/d';
    const what = command(['sh', '-c', script], { mounts, workingDirectory: '/build/output' });
    const ran = await runIn(mode, folder, what);
    expect(ran.output).toContain('refused');
    expect(readFileSync(join(output, 'b'), 'utf8')).toBe('text');
    expect(readdirSync(input)).toEqual(['a']);
  });

  it('says why a sandbox could not be set up', async () => {
    const mounts = [{ source: join(folder, 'absent'), target: '/build/x', writable: false }];
    const ran = await runIn(mode, folder, command(['true'], { mounts }));
    expect(ran.problem).toMatchObject({ code: 'SBX001', why: expect.stringContaining('absent') });
    const wrong = await runIn(mode, folder, command([]));
    expect(wrong.problem?.code).toBe('SBX008');
  });

  it('reports a command that is not there as the command having failed, not the sandbox', async () => {
    const ran = await runIn(mode, folder, command(['no-such-program']));
    expect(ran.result?.end).toEqual({ kind: 'exited', code: 127 });
    expect(ran.output).toContain('no-such-program');
  });
});

if (modes.includes('root')) {
  it('hides a farm that lies inside a folder of the host that sandboxes see', async () => {
    const farm = freshFolder('/opt');
    try {
      writeFileSync(join(farm, 'key'), 'very secret');
      const places = [join(farm, 'key')];
      const open = await runIn('root', folder, program('reads-secret', { user: 'root' }, places));
      expect(open.output).toContain('very secret');
      const ran = await runIn('root', folder, program('reads-secret', { user: 'root' }, places), {
        hidden: [farm],
      });
      expect(ran.output).toBe('tried\n');
    } finally {
      await removeFolder(farm);
    }
  });
}
