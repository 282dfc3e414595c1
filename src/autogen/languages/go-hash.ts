import { archiveMembers } from '../../fastpull/index.ts';
import { digestBytes, hashFile, hashPieces } from '../../host/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import type { GoModuleFile } from './go-sum.ts';

/** The sum `h1:` of named files: SHA-256 of a list of SHA-256 sums in the order of names (golang.org/x/mod/sumdb/dirhash). */
function sumOf(digests: ReadonlyMap<string, string>): string {
  const list = [...digests]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([name, digest]) => `${digest}  ${name}\n`)
    .join('');
  return `h1:${Buffer.from(digestBytes(list), 'hex').toString('base64')}`;
}

/** The sum of a file that a proxy delivered. Throws FMT020 for a zip file that cannot be read. */
export async function goSumOf(path: string, { kind }: Pick<GoModuleFile, 'kind'>): Promise<string> {
  if (kind === 'mod') return sumOf(new Map([['go.mod', (await hashFile(path)).digest]]));
  const digests = new Map<string, string>();
  for await (const { name, body } of archiveMembers({ path, finalName: 'module.zip' })) {
    digests.set(name, (await hashPieces(body)).digest);
  }
  return sumOf(digests);
}
