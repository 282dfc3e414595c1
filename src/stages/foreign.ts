import { fault } from '../diagnostics/index.ts';

interface Architecture {
  /** As the kernel calls the machine. */
  readonly machine: string;
  /** Of qemu-user, as in `qemu-NAME`. */
  readonly emulator: string;
}

/** Binary architectures by the beginning of their names (9.5). */
const known: readonly (readonly [prefix: RegExp, Architecture])[] = [
  [/^(?:x86-64bit|pure64|amd64|x86_64)/, { machine: 'x86_64', emulator: 'x86_64' }],
  [/^(?:x86-32bit|i[3-6]86|x86$)/, { machine: 'i686', emulator: 'i386' }],
  [/^(?:arm-64bit|aarch64|arm64)/, { machine: 'aarch64', emulator: 'aarch64' }],
  [/^(?:arm-32bit|arm)/, { machine: 'armv7l', emulator: 'arm' }],
  [/^riscv/, { machine: 'riscv64', emulator: 'riscv64' }],
  [/^ppc64le|^powerpc64le/, { machine: 'ppc64le', emulator: 'ppc64le' }],
];

/** What a machine runs without emulation, beyond its own. */
const alsoRuns: Readonly<Record<string, readonly string[]>> = { x86_64: ['i686'], aarch64: ['armv7l'] };

/** Processors that qemu-user plays, for results that do not depend on its version (9.5). */
const played: Readonly<Record<string, string>> = {
  riscv64: 'sifive-u54',
  aarch64: 'cortex-a53',
  arm: 'cortex-a7',
};

/** What qemu-user is told through the environment of a step. */
export function emulationEnvironment(emulator: string | undefined): Readonly<Record<string, string>> {
  const model = emulator === undefined ? undefined : played[emulator];
  return model === undefined ? {} : { QEMU_CPU: model };
}

const architectureOf = (name: string): Architecture | undefined =>
  known.find(([prefix]) => prefix.test(name))?.[1];

/** What the kernel of a machine that runs programs of an architecture itself calls that machine; undefined: nothing is known of it. */
export const machineOf = (archDesc: string): string | undefined => architectureOf(archDesc)?.machine;

/** All machines that something is known of, each with an architecture of its own. */
export const knownMachines: readonly { readonly machine: string; readonly archDesc: string }[] = [
  { machine: 'x86_64', archDesc: 'x86-64bit' },
  { machine: 'i686', archDesc: 'x86-32bit' },
  { machine: 'aarch64', archDesc: 'arm-64bit' },
  { machine: 'armv7l', archDesc: 'arm-32bit' },
  { machine: 'riscv64', archDesc: 'riscv64' },
  { machine: 'ppc64le', archDesc: 'ppc64le' },
];

/**
 * Name of the emulator that programs of an architecture need on this machine; undefined when it runs them itself. An architecture
 * that nothing is known of counts as the machine's own when `host/arch_desc` says the same. Throws MST006 otherwise.
 */
export function emulatorOf(
  processor: string,
  hostArch: string | undefined,
  archDesc: string,
): string | undefined {
  if (hostArch === archDesc) return undefined;
  const wanted = architectureOf(archDesc);
  if (wanted === undefined) {
    const next = `Define 'host/arch_desc' as '${archDesc}' if this machine runs its programs.`;
    throw fault('MST006', { what: `nothing is known of the architecture '${archDesc}'`, next });
  }
  const machine = (hostArch === undefined ? undefined : architectureOf(hostArch)?.machine) ?? processor;
  const isNative = machine === wanted.machine || (alsoRuns[machine] ?? []).includes(wanted.machine);
  return isNative ? undefined : wanted.emulator;
}
