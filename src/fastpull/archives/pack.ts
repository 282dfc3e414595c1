import { fault, isFault } from '../../diagnostics/index.ts';
import {
  comparePlainTarMembers,
  encodePlainTarHeader,
  plainTarEnd,
  tarPadding,
} from '../../formats/archives/index.ts';
import {
  filterToFile,
  readPieces,
  readStagedFile,
  readStagedTree,
  type StagedEntry,
  steadyCompressor,
} from '../../host/index.ts';
import type { PackOptions } from '../contract.ts';
import { archiveCompression } from './final-name.ts';

/** A member that is no folder, file or link has no place in an archive. */
type Member = StagedEntry & { readonly kind: 'file' | 'folder' | 'link' };

const smallBytes = 1 << 18;

const shown = ({ path }: StagedEntry): string => Buffer.from(path).toString('utf8');

/** Members below a folder in the order in which they are packed. Throws FPL010 for what cannot be packed. */
export async function membersOf(folder: string): Promise<readonly Member[]> {
  const members = (await readStagedTree(folder)).map((entry): Member => {
    const { kind } = entry;
    if (kind !== 'other') return { ...entry, kind };
    throw fault('FPL010', { what: `'${shown(entry)}' is neither file nor folder nor link` });
  });
  return members.sort(comparePlainTarMembers);
}

/** The uncompressed archive (specification, 2.6). Throws FPL010 when a file changes its size meanwhile. */
export async function* tarPieces(members: readonly Member[], mtime: number): AsyncGenerator<Uint8Array> {
  let writtenBytes = 0;
  const held: Uint8Array[] = [];
  for (const member of members) {
    const head = encodePlainTarHeader(member, mtime);
    writtenBytes += head.byteLength;
    held.push(head);
    if (member.kind !== 'file') continue;
    let sizeBytes = 0;
    if (member.sizeBytes > 0) {
      for await (const piece of bytesOf(member)) {
        sizeBytes += piece.byteLength;
        // small pieces together: each write wakes the compressor
        held.push(piece);
        if (held.length > 64 || piece.byteLength >= 1 << 16) yield Buffer.concat(held.splice(0));
      }
    }
    if (sizeBytes !== member.sizeBytes) {
      throw fault('FPL010', { what: `'${shown(member)}' changes while it is packed` });
    }
    const padding = tarPadding(sizeBytes);
    held.push(padding);
    writtenBytes += sizeBytes + padding.byteLength;
  }
  yield Buffer.concat([...held, plainTarEnd(writtenBytes)]);
}

/** Small files at once: most of them are, and a stream for each costs more than they do. */
async function* bytesOf(member: Member): AsyncGenerator<Uint8Array> {
  if (member.sizeBytes <= smallBytes) yield readStagedFile(member);
  else yield* readPieces(member.place);
}

export interface PackedFile {
  readonly members: number;
  readonly versionControlFolders: readonly string[];
}

const versionControl = /(?:^|\/)(?:\.git|\.hg|\.svn|\.bzr|CVS|_darcs)$/;

/**
 * Packs what is below a folder into a new file. Throws PMS004 for a name that tells no format, FPL010, FPL011, FPL014 when
 * the compressor fails or is missing, SYS004.
 */
export async function packFolder(
  folder: string,
  of: { readonly finalName: string; readonly path: string },
  options: PackOptions = {},
): Promise<PackedFile> {
  const compression = archiveCompression(of.finalName);
  const members = await membersOf(folder);
  if (members.length === 0 && options.allowEmpty !== true) {
    throw fault('FPL011', { what: `the archive '${of.finalName}' would be empty` });
  }
  try {
    const filter = steadyCompressor(compression, { signal: options.signal });
    await filterToFile(filter, tarPieces(members, options.mtime ?? 0), of.path);
  } catch (error) {
    if (!isFault(error, 'SYS001', 'SYS002', 'SYS003')) throw error;
    const { what, why } = error.problem;
    throw fault('FPL014', { what: `the archive '${of.finalName}' is not made: ${what}`, why, cause: error });
  }
  const versionControlFolders = members.map(shown).filter((path) => versionControl.test(path));
  return { members: members.length, versionControlFolders };
}
