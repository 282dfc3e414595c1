import type { Filter } from './filter-program.ts';
import { machine } from './machine.ts';

/** Formats that a steady compressor writes. */
export type SteadyCompression = 'xz' | 'zstd' | 'gzip';

export interface SteadyOptions {
  readonly signal?: AbortSignal | undefined;
  /** 1 to 9 for xz and gzip, 1 to 19 for zstd; 6, and 19 for zstd, when nothing is said. */
  readonly level?: number | undefined;
}

/**
 * Compressors whose output depends on what they read and the level alone. xz and zstd only give the same bytes for any number of
 * threads as long as they are in their multi-threaded mode, which works in blocks of a fixed size: xz in threads of two or more,
 * zstd in one or more. Blocks of 24 MiB for xz (docs/decisions/0024).
 */
export function steadyCompressor(compression: SteadyCompression, options: SteadyOptions = {}): Filter {
  const { signal, level = compression === 'zstd' ? 19 : 6 } = options;
  const processors = machine.processors();
  switch (compression) {
    case 'xz': {
      const threads = Math.max(2, processors);
      const args = ['-z', '-c', '-q', `-${level}`, '--check=crc64', '--block-size=24MiB', `-T${threads}`];
      return { program: 'xz', args, signal };
    }
    case 'zstd':
      return { program: 'zstd', args: ['-q', '-c', `-${level}`, '--check', `-T${processors}`], signal };
    case 'gzip':
      return { program: 'gzip', args: ['-c', '-n', `-${level}`], signal };
  }
}
