import { encodeTarEntry, encodeTarHeader, tarEnd, tarPadding } from '../formats/archives/index.ts';
import { HashedPieces, hashStream, readFileRange, writeHashing } from '../host/index.ts';
import type { CaptureRequest, ImageFacts } from './contract.ts';
import { packed } from './packed.ts';
import type { TreeTar } from './tree-tar.ts';

/** Architectures of the image specification by what `uname -m` says; variants only where one is needed. */
const platforms: Readonly<Record<string, { readonly architecture: string; readonly variant?: string }>> = {
  x86_64: { architecture: 'amd64' },
  i686: { architecture: '386' },
  aarch64: { architecture: 'arm64', variant: 'v8' },
  armv7l: { architecture: 'arm', variant: 'v7' },
  riscv64: { architecture: 'riscv64' },
  ppc64le: { architecture: 'ppc64le' },
  s390x: { architecture: 's390x' },
};

const layerTypes = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const;

/** A part of an image that others name by its digest. */
interface Blob {
  /** SHA-256, lower-case hexadecimal. */
  readonly digest: string;
  readonly sizeBytes: number;
  pieces(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

async function jsonBlob(value: unknown): Promise<Blob> {
  const bytes = Buffer.from(JSON.stringify(value));
  const { hashes, sizeBytes } = await hashStream([bytes], ['sha256']);
  return { digest: hashes['sha256'] ?? '', sizeBytes, pieces: () => [bytes] };
}

const described = (mediaType: string, { digest, sizeBytes }: Blob) => ({
  mediaType,
  digest: `sha256:${digest}`,
  size: sizeBytes,
});

/** The configuration of an image with one layer (OCI image specification, config). */
function configOf(image: ImageFacts, created: string, diffId: string): unknown {
  const platform = platforms[image.machine] ?? { architecture: image.machine };
  return {
    created,
    ...platform,
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: image.command ?? ['/bin/sh'],
      Labels: {
        'org.opencontainers.image.title': image.name,
        'org.opencontainers.image.version': image.version,
      },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created, created_by: 'packmill' }],
  };
}

/** The files of an image layout with one image of one layer (OCI image specification, image layout). */
async function layoutOf(
  layer: Blob,
  layerType: string,
  image: ImageFacts,
  of: { created: string; diffId: string },
) {
  const config = await jsonBlob(configOf(image, of.created, of.diffId));
  const manifest = await jsonBlob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: described('application/vnd.oci.image.config.v1+json', config),
    layers: [described(layerType, layer)],
    annotations: { 'org.opencontainers.image.created': of.created },
  });
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...described('application/vnd.oci.image.manifest.v1+json', manifest),
        annotations: { 'org.opencontainers.image.ref.name': image.version },
      },
    ],
  };
  return { blobs: [layer, config, manifest], index };
}

async function* layoutTar(blobs: readonly Blob[], index: unknown, mtime: number): AsyncGenerator<Uint8Array> {
  for (const path of ['blobs/', 'blobs/sha256/']) yield encodeTarEntry({ path, type: 'folder', mtime });
  for (const blob of [...blobs].sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
    yield encodeTarHeader({ path: `blobs/sha256/${blob.digest}`, mtime }, blob.sizeBytes);
    yield* blob.pieces();
    yield tarPadding(blob.sizeBytes);
  }
  const text = (path: string, value: unknown) =>
    encodeTarEntry({ path, mtime }, Buffer.from(JSON.stringify(value)));
  yield text('index.json', index);
  yield text('oci-layout', { imageLayoutVersion: '1.0.0' });
  yield tarEnd;
}

/**
 * A tree as an OCI image layout in a tar, in pieces. `layerPath`: a new file for the layer, whose size stands in front of it; the
 * caller removes it. Throws SYS001, SYS003, SYS004.
 */
export async function* ociPieces(
  tar: TreeTar,
  request: CaptureRequest & { readonly image: ImageFacts },
  layerPath: string,
): AsyncGenerator<Uint8Array> {
  const { compression } = request.format;
  const layered = compression === 'xz' ? 'gzip' : compression;
  const plain = new HashedPieces(tar, ['sha256']);
  const options = { algorithms: ['sha256'], isDurable: false };
  const written = await writeHashing(layerPath, packed(plain, layered, request), options);
  const layer: Blob = {
    digest: written.hashes['sha256'] ?? '',
    sizeBytes: written.sizeBytes,
    pieces: () => readFileRange(layerPath, 0, written.sizeBytes),
  };
  const created = new Date(Math.floor(request.time) * 1000).toISOString().replace('.000Z', 'Z');
  const diffId = plain.finish().hashes['sha256'] ?? '';
  const { blobs, index } = await layoutOf(layer, layerTypes[layered], request.image, { created, diffId });
  yield* layoutTar(blobs, index, Math.floor(request.time));
}
