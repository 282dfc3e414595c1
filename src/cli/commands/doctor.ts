import type { Command } from 'commander';
import { diagnose, renderDoctorReport } from '../../app/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

/** `packmill doctor`: system programs, their versions, what needs them, how to install them. */
export function addDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('report every system program: its version, which feature needs it, how to install it')
    .action(async () => {
      const report = await diagnose();
      shell.printJson(report);
      shell.print(await renderDoctorReport(report));
      if (!report.ready) shell.exitCode = exitCodes.world;
    });
}
