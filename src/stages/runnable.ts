import { isFault } from '../diagnostics/index.ts';
import { machine } from '../host/index.ts';
import { checkEmulator } from './emulator.ts';
import { emulatorOf, knownMachines } from './foreign.ts';

/** Machines, as `uname -m` calls them, whose programs this one runs: by itself, or with an emulator that the kernel knows. */
export function runnableMachines(processor = machine.processor()): readonly string[] {
  return knownMachines.flatMap(({ machine: name, archDesc }) => {
    try {
      checkEmulator(emulatorOf(processor, undefined, archDesc), archDesc);
      return [name];
    } catch (error) {
      if (isFault(error, 'MST006')) return [];
      throw error;
    }
  });
}

/** Name of the emulator for an architecture on this machine, which knows it. Throws MST006. */
export function emulatorHere(archDesc: string): string | undefined {
  const emulator = emulatorOf(machine.processor(), undefined, archDesc);
  checkEmulator(emulator, archDesc);
  return emulator;
}
