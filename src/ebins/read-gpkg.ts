import { fault } from '../diagnostics/index.ts';
import { readTarBytes, walkTar } from '../formats/archives/index.ts';
import {
  checkListing,
  compressionHeadBytes,
  type GpkgLayout,
  type GpkgListing,
  type GpkgMember,
  gpkgHashes,
  layOutGpkg,
  parseGpkgManifest,
} from '../formats/gentoo/index.ts';
import { hashStream, type RandomFile } from '../host/index.ts';
import { type ReadContainer, requireCompression } from './container.ts';
import type { OpenOptions } from './contract.ts';
import { SignatureChecker } from './signatures.ts';
import { unpackSmall } from './unpack.ts';

/** Members that are read into memory. */
const limits = { manifest: 1 << 20, signature: 1 << 18, metadata: 1 << 26 } as const;

async function memberBytes(
  file: RandomFile,
  member: GpkgMember,
  mostBytes: number,
  name: string,
): Promise<Uint8Array> {
  if (member.sizeBytes > mostBytes)
    throw fault('EBN001', {
      what: `the member '${member.name}' has more than ${mostBytes} bytes`,
      place: { file: name },
    });
  return await file.read(member.offset, member.sizeBytes);
}

async function checkHashes(
  file: RandomFile,
  member: GpkgMember,
  listing: GpkgListing,
  name: string,
): Promise<void> {
  const known = Object.entries(listing.hashes).flatMap(([hash, value]) => {
    const algorithm = Object.hasOwn(gpkgHashes, hash) ? gpkgHashes[hash] : undefined;
    return algorithm ? [{ hash, algorithm, value }] : [];
  });
  const { hashes } = await hashStream(
    file.pieces(member.offset, member.sizeBytes),
    known.map(({ algorithm }) => algorithm),
  );
  for (const { hash, algorithm, value } of known) {
    if (hashes[algorithm] !== value)
      throw fault('EBN002', {
        what: `the member '${member.name}' has another ${hash} than the Manifest lists`,
        place: { file: name },
      });
  }
}

interface Signed {
  readonly file: RandomFile;
  readonly name: string;
  readonly layout: GpkgLayout;
  readonly manifest: Uint8Array;
  readonly isManifestSigned: boolean;
}

/** All signatures or none; returns whether there are some. Throws EBN003. */
async function checkSignatures(of: Signed, options: OpenOptions): Promise<boolean> {
  const { layout, file, name, manifest, isManifestSigned } = of;
  const policy = options.signatures ?? 'auto';
  const isSigned = isManifestSigned || layout.signatures.size > 0;
  if (policy === 'ignore') return isSigned;
  const refuse = (what: string): Error => fault('EBN003', { what, place: { file: name } });
  if (!isSigned) {
    if (policy === 'require') throw refuse('the package is not signed');
    return false;
  }
  if (!isManifestSigned) throw refuse('the Manifest of the package is not signed, and other members are');
  const checker = new SignatureChecker(options);
  try {
    await checker.check(manifest, undefined, { file: name, what: "'Manifest'" });
    for (const member of [layout.metadata, layout.image]) {
      const signature = layout.signatures.get(member.name);
      if (!signature) throw refuse(`the member '${member.name}' is not signed, and others are`);
      const bytes = await memberBytes(file, signature, limits.signature, name);
      const pieces = file.pieces(member.offset, member.sizeBytes);
      await checker.check(bytes, pieces, { file: name, what: `'${member.name}'` });
    }
    return true;
  } finally {
    await checker.close();
  }
}

async function metadataRecords(bytes: Uint8Array, name: string): Promise<Map<string, Uint8Array>> {
  const unpacked = await unpackSmall(bytes, limits.metadata, name);
  const records = new Map<string, Uint8Array>();
  for (const entry of readTarBytes(unpacked, name)) {
    if (entry.type === 'folder' && /^metadata\/?$/.test(entry.path)) continue;
    const [, key = ''] = /^metadata\/([^/]+)$/.exec(entry.path) ?? [];
    if (entry.type !== 'file' || key === '' || key === '.' || key === '..')
      throw fault('EBN004', { what: `the metadata has a member '${entry.path}'`, place: { file: name } });
    if (records.has(key))
      throw fault('EBN004', { what: `the metadata has two members '${entry.path}'`, place: { file: name } });
    records.set(key, entry.body);
  }
  return records;
}

/**
 * Reads a GPKG without its image: members, Manifest, signatures, metadata (GLEP 78; specification 2.8).
 * @throws EBN001 to EBN004, SYS001, SYS004
 */
export async function readGpkg(file: RandomFile, name: string, options: OpenOptions): Promise<ReadContainer> {
  const entries = [];
  for await (const entry of walkTar(file, name)) {
    entries.push(entry);
    if (entries.length > 64)
      throw fault('EBN001', { what: 'the package has too many members', place: { file: name } });
  }
  const layout = layOutGpkg(entries, name);
  const manifestBytes = await memberBytes(file, layout.manifest, limits.manifest, name);
  const manifest = parseGpkgManifest(Buffer.from(manifestBytes).toString('utf8'), name);
  checkListing(layout.members, manifest, name);
  for (const listing of manifest.listings) {
    const member = layout.members.find((one) => one.name === listing.name);
    if (!member || (options.check === 'metadata' && member === layout.image)) continue;
    await checkHashes(file, member, listing, name);
  }
  const isManifestSigned = manifest.isSigned;
  const isSigned = await checkSignatures(
    { file, name, layout, manifest: manifestBytes, isManifestSigned },
    options,
  );
  const metadata = await memberBytes(file, layout.metadata, limits.metadata, name);
  const head = await file.read(layout.image.offset, Math.min(compressionHeadBytes, layout.image.sizeBytes));
  return {
    format: 'gpkg',
    records: await metadataRecords(metadata, name),
    isSigned,
    container: {
      compression: requireCompression(head, name),
      imageOffset: layout.image.offset,
      imageBytes: layout.image.sizeBytes,
      members: layout.members.map(({ name: member, sizeBytes }) => ({ name: member, sizeBytes })),
      base: layout.base,
    },
  };
}
