import { expect, it } from 'vitest';
import { machineArch, nativeArches } from './index.ts';

it('knows on what kind of machine an architecture is built', () => {
  const kinds = Object.fromEntries(
    ['x86_64', 'x86_64-v3', 'x86_64_v4', 'i486', 'pentium4', 'armv7l', 'aarch64', 'riscv64', 'any'].map(
      (arch) => [arch, machineArch(arch)],
    ),
  );
  expect(kinds).toEqual({
    x86_64: 'x86_64',
    'x86_64-v3': 'x86_64',
    x86_64_v4: 'x86_64',
    i486: 'i686',
    pentium4: 'i686',
    armv7l: 'armv7h',
    aarch64: 'aarch64',
    riscv64: 'riscv64',
    any: undefined,
  });
  expect(nativeArches('x86_64')).toEqual(['x86_64', 'i686']);
  expect(nativeArches('aarch64')).toEqual(['aarch64']);
});
