/**
 * The kind of machine that packages of an architecture are built on: levels such as `x86_64-v3` are those of `x86_64`,
 * and all 32-bit x86 is `i686`. Undefined for `any`, which every machine builds.
 */
export function machineArch(arch: string): string | undefined {
  if (arch === 'any') return undefined;
  if (/^(i[3-6]86|pentium4)$/.test(arch)) return 'i686';
  if (/^armv7/.test(arch)) return 'armv7h';
  return arch.replace(/[-_]v[0-9]+$/, '');
}

/** The kinds of machine that a processor is: its own, and the 32-bit one that every x86_64 is, too. */
export function nativeArches(processor: string): readonly string[] {
  const own = machineArch(processor);
  if (own === undefined) return [];
  return own === 'x86_64' ? [own, 'i686'] : [own];
}
