import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchUpstream, packages } from './thousand.ts';

/** Where the program that is measured is. */
export const program = join(import.meta.dirname, '..', '..', 'bin', 'packmill');

/** What both programs see. */
export const benchEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  METATOOLS_WORKSPACE: home,
  METATOOLS_DISTFILES_HOST: 'https://cdn.example',
});

/** What the original sees besides, to find itself and its libraries. */
export const originalEnvironment = (original: string): Record<string, string> => ({
  PYTHONPATH: [original, process.env['PYTHONPATH'] ?? ''].join(':'),
  LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] ?? '',
});

/** One of both: its name, how it is called, a folder for it alone, and the upstream of the kit. */
export interface BenchSide<Command> {
  readonly who: string;
  readonly command: Command;
  readonly home: string;
  readonly upstream: BenchUpstream;
  readonly url: string;
}

/** Measures ours, then the original when PACKMILL_METATOOLS names a checkout of it, with an upstream of a thousand packages. */
export async function measureBoth<Command>(
  { ours, theirs }: { readonly ours: Command; readonly theirs: (original: string) => Command },
  measure: (side: BenchSide<Command>) => Promise<void>,
): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  const upstream = new BenchUpstream();
  const original = process.env['PACKMILL_METATOOLS'];
  try {
    const url = await upstream.start();
    console.log(`${packages} packages, load ${loadavg()[0]?.toFixed(1)}`);
    await measure({ who: 'packmill', command: ours, home: join(top, 'ours'), upstream, url });
    if (original === undefined) console.log('the original: set PACKMILL_METATOOLS to a checkout of it');
    else {
      const [home, command] = [join(top, 'theirs'), theirs(original)];
      await measure({ who: 'the original', command, home, upstream, url });
    }
  } finally {
    upstream.stop();
    rmSync(top, { recursive: true, force: true });
  }
}
