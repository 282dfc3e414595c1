import { unpackArchive } from '../captures/index.ts';
import { fault } from '../diagnostics/index.ts';
import { ensureFolder, moveFolder, pathExists, runOrThrow, systemRandom, writeWhole } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { DigestMemory } from './inputs.ts';
import { discardFolder, type StageState } from './state.ts';

/** An archive and the folder of the tree that it is unpacked to. */
export interface LayerRequest {
  readonly archive: string;
  readonly digest: Digest;
  readonly target: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Unpacks an archive once, by its digest, and returns the folder. It appears complete and durable, or not at all, so an unpacking
 * that was killed or that ran twice does no harm. Throws MCA problems for what cannot be unpacked, MST011 for an archive that has
 * other bytes than its digest says.
 */
export async function ensureLayer(state: StageState, request: LayerRequest): Promise<string> {
  const path = state.layer(request.digest, request.target);
  // when it was used last, for `tidyState`
  writeWhole(`${path}.used`, '');
  if (pathExists(path)) return path;
  const temporary = `${state.root}/layers/.unpacking-${systemRandom.hex(6)}`;
  try {
    const folder = request.target === '/' ? temporary : `${temporary}${request.target}`;
    ensureFolder(folder);
    await unpackArchive({ archive: request.archive, folder, signal: request.signal });
    // an archive that was replaced since its digest was taken is not kept under that digest
    const digest = await new DigestMemory(state.digests).digestOf(request.archive);
    if (digest !== request.digest)
      throw fault('MST011', { what: `'${request.archive}' changed while it was unpacked` });
    await runOrThrow('sync', ['-f', temporary]);
    await moveFolder(temporary, path);
  } finally {
    await discardFolder(temporary);
  }
  return path;
}
