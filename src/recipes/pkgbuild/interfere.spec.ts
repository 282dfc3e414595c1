import { describe, expect, it } from 'vitest';
import { runProcess } from '../../host/index.ts';
import { bumpSnippet, genericFixes, type InterfereInput, interfereScript, nextPkgrel } from './interfere.ts';

/** Evaluates a recipe with the snippet at its end, as makepkg does, and returns the full version. */
async function versionWith(recipe: string, input: InterfereInput): Promise<string> {
  const script = `${recipe}\n${bumpSnippet(input)}\nprintf '%s' "\${epoch:+$epoch:}$pkgver-$pkgrel"`;
  const { stdout, stderr, code } = await runProcess('bash', ['-euo', 'pipefail', '-c', `epoch=\n${script}`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const bump = (version: string, count = 1): InterfereInput => ({
  bump: { kind: 'if-version', version, count },
  rebuild: undefined,
});
const rebuild = (version: string, pkgrel: string): InterfereInput => ({
  bump: undefined,
  rebuild: { version, pkgrel },
});

describe('pkgrel bump', () => {
  it('appends the count when the whole version is the one it was meant for', async () => {
    expect(await versionWith('pkgver=1.2; pkgrel=3', bump('1.2-3', 2))).toBe('1.2-3.2');
  });
  it('has no effect on another version', async () => {
    expect(await versionWith('pkgver=1.3; pkgrel=1', bump('1.2-3', 2))).toBe('1.3-1');
  });
  it('fits any pkgrel when it names none', async () => {
    expect(await versionWith('pkgver=1.2; pkgrel=7', bump('1.2'))).toBe('1.2-7.1');
  });
  it('takes a missing epoch for zero', async () => {
    expect(await versionWith('pkgver=1.2; pkgrel=3', bump('0:1.2-3'))).toBe('1.2-3.1');
    expect(await versionWith('epoch=2; pkgver=1.2; pkgrel=3', bump('2:1.2-3'))).toBe('2:1.2-3.1');
    expect(await versionWith('epoch=2; pkgver=1.2; pkgrel=3', bump('1.2-3'))).toBe('2:1.2-3');
  });
  it('is unconditional in the old integer form', async () => {
    const input: InterfereInput = { bump: { kind: 'always', count: 4 }, rebuild: undefined };
    expect(await versionWith('pkgver=9; pkgrel=1', input)).toBe('9-1.4');
  });
});

describe('bump of a rebuild', () => {
  it('passes the published pkgrel of the same version', async () => {
    expect(await versionWith('pkgver=1.2; pkgrel=3', rebuild('1.2', '3'))).toBe('1.2-3.1');
    expect(await versionWith('pkgver=1.2; pkgrel=3', rebuild('1.2', '3.4'))).toBe('1.2-3.5');
  });
  it('passes it on top of a configured bump', async () => {
    const input = { bump: bump('1.2-3', 2).bump, rebuild: { version: '1.2', pkgrel: '3.2' } };
    expect(await versionWith('pkgver=1.2; pkgrel=3', input)).toBe('1.2-3.3');
  });
  it('leaves a raised pkgrel or pkgver alone', async () => {
    expect(await versionWith('pkgver=1.2; pkgrel=4', rebuild('1.2', '3.1'))).toBe('1.2-4');
    expect(await versionWith('pkgver=1.3; pkgrel=3', rebuild('1.2', '3'))).toBe('1.3-3');
  });
  it('counts up one decimal part, which is all that makepkg allows', () => {
    expect([nextPkgrel('1'), nextPkgrel('1.9'), nextPkgrel('12.1')]).toEqual(['1.1', '1.10', '12.2']);
  });
});

describe('interfere script', () => {
  it('is valid Bash whatever the bump contains', async () => {
    const script = interfereScript(bump(`1'; touch x; echo '`));
    const { code, stderr } = await runProcess('bash', ['-n'], { input: script });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  it('takes settings of one machine out of a recipe', () => {
    expect(genericFixes('CFLAGS="-O2 -march=native"')).toEqual({
      text: 'CFLAGS="-O2"',
      applied: ['removed -march=native'],
    });
    expect(genericFixes('pkgname=a').applied).toEqual([]);
  });
});
