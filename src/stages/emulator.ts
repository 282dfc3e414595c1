import { fault } from '../diagnostics/index.ts';
import { textIfThere } from '../host/index.ts';

/**
 * Makes sure that the kernel runs programs of another processor: qemu-user is registered, enabled, and with the flag F, as only
 * then it is found from within a tree (binfmt_misc). Throws MST006.
 */
export function checkEmulator(emulator: string | undefined, archDesc: string): void {
  if (emulator === undefined) return;
  const path = `/proc/sys/fs/binfmt_misc/qemu-${emulator}`;
  const text = textIfThere(path);
  const what = `this machine does not run programs of '${archDesc}'`;
  if (text === undefined)
    throw fault('MST006', { what, why: `'${path}' is not there: qemu-${emulator} is not registered.` });
  const lines = text.split('\n');
  if (lines[0] !== 'enabled') throw fault('MST006', { what, why: `'${path}' is not enabled.` });
  const flags = lines.find((line) => line.startsWith('flags:')) ?? '';
  if (!flags.includes('F')) {
    const why = `'${path}' lacks the flag F, so the emulator is looked for within the tree.`;
    throw fault('MST006', { what, why });
  }
}
