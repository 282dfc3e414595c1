import type { Command } from 'commander';
import { type BinhostOptions, type GenerateEvent, generateEbins, isBinhost } from '../../app/ebins/index.ts';
import { ProblemError } from '../../diagnostics/index.ts';
import { interruptible, systemClock, type TreeWatch, watchTree } from '../../host/index.ts';
import { parseSpan } from '../parse-span.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { conclude, type GenerateWords, generating, requestOf, show } from './ebin-generate.ts';
import { binhostsOf } from './ebin-options.ts';

const help = `
Generates once, and again whenever something changes in the folders of packages, until it is stopped. A package that is being
written meanwhile is refused and taken up when it is whole. Binhosts are asked for their index as often as --every says.

Examples:
  packmill ebin watch /var/cache/binpkgs --out ./ebins --store ./store
  packmill ebin watch https://binhost.example/amd64 --out ./ebins --store ./store --every 1h`;

const usualEveryMs = 15 * 60_000;

interface WatchWords extends GenerateWords {
  readonly every?: number;
}

/** Files that are being written have names that begin with a dot or end with `.partial`. */
const isPackage = (path: string): boolean => /\.(?:xpak|tbz2|gpkg\.tar)$/.test(path);

/** `packmill ebin watch`. */
export function addWatch(command: Command, shell: Shell): void {
  generating(command)
    .description('generate whenever packages change')
    .option('--every <span>', 'how often binhosts are asked, as 90s, 10m or 2h (default: 15m)', parseSpan)
    .addHelpText('after', help)
    .action(async (pkgdirs: readonly string[], words: WatchWords) => {
      const request = await requestOf(pkgdirs, words);
      const folders = request.pkgdirs.filter((place) => !isBinhost(place));
      const watches = folders.map((folder) => watchTree(folder, isPackage));
      const hasBinhost = folders.length < request.pkgdirs.length;
      const pauseMs = hasBinhost ? (words.every ?? usualEveryMs) : undefined;
      try {
        await interruptible(async (signal) => {
          while (!signal.aborted) {
            await once(shell, { ...request, signal }, binhostsOf(shell, words));
            await anyChange(watches, pauseMs, signal);
          }
        });
      } finally {
        for (const watch of watches) watch.close();
      }
      shell.exitCode = exitCodes.done;
    });
}

async function once(
  shell: Shell,
  request: Awaited<ReturnType<typeof requestOf>>,
  binhosts: BinhostOptions,
): Promise<void> {
  try {
    const told = { ...request, onEvent: (event: GenerateEvent) => show(shell, event) };
    conclude(shell, await generateEbins(told, binhosts));
  } catch (error) {
    if (request.signal?.aborted) return;
    if (!(error instanceof ProblemError)) throw error;
    // the folder may be better after the next change
    shell.complain(error.problem);
  }
}

/** Waits for a change in one of the folders, or until binhosts are to be asked again. */
async function anyChange(
  watches: readonly TreeWatch[],
  pauseMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const first = new AbortController();
  const both = AbortSignal.any([signal, first.signal]);
  const waiting: Promise<unknown>[] = watches.map((watch) => watch.changed(both));
  if (pauseMs !== undefined) waiting.push(systemClock.sleep(pauseMs, both));
  await Promise.race(waiting);
  first.abort();
  await Promise.all(waiting);
}
