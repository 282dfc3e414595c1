import { fault } from '../../diagnostics/index.ts';
import { makepkgCommand, onACopy } from './on-a-copy.ts';
import { type PrintSrcinfoInput, readText } from './print-srcinfo.ts';
import { layout } from './sandbox-layout.ts';

const timeoutMs = 30 * 60_000;

/**
 * The checksum arrays of a recipe as makepkg generates them (`makepkg --geninteg`) from its sources, which are
 * downloaded: with network, in a sandbox without secrets. Throws CIS012 with what makepkg says.
 */
export async function generateChecksums(input: PrintSrcinfoInput): Promise<string> {
  const { folder } = input;
  const command = ['bash', '-c', `exec ${makepkgCommand} --geninteg > ${layout.work}/checksums`];
  return await onACopy(
    input,
    { folder, command, network: true, timeoutMs },
    async ({ end, said }, places) => {
      if (end.kind === 'exited' && end.code === 0) return await readText(`${places.work}/checksums`);
      throw fault('CIS012', {
        what: `makepkg cannot make the checksums of '${folder}/PKGBUILD'`,
        place: { file: `${folder}/PKGBUILD` },
        why: said === '' ? `makepkg ended: ${end.kind}.` : `makepkg says: ${said}`,
      });
    },
  );
}
