import { spawnSync } from 'node:child_process';

/** The most that is taken from xz at once. */
const maxOutputBytes = 2 ** 31 - 1;

function runXz(args: readonly string[], bytes: Uint8Array): Uint8Array {
  const result = spawnSync('xz', args, { input: bytes, maxBuffer: maxOutputBytes });
  if (result.error) throw new Error(`'xz' cannot be run: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) {
    throw new Error(
      `'xz' ends with ${result.status ?? result.signal}: ${result.stderr.toString('utf8').trim()}`,
    );
  }
  return result.stdout;
}

/** The system's xz as a pair of synchronous functions over bytes; both throw with what xz said. */
export const xzCodec = {
  compress: (bytes: Uint8Array): Uint8Array => runXz(['-z', '-c', '-T1'], bytes),
  decompress: (bytes: Uint8Array): Uint8Array => runXz(['-d', '-c', '-q'], bytes),
} as const;
