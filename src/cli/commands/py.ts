import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addPyBuild } from './py-build.ts';
import { addPyBuilder } from './py-builder.ts';
import { addPyCorpus } from './py-corpus.ts';
import { addPyCoverage, addPyDiff } from './py-coverage.ts';
import { addPyExplore } from './py-explore.ts';
import { addPyManifest } from './py-manifest.ts';
import { addPyQuery, addPyServe } from './py-query.ts';
import { addPySetup } from './py-setup.ts';

/** `packmill py`: what Python distributions define. */
export function addPy(program: Command, shell: Shell, words: readonly string[]): void {
  const py = program.command('py').description('explore Python distributions, and answer what they define');
  addPySetup(py, shell);
  addPyBuild(py, shell, words);
  addPyBuilder(py, shell);
  addPyCorpus(py, shell);
  addPyExplore(py, shell);
  addPyCoverage(py, shell);
  addPyDiff(py, shell);
  addPyManifest(py, shell);
  addPyQuery(py, shell);
  addPyServe(py, shell);
}
