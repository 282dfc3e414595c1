import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { familyOf } from '../../tools/setup-programs.mjs';

const tools = fileURLToPath(new URL('../../tools/setup-programs.mjs', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-programs-'));
  mkdirSync(join(folder, 'bin'));
  for (const name of ['sh', 'ln', 'dirname']) symlinkSync(`/bin/${name}`, join(folder, 'bin', name));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const row = (name: string, need = 'required'): object => ({
  name,
  need,
  why: `why ${name} is needed`,
  packages: Object.fromEntries(
    ['debian', 'ubuntu', 'arch', 'fedora', 'gentoo'].map((family) => [family, `${name}-package`]),
  ),
});

/** Lets set-up look at a clone whose table has these rows, on a machine that has only the programs of our folder. */
function setUp(
  rows: readonly object[],
  env: Record<string, string>,
  user?: number,
): { status: number | null; words: string } {
  const table = join(folder, 'src', 'app', 'doctor', 'programs.json');
  mkdirSync(dirname(table), { recursive: true });
  writeFileSync(table, JSON.stringify(rows));
  const script = `
    if (${user !== undefined}) process.getuid = () => ${user ?? 0};
    const { missingPrograms, installPrograms } = await import(${JSON.stringify(tools)});
    const missing = missingPrograms(${JSON.stringify(folder)});
    console.log('missing: ' + missing.map((one) => one.name).join(' '));
    if (missing.length > 0) await installPrograms(missing).catch((error) => { console.error(error.message); process.exit(3); });
  `;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: join(folder, 'bin'), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status: done.status, words: `${done.stdout}${done.stderr}` };
}

/** A package manager that notes how it was called and brings programs called after their packages. */
const manager = (brings: readonly string[]): string =>
  [
    'echo "$@" >> "$(dirname "$0")/../calls"',
    ...brings.map((name) => `ln -sf /bin/sh "$(dirname "$0")/${name}"`),
  ].join('\n');

const installers = ['apt-get', 'pacman', 'dnf', 'emerge'];

describe('set-up', () => {
  test('does nothing where everything is there', () => {
    program('mill-a', 'true');
    const { status, words } = setUp(
      [row('mill-a'), row('mill-later', 'later'), row('mill-maybe', 'optional')],
      {},
    );
    expect(words).toBe('missing: \n');
    expect(status).toBe(0);
  });

  test('in CI installs what is missing at once, and says what and why', () => {
    for (const name of installers) program(name, manager(['mill-a', 'mill-b']));
    program('sudo', 'shift; exec "$@"');
    const { status, words } = setUp([row('mill-a'), row('mill-b', 'test')], { CI: '1' });
    expect(words).toContain('why mill-a is needed');
    expect(words).toMatch(/they come with: .*mill-a-package mill-b-package/);
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('mill-a-package mill-b-package');
  });

  test('looks for a module with the Python of the system', () => {
    const module = (name: string): object => ({ ...row(`python-${name}`, 'test'), module: name });
    const { words } = setUp([module('packaging'), module('no_such_module')], {}, 1000);
    expect(words).toContain('missing: python-no_such_module\n');
  });

  test('says so when the programs are still missing afterwards', () => {
    for (const name of installers) program(name, manager(['mill-a']));
    program('sudo', 'shift; exec "$@"');
    const { status, words } = setUp([row('mill-a'), row('mill-b')], { CI: '1' });
    expect(status).toBe(3);
    expect(words).toContain('still missing after the installation: mill-b');
  });

  test('gives the command and its end when the package manager fails', () => {
    for (const name of installers) program(name, 'exit 100');
    program('sudo', 'shift; exec "$@"');
    const { status, words } = setUp([row('mill-a')], { CI: '1' });
    expect(status).toBe(3);
    expect(words).toMatch(/' ended with 100; its own words are above/);
    expect(words).toContain('is this machine online');
  });

  test('as an ordinary user installs nothing where there is nobody to ask, and gives the command', () => {
    for (const name of [...installers, 'sudo']) program(name, 'echo "$0" >> "$(dirname "$0")/../calls"');
    const { status, words } = setUp([row('mill-a')], {}, 1000);
    expect(status).toBe(3);
    expect(words).toContain('why mill-a is needed');
    expect(words).toContain('there is no terminal to ask on');
    expect(words).toMatch(/nothing was installed. Run this and try again:\n {2}sudo .*mill-a-package\n/);
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  });

  test('says that it takes root where there is no sudo, even in CI', () => {
    const { status, words } = setUp([row('mill-a')], { CI: '1' }, 1000);
    expect(status).toBe(3);
    expect(words).toContain('there is no sudo here. Let root run this and try again:\n');
    expect(words).not.toContain('ENOENT');
  });

  test('in CI as an ordinary user asks sudo for no password, and does not ask at all when CI is false', () => {
    for (const name of installers) program(name, manager(['mill-a']));
    program('sudo', 'test "$1" = -n && shift && exec "$@"');
    expect(setUp([row('mill-a')], { CI: 'false' }, 1000).status).toBe(3);
    expect(setUp([row('mill-a')], { CI: 'true' }, 1000).status).toBe(0);
  });
});

describe('the family of a distribution', () => {
  test.each([
    ['ID=debian\n', 'debian'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'ubuntu'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
    ['ID=artix\nID_LIKE=arch\n', 'arch'],
    ['ID=plan9\n', undefined],
  ])('of %j is %s', (text, family) => {
    expect(familyOf(text)).toBe(family);
  });
});
