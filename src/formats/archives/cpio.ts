/** A member of a cpio archive of the newer portable kind (`newc`), which is what kernels unpack at their start. */
export interface CpioMember {
  /** Without a slash in front. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Of files; of links what they lead to. */
  readonly body?: Uint8Array;
}

const types = { file: 0o100_000, folder: 0o040_000, link: 0o120_000 } as const;
const nothing = new Uint8Array(0);

const hex = (value: number): string => value.toString(16).padStart(8, '0');
const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

function encode(member: CpioMember, inode: number, mode: number): Uint8Array {
  const name = Buffer.from(`${member.path}\0`);
  const body = member.body ?? nothing;
  const names = member.kind === 'folder' ? 2 : 1;
  const fields = [inode, mode, 0, 0, names, member.mtime, body.byteLength, 0, 0, 0, 0, name.byteLength, 0];
  const head = Buffer.from(`070701${fields.map(hex).join('')}`);
  return Buffer.concat([
    head,
    name,
    padding(head.byteLength + name.byteLength),
    body,
    padding(body.byteLength),
  ]);
}

/** A cpio archive of members that belong to root; the same members give the same bytes. */
export function* encodeCpio(members: Iterable<CpioMember>): Generator<Uint8Array> {
  let inode = 1;
  for (const member of members) yield encode(member, inode++, types[member.kind] | member.mode);
  yield encode({ path: 'TRAILER!!!', kind: 'file', mode: 0, mtime: 0 }, 0, 0);
}
