import { join } from 'node:path';
import {
  canonicalParts,
  type OpenedBuild,
  type OpenOptions,
  openBuild,
  type PartOptions,
  writeGpkg,
  writeXpak,
} from '../../src/ebins/index.ts';
import { encodeTarEntry, type NewTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import type { Compression } from '../../src/formats/gentoo/index.ts';

export type Made = NewTarEntry & { readonly body?: string | Uint8Array };

/** The tar of an image, entries in the order given, paths as they are. */
export function imageTar(entries: readonly Made[]): Uint8Array {
  const bytes = entries.map(({ body = '', ...entry }) => encodeTarEntry(entry, Buffer.from(body)));
  return Buffer.concat([...bytes, tarEnd]);
}

export async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export interface MadePackage {
  readonly format: 'gpkg' | 'xpak';
  readonly image: Uint8Array | AsyncIterable<Uint8Array>;
  readonly compression?: Compression;
  readonly metadata?: Readonly<Record<string, string | undefined>>;
  readonly environment?: Uint8Array;
}

/** Writes a package with little metadata and returns its path. */
export async function makePackage(folder: string, name: string, of: MadePackage): Promise<string> {
  const metadata = { CATEGORY: 'app-misc', PF: 'made-1.0', SLOT: '0', EAPI: '8', ...of.metadata };
  const records = new Map(
    Object.entries(metadata).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, Buffer.from(`${value}\n`)]],
    ),
  );
  if (of.environment) records.set('environment.bz2', Buffer.from(of.environment));
  const image = of.image instanceof Uint8Array ? pieces(of.image) : of.image;
  const path = join(folder, `${name}${of.format === 'gpkg' ? '.gpkg.tar' : '.xpak'}`);
  const what = { records, image, compression: of.compression ?? ('none' as const) };
  if (of.format === 'xpak') await writeXpak(path, what);
  else await writeGpkg(path, { ...what, base: 'made-1.0-1', mtime: 1_700_000_000 });
  return path;
}

export interface PartFacts {
  readonly canonical: string;
  readonly sizeBytes: number;
  readonly members: number;
  readonly tar: Buffer;
}

/** Parts of a package by their names, with their tars. */
export async function partsOf(
  from: string | OpenedBuild,
  options: PartOptions & OpenOptions = {},
): Promise<Record<string, PartFacts>> {
  const build = typeof from === 'string' ? await openBuild(from, options) : from;
  const image = await build.openImage();
  try {
    const { parts } = await canonicalParts(image, build.path, options);
    const found: Record<string, PartFacts> = {};
    for (const part of parts) {
      const all: Uint8Array[] = [];
      for await (const piece of part.pieces()) all.push(piece);
      const { canonical, sizeBytes, members } = part;
      found[part.part] = { canonical, sizeBytes, members, tar: Buffer.concat(all) };
    }
    return found;
  } finally {
    await image.close();
  }
}
