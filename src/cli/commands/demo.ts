import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fault } from '../../diagnostics/index.ts';
import { machine, startProcess } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

const programs: Readonly<Record<string, URL>> = {
  ebins: new URL('../../../examples/demo-ebins.ts', import.meta.url),
  kit: new URL('../../../examples/demo-kit.ts', import.meta.url),
  python: new URL('../../../examples/demo-python.ts', import.meta.url),
  stages: new URL('../../../examples/demo-stages.ts', import.meta.url),
};

const help = `
Demos:
  ebins  makes an ebuild and a store of binary packages that differ in their USE flags, again when there is nothing to do,
         and once more after another build
  kit    regenerates examples/kit against an upstream on this machine, again when there is nothing to do, and once more
         after a release of the upstream
  python builds the symbols of the standard library and of some distributions of this machine, asks for some, touches one
         distribution, and edits another one
  stages builds a small distribution from a seed to a stage3, again when there is nothing to do, for another processor, with
         other packages, and as an image; its shell compiles a program in a sandbox

Without a folder it is done in .farm/demo-NAME of packmill, made anew each time.`;

/** `packmill demo`: shows a main job of packmill on this machine; ends as the demo does. */
export function addDemo(program: Command, shell: Shell): void {
  program
    .command('demo')
    .description('show a main job of packmill on this machine')
    .argument('<name>', Object.keys(programs).join(', '))
    .argument('[folder]', 'a new or empty folder to do it in')
    .addHelpText('after', help)
    .action(async (name: string, folder: string | undefined) => {
      const script = Object.hasOwn(programs, name) ? programs[name] : undefined;
      if (!script) {
        const what = `there is no demo '${name}'`;
        throw fault('CLI001', { what, next: `There is: ${Object.keys(programs).join(', ')}.` });
      }
      const words = folder === undefined ? [] : [machine.absolute(folder)];
      const started = await startProcess(machine.runtime(), [fileURLToPath(script), ...words], {
        stdout: 'inherit',
        stderr: 'inherit',
      });
      const { code } = await started.ended;
      if (code !== 0) shell.exitCode = exitCodes.failed;
    });
}
