// Takes an image of 96 MiB apart in a process with a small heap, and tells how much memory that took.
import { createHash } from 'node:crypto';
import { canonicalParts, openBuild, writeGpkg } from '../../src/ebins/index.ts';
import { encodeTarHeader, tarEnd } from '../../src/formats/archives/index.ts';

const [folder = ''] = process.argv.slice(2);
const sizes = [64, 31, 0.5, 0.25, 0.25].map((mib) => mib * 2 ** 20);

async function* image(): AsyncGenerator<Uint8Array> {
  yield encodeTarHeader({ path: 'image/', type: 'folder' }, 0);
  yield encodeTarHeader({ path: 'image/usr/', type: 'folder' }, 0);
  // backwards, so that the order of the parts is another one
  for (const [at, size] of [...sizes.entries()].toReversed()) {
    yield encodeTarHeader({ path: `image/usr/f${at}` }, size);
    for (let done = 0; done < size; done += 2 ** 18) yield Buffer.alloc(2 ** 18, at);
  }
  yield tarEnd;
}

const path = `${folder}/large.gpkg.tar`;
const records = new Map(
  Object.entries({ CATEGORY: 'app-misc', PF: 'large-1', SLOT: '0', EAPI: '8' }).map(([key, value]) => [
    key,
    Buffer.from(value),
  ]),
);
await writeGpkg(path, { base: 'large-1-1', mtime: 0, records, image: image(), compression: 'zstd' });
let most = process.memoryUsage.rss();
const before = most;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
const build = await openBuild(path, { temporaryFolder: folder });
const opened = await build.openImage();
const { parts } = await canonicalParts(opened, path);
const [part] = parts;
const hash = createHash('sha512');
for await (const piece of part?.pieces() ?? []) hash.update(piece);
clearInterval(timer);
await opened.close();
console.log(
  JSON.stringify({
    members: part?.members,
    growthMiB: (most - before) / 2 ** 20,
    isWhole: hash.digest('hex') === part?.canonical && (part?.sizeBytes ?? 0) > 96 * 2 ** 20 - 1,
  }),
);
