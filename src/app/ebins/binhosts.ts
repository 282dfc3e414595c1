import { fault, type Problem } from '../../diagnostics/index.ts';
import { type GenerateRequest, isWanted, type ScanRequest } from '../../ebin-repository/index.ts';
import { indexedFacts, mirrorBinhost, readBinhost } from '../../ebins/index.ts';
import { Fetcher, shownAddress } from '../../fetcher/index.ts';
import { systemClock, systemRandom } from '../../host/index.ts';
import { type BinhostOptions, binhostFolder, isBinhost } from './binhost-address.ts';

async function withFetcher<Result>(
  cacheFolder: string | undefined,
  work: (fetcher: Fetcher) => Promise<Result>,
): Promise<Result> {
  const fetcher = new Fetcher({ clock: systemClock, random: systemRandom, cacheFolder });
  try {
    return await work(fetcher);
  } finally {
    fetcher.close();
  }
}

/**
 * A request whose binhosts are folders: what they offer and the request asks for is fetched first.
 * @throws CLI001 without a folder to keep packages in; what `mirrorBinhost` throws
 */
export async function withFetched(
  request: GenerateRequest,
  { cache, onBinhost }: BinhostOptions,
): Promise<GenerateRequest> {
  if (cache === undefined)
    throw fault('CLI001', {
      what: 'there is no place to keep the packages of binhosts in',
      next: 'Name a folder with `--cache`.',
    });
  const lacking = new Map<string, readonly Problem[]>(request.lacking);
  const provided = [...(request.provided ?? [])];
  const pkgdirs = await withFetcher(`${cache}/answers`, async (fetcher) => {
    const folders: string[] = [];
    for (const place of request.pkgdirs) {
      if (!isBinhost(place)) {
        folders.push(place);
        continue;
      }
      const { folder, ...done } = await mirrorBinhost(fetcher, {
        address: place,
        folder: binhostFolder(cache, place),
        isWanted: (cpv) => isWanted(cpv, request.atoms),
        signal: request.signal,
      });
      folders.push(folder);
      provided.push(...done.provided);
      for (const [cpv, why] of done.lacking) lacking.set(cpv, [...(lacking.get(cpv) ?? []), ...why]);
      const { fetched, fetchedBytes, kept, removed } = done;
      onBinhost?.({ address: shownAddress(place), fetched, fetchedBytes, kept, removed });
    }
    return folders;
  });
  return { ...request, pkgdirs, lacking, provided };
}

/** A request whose binhosts are builds: what their indexes say of them. Throws what `readBinhost` throws. */
export async function withOffered(request: ScanRequest, { cache }: BinhostOptions): Promise<ScanRequest> {
  const hosts = await withFetcher(cache && `${cache}/answers`, async (fetcher) => {
    const read = [];
    for (const place of request.pkgdirs.filter(isBinhost))
      read.push(await readBinhost(fetcher, place, request.signal));
    return read;
  });
  const offered = hosts.flatMap((host) =>
    host.packages.flatMap((one) => {
      const facts = indexedFacts(host, one);
      return facts ? [facts] : [];
    }),
  );
  return { ...request, pkgdirs: request.pkgdirs.filter((place) => !isBinhost(place)), offered };
}
