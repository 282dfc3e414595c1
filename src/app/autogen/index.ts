// The door of autogens: what a command needs is loaded when it runs.
import type { MirrorList, RunReport } from '../../autogen/index.ts';
import type { DoitOptions } from './do-it.ts';
import type { NewAutogen, NewAutogenFiles } from './new-autogen.ts';

export type { PackageReport, RunEvent, RunProgress, RunReport } from '../../autogen/index.ts';
export { isFarm } from '../is-farm.ts';
export type { DoitOptions } from './do-it.ts';
export type { NewAutogen, NewAutogenFiles } from './new-autogen.ts';

/** `packmill doit`: see `runDoit`. */
export async function doit(options: DoitOptions): Promise<RunReport> {
  return await (await import('./do-it.ts')).runDoit(options);
}

/** `packmill doit --purge-distdir`: see `runPurgeDistdir`. */
export async function purgeDistdirCopies(options: DoitOptions): Promise<readonly string[]> {
  return await (await import('./do-it.ts')).runPurgeDistdir(options);
}

/** Failures of a run and its summary, as lines for people. */
export async function describeRun(
  report: RunReport,
  isDryRun: boolean,
): Promise<{ readonly failures: readonly string[]; readonly summary: string }> {
  const { failureLines, summaryLine } = await import('../../autogen/index.ts');
  return { failures: failureLines(report), summary: summaryLine(report, isDryRun) };
}

/** The mirrors that the tree around a folder and its masters know; see `MirrorList`. */
export async function mirrorsAround(folder: string): Promise<Pick<MirrorList, 'expand'>> {
  return (await import('./mirrors-around.ts')).mirrorListAround(folder);
}

/** `packmill autogen new`: see `writeNewAutogen`. */
export async function newAutogen(wish: NewAutogen): Promise<NewAutogenFiles> {
  return (await import('./new-autogen.ts')).writeNewAutogen(wish);
}
