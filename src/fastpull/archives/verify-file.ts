import { fault, isFault, messageOf } from '../../diagnostics/index.ts';
import { isDiskFull } from '../../host/index.ts';
import { archiveMembers } from './members.ts';
import { plainPieces } from './plain-pieces.ts';

const tarSuffix = /\.(?:tar|tar\.(?:gz|bz2|xz|zst|zstd)|tgz|tbz2|txz)$/;
const packedSuffix = /\.(?:gz|bz2|xz|zst)$/;

/**
 * Reads a file to its end when its name says that it is an archive or compressed (specification, 2.2). Throws FPL004 when it
 * is not what its name says.
 */
export async function verifyFile(path: string, finalName: string, signal?: AbortSignal): Promise<void> {
  try {
    if (tarSuffix.test(finalName))
      for await (const member of archiveMembers({ path, finalName, signal })) void member;
    else if (packedSuffix.test(finalName)) {
      for await (const piece of plainPieces(path, { signal, mustBePacked: true })) void piece;
    }
  } catch (error) {
    if (isFault(error, 'SYS001', 'SYS002') || isDiskFull(error) || signal?.aborted) throw error;
    const why = isFault(error) ? `${error.problem.what}.` : `${messageOf(error)}.`;
    throw fault('FPL004', { what: `'${finalName}' is not what its name says`, why, cause: error });
  }
}
