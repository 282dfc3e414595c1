import { fault } from '../../diagnostics/index.ts';
import { readPieces } from '../../host/index.ts';
import { makepkgCommand, onACopy, type RecipeCage } from './on-a-copy.ts';
import { layout } from './sandbox-layout.ts';

export interface PrintSrcinfoInput extends RecipeCage {
  /** Recipe folder. */
  readonly folder: string;
}

const timeoutMs = 60_000;
const longestBytes = 4 * 1024 * 1024;

/**
 * Text of `.SRCINFO` for a recipe that has none, or a stale one. A PKGBUILD is a program, so makepkg reads it
 * inside the sandbox: no network, nothing of the host, one minute. Throws BLD013 when makepkg refuses it.
 */
export async function printSrcinfo(input: PrintSrcinfoInput): Promise<string> {
  const { folder } = input;
  // what makepkg warns of goes to standard error and must not end up in the text
  const command = ['bash', '-c', `exec ${makepkgCommand} --printsrcinfo > ${layout.work}/srcinfo`];
  return await onACopy(
    input,
    { folder, command, network: false, timeoutMs },
    async ({ end, said }, places) => {
      if (end.kind === 'exited' && end.code === 0) return await readText(`${places.work}/srcinfo`);
      throw fault('BLD013', {
        what: `makepkg cannot read '${folder}/PKGBUILD'`,
        place: { file: `${folder}/PKGBUILD` },
        why: said === '' ? `makepkg ended: ${end.kind}.` : `makepkg says: ${said}`,
      });
    },
  );
}

/** The file lies in a folder of the sandboxed builder, so it may be anything, and of any size. */
export async function readText(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of readPieces(path)) {
    size += piece.byteLength;
    if (size > longestBytes) throw fault('BLD013', { what: 'what makepkg prints is too long' });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
