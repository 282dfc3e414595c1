import { describe, expect, test } from 'vitest';
import { diagnose, distributionOf } from './diagnose.ts';
import type { DoctorSources } from './diagnose-sources.ts';
import { families, programTable } from './program-table.ts';
import { renderDoctorReport } from './render-doctor-report.ts';
import { isAtLeast, versionIn } from './version-words.ts';

const machine: DoctorSources['machine'] = {
  runtime: '24.21.0',
  kernel: '6.1.0',
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  controlGroups: { version: 2, controllers: ['cpu', 'memory', 'pids'] },
  isRoot: true,
};

/** A machine where every program exists and answers with the given words, except those named. */
const machineWith = (absent: readonly string[] = [], words = 'tool 999.1.2'): DoctorSources => ({
  machine,
  find: (name) => (absent.includes(name) ? undefined : `/usr/bin/${name}`),
  ask: () => Promise.resolve({ ok: true, words }),
});

describe('the doctor', () => {
  test('finds nothing wrong where everything is there', async () => {
    const report = await diagnose(machineWith());
    expect(report.ready).toBe(true);
    expect(report.install).toBeUndefined();
    expect(renderDoctorReport(report)).toContain('everything packmill needs is here');
  });

  test('names a missing program, its feature and one command that installs all that is missing', async () => {
    const report = await diagnose(machineWith(['bwrap', 'vercmp', 'makepkg']));
    expect(report.ready).toBe(false);
    expect(report.install).toBe('apt-get install -y bubblewrap makepkg');
    const line = renderDoctorReport(report)
      .split('\n')
      .find((text) => text.includes('bwrap'));
    expect(line).toMatch(/^missing .*sandbox: isolates every build.*apt-get install -y bubblewrap/);
  });

  test('asks the Python of the system for a module, which is missing when it cannot be loaded', async () => {
    const asked: string[] = [];
    const ask = (path: string, args: readonly string[]) => {
      asked.push([path, ...args].join(' '));
      const isModule = args[0] === '-c';
      return Promise.resolve({ ok: !isModule, words: isModule ? 'No module named packaging' : 'tool 999.1' });
    };
    const report = await diagnose({ ...machineWith(), ask });
    expect(report.programs.find((one) => one.name === 'python3-packaging')?.finding).toBe('missing');
    expect(asked).toContainEqual(expect.stringMatching(/^\/usr\/bin\/python3 -c import packaging/));
  });

  test('is content when only tools of later features are missing', async () => {
    const later = programTable.filter((row) => row.need === 'later').map((row) => row.name);
    const report = await diagnose(machineWith(later));
    expect(report.ready).toBe(true);
    expect(report.install).toBeUndefined();
  });

  test('tells a program that is too old from one that does not tell its version', async () => {
    const old = await diagnose(machineWith([], 'tool 0.1'));
    expect(old.programs.find((one) => one.name === 'git')?.finding).toBe('too-old');
    expect(old.ready).toBe(false);
    const mute = await diagnose(machineWith([], 'no number at all'));
    expect(mute.programs.find((one) => one.name === 'git')?.finding).toBe('unknown');
    expect(mute.ready).toBe(true);
  });

  test('gives the commands of all distributions where it does not know the running one', async () => {
    const sources = { ...machineWith(['git']), machine: { ...machine, osRelease: 'ID=plan9\n' } };
    const text = renderDoctorReport(await diagnose(sources));
    for (const family of families) expect(text).toContain(`  ${family}`);
    expect(text).toContain('emerge --noreplace dev-vcs/git');
  });

  test('reports a kernel that refuses user namespaces as fatal to ordinary users only', async () => {
    const refuse: DoctorSources['ask'] = (_path, args) =>
      Promise.resolve(
        args.includes('--user') && !args.includes('--mount')
          ? { ok: false, words: 'Operation not permitted' }
          : { ok: true, words: 'tool 99.1' },
      );
    const asRoot = await diagnose({ ...machineWith(), ask: refuse });
    expect(asRoot.ready).toBe(true);
    const asUser = await diagnose({ ...machineWith(), ask: refuse, machine: { ...machine, isRoot: false } });
    expect(asUser.ready).toBe(false);
    expect(renderDoctorReport(asUser)).toContain('Operation not permitted');
  });

  test('tells a chroot from a kernel without overlayfs', async () => {
    const saying = async (words: string): Promise<string> => {
      const ask: DoctorSources['ask'] = (_path, args) =>
        Promise.resolve(args.includes('--mount') ? { ok: false, words } : { ok: true, words: 'tool 99.1' });
      const report = await diagnose({ ...machineWith(), ask });
      expect(report.ready).toBe(false);
      return renderDoctorReport(report);
    };
    expect(await saying('unshare: cannot change root filesystem propagation')).toContain('This is a chroot');
    expect(await saying("mount: unknown filesystem type 'overlay'.")).toContain('modprobe overlay');
  });

  test('survives a trip through JSON unchanged', async () => {
    const report = await diagnose(machineWith(['git']));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('finds all required programs on the machine that runs this test', async () => {
    const report = await diagnose();
    const lacking = report.programs.filter((one) => one.need === 'required' && one.finding !== 'ok');
    expect(lacking.map((one) => one.name)).toEqual([]);
  });
});

describe('the table of programs', () => {
  test('names each program once and its packages on every distribution', () => {
    const names = programTable.map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    for (const row of programTable) {
      for (const family of families) {
        expect(row.packages[family], `${row.name} on ${family}`).toMatch(
          /^[a-z0-9+._/-]+( [a-z0-9+._/-]+)*$/,
        );
      }
      expect(['required', 'test', 'optional', 'later']).toContain(row.need);
      expect(row.need === 'later').toBe(row.why.startsWith('not needed yet'));
    }
  });
});

describe('words of a program about its version', () => {
  test.each([
    ['bubblewrap 0.8.0', '0.8.0'],
    ['*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***', '1.5.4'],
    [' .--.                  Pacman v6.0.2 - libalpm v13.0.2', '6.0.2'],
    ['OpenSSH_9.2p1 Debian-2', '9.2'],
    ['usage: vercmp', undefined],
  ])('%s', (words, version) => {
    expect(versionIn(words)).toBe(version);
  });

  test('are compared part by part as numbers', () => {
    expect(isAtLeast('2.10', '2.9')).toBe(true);
    expect(isAtLeast('6', '6.0.1')).toBe(false);
    expect(isAtLeast('6.0', '6')).toBe(true);
  });
});

describe('os-release', () => {
  test('falls back on what the distribution is like', () => {
    expect(distributionOf('ID=linuxmint\nID_LIKE="ubuntu debian"\nNAME=Mint\n')).toEqual({
      name: 'Mint',
      family: 'ubuntu',
    });
    expect(distributionOf('')).toEqual({ name: 'an unknown system' });
  });
});
