import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addPyCoverage, addPyDiff } from './py-coverage.ts';
import { addPyExplore } from './py-explore.ts';

/** `packmill py`: what Python distributions define. */
export function addPy(program: Command, shell: Shell): void {
  const py = program.command('py').description('explore Python distributions, and answer what they define');
  addPyExplore(py, shell);
  addPyCoverage(py, shell);
  addPyDiff(py, shell);
}
