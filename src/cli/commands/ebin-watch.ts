import type { Command } from 'commander';
import { generateEbins } from '../../app/ebins/index.ts';
import { ProblemError } from '../../diagnostics/index.ts';
import { interruptible, type TreeWatch, watchTree } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { conclude, type GenerateWords, generating, requestOf, show } from './ebin-generate.ts';

const help = `
Generates once, and again whenever something changes in the folders of packages, until it is stopped. A package that is being
written meanwhile is refused and taken up when it is whole.

Example:
  packmill ebin watch /var/cache/binpkgs --out ./ebins --store ./store`;

/** Files that are being written have names that begin with a dot or end with `.partial`. */
const isPackage = (path: string): boolean => /\.(?:xpak|tbz2|gpkg\.tar)$/.test(path);

/** `packmill ebin watch`. */
export function addWatch(command: Command, shell: Shell): void {
  generating(command)
    .description('generate whenever packages change')
    .addHelpText('after', help)
    .action(async (pkgdirs: readonly string[], words: GenerateWords) => {
      const request = await requestOf(pkgdirs, words);
      const watches = request.pkgdirs.map((folder) => watchTree(folder, isPackage));
      try {
        await interruptible(async (signal) => {
          while (!signal.aborted) {
            await once(shell, { ...request, signal });
            await anyChange(watches, signal);
          }
        });
      } finally {
        for (const watch of watches) watch.close();
      }
      shell.exitCode = exitCodes.done;
    });
}

async function once(shell: Shell, request: Awaited<ReturnType<typeof requestOf>>): Promise<void> {
  try {
    conclude(shell, await generateEbins({ ...request, onEvent: (event) => show(shell, event) }));
  } catch (error) {
    if (request.signal?.aborted) return;
    if (!(error instanceof ProblemError)) throw error;
    // the folder may be better after the next change
    shell.complain(error.problem);
  }
}

async function anyChange(watches: readonly TreeWatch[], signal: AbortSignal): Promise<void> {
  const first = new AbortController();
  const both = AbortSignal.any([signal, first.signal]);
  const waiting = watches.map((watch) => watch.changed(both));
  await Promise.race(waiting);
  first.abort();
  await Promise.all(waiting);
}
