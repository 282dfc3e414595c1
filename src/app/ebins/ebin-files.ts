import { fault } from '../../diagnostics/index.ts';
import { repositoryName, requireRepository } from '../../ebin-repository/index.ts';
import { isAliasName } from '../../ebins/index.ts';
import {
  comparePlainTarMembers,
  encodePlainTarHeader,
  type PlainTarMember,
  plainTarEnd,
  tarPadding,
} from '../../formats/archives/index.ts';
import { contentLayoutText, contentPath } from '../../formats/gentoo/index.ts';
import { bytesIfThere, digestBytes, entryFacts, kindsIn, realPath } from '../../host/index.ts';
import { compareBytes } from '../../primitives/index.ts';

/** Where the files of a repository of ebins and of its store are. */
export interface ServedEbins {
  /** Folder of the repository, or a link to it. */
  readonly repository: string;
  /** Folder of the store, in content-hash layout. */
  readonly store: string;
}

/** Name of a repository that is to be served. Throws EBN084 when it or its store is none. */
export function servedName({ repository, store }: ServedEbins): string {
  requireRepository(repository);
  if (entryFacts(realPath(store))?.kind !== 'folder')
    throw fault('EBN084', { what: `there is no store '${store}'` });
  return repositoryName(repository);
}

/** What a path below `distfiles/` names. */
export type DistfileAnswer =
  | { readonly kind: 'layout'; readonly text: string }
  | { readonly kind: 'object'; readonly path: string; readonly sizeBytes: number; readonly sha512: string }
  | { readonly kind: 'unknown' };

/**
 * What a path below `distfiles/` names: `layout.conf`, an object under its content-hash path (specification 8.2), or under a
 * short name that lies in the store. Nothing else of the folder is shown. Throws SYS004.
 */
export function answerDistfile({ store }: Pick<ServedEbins, 'store'>, path: string): DistfileAnswer {
  if (path === 'layout.conf') return { kind: 'layout', text: contentLayoutText };
  const sha512 = /(?:^|\/)([0-9a-f]{128})$/.exec(path)?.[1];
  if (sha512 !== undefined && path === contentPath(sha512)) return objectAt(`${store}/${path}`, sha512);
  if (!isAliasName(path)) return { kind: 'unknown' };
  // a second name of an object, or a link to it; a link to anything else leads nowhere
  const root = realPath(store);
  const target = realPath(`${store}/${path}`);
  if (target === `${root}/${path}`) return objectAt(target, path);
  const whole = target.split('/').at(-1) ?? '';
  const isObject = whole.startsWith(path) && target === `${root}/${contentPath(whole)}`;
  return isObject ? objectAt(target, whole) : { kind: 'unknown' };
}

function objectAt(path: string, sha512: string): DistfileAnswer {
  const facts = entryFacts(path);
  return facts?.kind === 'file'
    ? { kind: 'object', path, sizeBytes: facts.sizeBytes, sha512 }
    : { kind: 'unknown' };
}

/** A file of the repository, whole. */
export interface TreeFileAnswer {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Names that are not shown: those that begin with a dot are the generator's own, and Git's. */
const isShown = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && !name.endsWith('.lock') && !/[\0\\/]/.test(name);

/**
 * A file of the repository by its path; undefined when there is none, also when the way there leads through a link or a
 * hidden folder. Throws SYS004.
 */
export function treeFile(
  { repository }: Pick<ServedEbins, 'repository'>,
  path: string,
): TreeFileAnswer | undefined {
  const names = path.split('/');
  if (!names.every(isShown)) return undefined;
  // one generation for the whole way
  const root = realPath(repository);
  for (let depth = 1; depth < names.length; depth += 1)
    if (entryFacts(`${root}/${names.slice(0, depth).join('/')}`)?.kind !== 'folder') return undefined;
  const file = `${root}/${path}`;
  if (entryFacts(file)?.kind !== 'file') return undefined;
  const bytes = bytesIfThere(file);
  return bytes && { path, bytes };
}

const versionOf = (path: string): string => {
  const facts = entryFacts(path);
  return facts ? `${facts.kind} ${facts.inode} ${facts.sizeBytes} ${facts.modifiedMs}` : '';
};

/** How often a folder is read again that was being written. */
const mostReadings = 5;

/** The files of a folder as they were at one time, as far as that is to be had: it is read again when it changes meanwhile. */
function folderFiles(root: string, folder: string): TreeFileAnswer[] {
  const at = folder === '' ? root : `${root}/${folder}`;
  const under = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  for (let reading = 1; ; reading += 1) {
    const before = `${versionOf(at)} ${versionOf(`${at}/Manifest`)}`;
    const files = kindsIn(at)
      .filter(({ name, kind }) => kind === 'file' && isShown(name))
      .flatMap(({ name }) => {
        const bytes = bytesIfThere(`${at}/${name}`);
        return bytes ? [{ path: under(name), bytes }] : [];
      });
    if (reading === mostReadings || before === `${versionOf(at)} ${versionOf(`${at}/Manifest`)}`)
      return files;
  }
}

function* allFolders(root: string, folder = ''): Generator<string> {
  yield folder;
  const names = kindsIn(folder === '' ? root : `${root}/${folder}`)
    .filter(({ name, kind }) => kind === 'folder' && isShown(name))
    .map(({ name }) => name)
    .sort(compareBytes);
  for (const name of names) yield* allFolders(root, folder === '' ? name : `${folder}/${name}`);
}

/** The whole repository as a tar whose bytes depend on its files alone. */
export interface TreeSnapshot {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly sha256: string;
}

/** Another text whenever a snapshot would have other bytes; takes a look at every folder, and reads nothing. Throws SYS004. */
export function treeVersion({ repository }: Pick<ServedEbins, 'repository'>): string {
  const root = realPath(repository);
  // files are replaced, never written in place: that changes the folder
  const versions = [...allFolders(root)].map((folder) => `${folder} ${versionOf(`${root}/${folder}`)}`);
  return digestBytes([root, ...versions].join('\n'));
}

/** Seconds since the epoch of everything in a snapshot: the same files make the same bytes. */
const snapshotTime = 315_532_800;

/**
 * Makes a snapshot. Every package in it is as it was at one moment: its ebuilds and its Manifest belong together. Members are
 * sorted, and nothing tells who made it or when. Throws SYS004.
 */
export function snapshotTree({ repository }: Pick<ServedEbins, 'repository'>): TreeSnapshot {
  const root = realPath(repository);
  const members: { readonly member: PlainTarMember; readonly bytes: Uint8Array }[] = [];
  const name = (path: string): Uint8Array => Buffer.from(path);
  for (const folder of allFolders(root)) {
    if (folder !== '')
      members.push({
        member: { path: name(folder), kind: 'folder', sizeBytes: 0, isExecutable: false },
        bytes: new Uint8Array(),
      });
    for (const { path, bytes } of folderFiles(root, folder))
      members.push({
        member: { path: name(path), kind: 'file', sizeBytes: bytes.byteLength, isExecutable: false },
        bytes,
      });
  }
  members.sort((one, other) => comparePlainTarMembers(one.member, other.member));
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const { member, bytes } of members) {
    const header = encodePlainTarHeader(member, snapshotTime);
    const padding = tarPadding(bytes.byteLength);
    pieces.push(header, bytes, padding);
    sizeBytes += header.byteLength + bytes.byteLength + padding.byteLength;
  }
  const bytes = Buffer.concat([...pieces, plainTarEnd(sizeBytes)]);
  return { bytes, sha256: digestBytes(bytes) };
}
