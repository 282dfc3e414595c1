import { fault } from '../../diagnostics/index.ts';
import {
  findZipDirectory,
  readTar,
  readZipDirectory,
  type ZipMember,
  zipBodyOffset,
  zipHeaderBytes,
  zipTailBytes,
} from '../../formats/archives/index.ts';
import { crc32After, entryFacts, fileBytes, inflateRaw, readFileRange } from '../../host/index.ts';
import { plainPieces } from './plain-pieces.ts';

/** A member of an archive of any kind. */
export interface Member {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'hard-link' | 'other';
  /** Of links. */
  readonly destination: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  readonly mtime: number;
  /** Of files; to be read before the next member is asked for, or not at all. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ArchiveFile {
  readonly path: string;
  /** For messages, and to tell zip files. */
  readonly finalName: string;
  readonly signal?: AbortSignal | undefined;
}

/** Members of a tar file, compressed or not, or of a zip file, to the very end of the file. Throws what reading it throws. */
export async function* archiveMembers(file: ArchiveFile): AsyncGenerator<Member> {
  if (file.finalName.endsWith('.zip')) yield* zipMembers(file);
  else yield* tarMembers(file);
}

const kinds = {
  file: 'file',
  folder: 'folder',
  symlink: 'link',
  hardlink: 'hard-link',
  'character-device': 'other',
  'block-device': 'other',
  fifo: 'other',
} as const;

async function* tarMembers({ path, finalName, signal }: ArchiveFile): AsyncGenerator<Member> {
  const source = plainPieces(path, { signal });
  let bytes = 0;
  // the reader closes its source at the end of the archive; what is behind it has to be read as well, for its checksum
  const shielded = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const step = await source.next();
        bytes += step.done ? 0 : step.value.byteLength;
        return step;
      },
    }),
  };
  try {
    for await (const entry of readTar(shielded, finalName)) {
      yield {
        name: entry.path,
        kind: entry.type === 'file' && entry.path.endsWith('/') ? 'folder' : kinds[entry.type],
        destination: entry.linkPath,
        sizeBytes: entry.sizeBytes,
        isExecutable: (entry.mode & 0o111) !== 0,
        mtime: Math.max(0, entry.mtime),
        body: entry.body,
      };
    }
    if (bytes === 0) throw fault('FMT020', { what: 'the archive is empty', place: { file: finalName } });
    for await (const rest of source) void rest;
  } finally {
    await source.return(undefined);
  }
}

async function* zipMembers({ path, finalName }: ArchiveFile): AsyncGenerator<Member> {
  const fileSize = entryFacts(path)?.sizeBytes ?? 0;
  const tail = await fileBytes(path, Math.max(0, fileSize - zipTailBytes), fileSize);
  const place = findZipDirectory(tail, fileSize, finalName);
  const directory = await fileBytes(path, place.offset, place.offset + place.sizeBytes);
  for (const member of readZipDirectory(directory, place.members, finalName)) {
    if (member.isEncrypted || (member.method !== 0 && member.method !== 8)) {
      const how = member.isEncrypted ? 'is encrypted' : `is packed by method ${member.method}`;
      throw fault('FPL013', { what: `the member '${member.path}' of '${finalName}' ${how}` });
    }
    const body = zipBody(path, member, finalName);
    yield {
      name: member.path,
      kind: member.kind,
      destination: member.kind === 'link' ? await linkText(body, member) : '',
      sizeBytes: member.sizeBytes,
      isExecutable: member.isExecutable,
      mtime: member.mtime,
      body,
    };
  }
}

/** Longest destination that the system takes. */
const mostLinkBytes = 4096;

async function linkText(body: AsyncIterable<Uint8Array>, { path, sizeBytes }: ZipMember): Promise<string> {
  if (sizeBytes > mostLinkBytes) throw fault('FPL013', { what: `the link '${path}' is too long` });
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function* zipBody(path: string, member: ZipMember, archive: string): AsyncGenerator<Uint8Array> {
  const header = await fileBytes(path, member.offset, member.offset + zipHeaderBytes);
  const from = member.offset + zipBodyOffset(header, archive);
  const packed = readFileRange(path, from, from + member.packedBytes);
  let sum = 0;
  let sizeBytes = 0;
  for await (const piece of member.method === 0 ? packed : inflateRaw(packed)) {
    sum = crc32After(sum, piece);
    sizeBytes += piece.byteLength;
    if (sizeBytes > member.sizeBytes) break;
    yield piece;
  }
  if (sizeBytes !== member.sizeBytes || sum !== member.crc32) {
    throw fault('FMT020', { what: `'${member.path}' is damaged`, place: { file: archive } });
  }
}
