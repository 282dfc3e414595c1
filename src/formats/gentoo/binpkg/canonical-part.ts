import { encodeCanonicalHeader } from '../../archives/index.ts';
import type { ImageEntry } from './image.ts';

/** A member of a canonical tar: its header blocks, and whose bytes follow. */
export interface CanonicalMember {
  readonly header: Uint8Array;
  /** Where in the image's tar the bytes begin that follow the header, before the zero bytes up to a whole block. */
  readonly bodyOffset: number;
  /** 0 for everything but files. */
  readonly sizeBytes: number;
}

/** The time of all members, seconds since the epoch: 1980, which every archiver can say. */
export const usualMtime = 315_532_800;

/** How a part becomes a tar. */
export interface CanonicalOptions {
  /** Seconds since the epoch for all members, or `keep`, which ends nearly all sharing; default `usualMtime`. */
  readonly mtime?: number | 'keep' | undefined;
  /** Paths of Python sources whose byte code names their time; see `byteCodeOf`. */
  readonly keptTimes?: ReadonlySet<string> | undefined;
}

/**
 * The members of a part's canonical tar in order (specification 5.5), one after the other; two zero blocks end it. Equal
 * content gives equal bytes, whatever container, compression, order and times it came in.
 * @param part sorted entries, as `splitImage` gives them
 * @param files entries of the whole image that are files, by path
 */
export function* canonicalMembers(
  part: readonly ImageEntry[],
  files: ReadonlyMap<string, ImageEntry>,
  options: CanonicalOptions = {},
): Generator<CanonicalMember> {
  const { mtime = usualMtime, keptTimes } = options;
  const carriers = new Map<string, string>();
  for (const entry of part) {
    // all names of a file have the attributes of the one that came first in the image
    const key = entry.type === 'hardlink' ? entry.target : entry.path;
    const source = entry.type === 'hardlink' ? (files.get(key) ?? entry) : entry;
    const isFile = source.type === 'file';
    const carrier = isFile ? carriers.get(key) : undefined;
    if (isFile && carrier === undefined) carriers.set(key, entry.path);
    const isData = isFile && carrier === undefined;
    const isKept = mtime === 'keep' || keptTimes?.has(key) === true;
    const { mode, uid, gid, uname, gname, xattrs } = source;
    const header = encodeCanonicalHeader({
      path: `./${entry.path}`,
      type: isData ? 'file' : isFile ? 'hardlink' : source.type,
      mode: mode & 0o7777,
      uid,
      gid,
      uname,
      gname,
      mtime: isKept ? Math.floor(source.mtime) : mtime,
      sizeBytes: isData ? source.sizeBytes : 0,
      linkPath: isData ? '' : isFile ? `./${carrier}` : source.target,
      ...(xattrs.size > 0 && (isData || !isFile) ? { xattrs } : {}),
    });
    yield { header, bodyOffset: source.bodyOffset, sizeBytes: isData ? source.sizeBytes : 0 };
  }
}

const cachePattern = /^(?:(.*)\/)?__pycache__\/([^/]+?)\.[^./]+(?:\.opt-[^./]+)?\.pyc$/;

/** The Python source that a file of byte code belongs to (PEP 3147, PEP 488); undefined when its name is that of none. */
export function sourceOfByteCode(path: string): string | undefined {
  const [, folder, name] = cachePattern.exec(path) ?? [];
  if (name === undefined) return undefined;
  return folder === undefined ? `${name}.py` : `${folder}/${name}.py`;
}

/** What `embedsTime` wants to see of a file of byte code. */
export const byteCodeHeadBytes = 16;

/** Whether byte code is valid only for a source with this time (PEP 552): flags of 0, and the time as 32 bits. */
export function embedsTime(head: Uint8Array, mtime: number): boolean {
  if (head.byteLength < byteCodeHeadBytes) return false;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return bytes.readUInt32LE(4) === 0 && bytes.readUInt32LE(8) === Math.floor(mtime) % 2 ** 32;
}
