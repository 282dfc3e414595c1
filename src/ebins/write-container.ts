import { tarPadding } from '../formats/archives/index.ts';
import {
  type Compression,
  compressionSuffixes,
  type GpkgListing,
  gpkgEnd,
  gpkgMemberHeader,
  metadataTar,
  printGpkgManifest,
  printXpak,
} from '../formats/gentoo/index.ts';
import {
  type Filter,
  filterPieces,
  hashStream,
  RandomFile,
  removeEntry,
  renameEntry,
  systemRandom,
  writeHashing,
} from '../host/index.ts';

/** What a package file is written from. */
export interface NewPackage {
  readonly records: ReadonlyMap<string, Uint8Array>;
  /** Tar of the image: below `image/` for a GPKG, below `./` for an XPAK. */
  readonly image: AsyncIterable<Uint8Array>;
  readonly compression: Compression;
}

/** What a GPKG needs beside. */
export interface NewGpkg extends NewPackage {
  /** `name-version` or `name-version-BUILD_ID`: in front of the names of all members. */
  readonly base: string;
  /** Seconds since the epoch, of the members. */
  readonly mtime: number;
  /** Makes an armored detached signature of a file; with it all members but `gpkg-1` are signed. */
  readonly sign?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** Makes the cleartext signature of the Manifest; needed with `sign`. */
  readonly clearSign?: ((text: string) => Promise<Uint8Array>) | undefined;
}

const programs: Readonly<Record<Exclude<Compression, 'none'>, Filter>> = {
  bzip2: { program: 'bzip2', args: ['-c', '-q'] },
  gzip: { program: 'gzip', args: ['-c', '-n', '-q'] },
  lz4: { program: 'lz4', args: ['-c', '-q'] },
  lzip: { program: 'lzip', args: ['-c', '-q'] },
  lzop: { program: 'lzop', args: ['-c', '-q', '-F'] },
  xz: { program: 'xz', args: ['-c', '-q', '-T1'] },
  zstd: { program: 'zstd', args: ['-c', '-q'] },
};

function packed(pieces: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  return compression === 'none' ? pieces : filterPieces(programs[compression], pieces);
}

async function* only(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function* joined(...sources: readonly AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) yield* source;
}

/** Writes beside, makes durable, and gives the file its name. */
async function replaceByPieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.tmp-${systemRandom.hex(6)}`;
  try {
    await writeHashing(temporary, pieces, { algorithms: [] });
    renameEntry(temporary, path);
  } finally {
    removeEntry(temporary);
  }
}

/** Writes an XPAK (specification 2.7). Throws SYS001, SYS003, SYS004. */
export async function writeXpak(path: string, { records, image, compression }: NewPackage): Promise<void> {
  await replaceByPieces(path, joined(packed(image, compression), only(printXpak(records))));
}

/** A member that was made and lies in a file of its own until the package is put together. */
interface MadeMember {
  readonly name: string;
  readonly path: string;
  readonly listing: GpkgListing;
}

async function makeMember(
  name: string,
  path: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<MadeMember> {
  const options = { algorithms: ['blake2b512', 'sha512'], mode: 0o600, isDurable: false };
  const { hashes, sizeBytes } = await writeHashing(path, pieces, options);
  return { name, path, listing: listingOf(name, sizeBytes, hashes) };
}

function listingOf(name: string, sizeBytes: number, hashes: Readonly<Record<string, string>>): GpkgListing {
  return {
    name,
    sizeBytes,
    hashes: { BLAKE2B: hashes['blake2b512'] ?? '', SHA512: hashes['sha512'] ?? '' },
  };
}

async function* memberPieces(of: NewGpkg, members: readonly MadeMember[]): AsyncGenerator<Uint8Array> {
  const empty = await hashStream([], ['blake2b512', 'sha512']);
  const listings = [listingOf('gpkg-1', 0, empty.hashes), ...members.map(({ listing }) => listing)];
  const text = printGpkgManifest(listings);
  const manifest = of.clearSign ? await of.clearSign(text) : Buffer.from(text);
  const header = (name: string, size: number) => gpkgMemberHeader(`${of.base}/${name}`, size, of.mtime);
  let written = 0;
  const count = (piece: Uint8Array): Uint8Array => {
    written += piece.byteLength;
    return piece;
  };
  yield count(header('gpkg-1', 0));
  for (const { name, path, listing } of members) {
    yield count(header(name, listing.sizeBytes));
    const file = await RandomFile.open(path);
    try {
      for await (const piece of file.pieces(0, file.sizeBytes)) yield count(piece);
    } finally {
      await file.close();
    }
    yield count(tarPadding(listing.sizeBytes));
  }
  yield count(header('Manifest', manifest.byteLength));
  yield count(manifest);
  yield count(tarPadding(manifest.byteLength));
  yield gpkgEnd(written);
}

/**
 * Writes a GPKG (GLEP 78; specification 2.8, writer rules): the compressed tars lie beside it meanwhile, as their sizes stand
 * in front of them. Throws SYS001, SYS003, SYS004, and what signing throws.
 */
export async function writeGpkg(path: string, of: NewGpkg): Promise<void> {
  const beside = `${path}.tmp-${systemRandom.hex(6)}`;
  const suffix = compressionSuffixes[of.compression];
  const members: MadeMember[] = [];
  const made = async (name: string, pieces: AsyncIterable<Uint8Array>): Promise<MadeMember> => {
    const member = await makeMember(name, `${beside}-${members.length}`, pieces);
    members.push(member);
    return member;
  };
  try {
    const tars = {
      'metadata.tar': only(metadataTar(of.records, of.mtime)),
      'image.tar': of.image,
    };
    for (const [name, tar] of Object.entries(tars)) {
      const member = await made(name + suffix, packed(tar, of.compression));
      if (of.sign) await made(`${member.name}.sig`, only(await of.sign(member.path)));
    }
    await replaceByPieces(path, memberPieces(of, members));
  } finally {
    for (const member of members) removeEntry(member.path);
  }
}
