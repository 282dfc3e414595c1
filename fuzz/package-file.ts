import { isFault } from '../src/diagnostics/index.ts';
import { readPackage, rewritePackage } from '../src/formats/pacman/index.ts';
import { type FuzzTarget, inPieces, must } from './target.ts';

async function rewriteOrCode(input: Uint8Array): Promise<Uint8Array | string> {
  try {
    const parts: Uint8Array[] = [];
    for await (const piece of rewritePackage(inPieces(input), { drop: ['group', 'replaces'] }).pieces)
      parts.push(piece);
    return Buffer.concat(parts);
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

export const target: FuzzTarget = {
  name: 'package-file',
  async check(input) {
    const { package: contents } = await readPackage(inPieces(input), 'x');
    const rewritten = await rewriteOrCode(input);
    if (!contents || typeof rewritten === 'string') return;
    const again = await readPackage(inPieces(rewritten), 'x');
    must(again.package !== undefined, 'a rewritten package is a package');
    must(again.package?.pkginfo.group.length === 0, 'a rewritten package has no group');
    must(
      JSON.stringify(again.package?.files) === JSON.stringify(contents.files),
      'a rewritten package has the same files',
    );
  },
};
