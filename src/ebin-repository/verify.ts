import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { isUnreadable, readText, requiredUseHolds, urisUnder } from '../ebin-index/index.ts';
import { ContentStore, isAliasName } from '../ebins/index.ts';
import { type ManifestEntry, md5Of, parseCacheEntry } from '../formats/gentoo/index.ts';
import { entryFacts, hashStream, pathKind, readPieces } from '../host/index.ts';
import { eachCombination, indexFlagsOf } from './combinations.ts';
import type { Diagnostic } from './contract.ts';
import { diagnosticOf } from './diagnostic.ts';
import {
  allUris,
  cachePath,
  type DiskEbin,
  ebinsIn,
  ebuildValue,
  manifestOf,
  packageFolders,
  textAt,
} from './disk-package.ts';

export interface VerifyOptions {
  /** The store; without it objects are not looked at. */
  readonly store?: string | undefined;
  /** Whether objects are only looked at, and not read. */
  readonly quick?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Verification {
  readonly ebuilds: number;
  readonly objects: number;
  /** Combinations of flags that were evaluated. */
  readonly combinations: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly problems: readonly Problem[];
}

/** Throws EBN084 when the folder is no repository. */
export function requireRepository(repository: string): void {
  if (pathKind(repository) !== 'folder' || textAt(repository, 'profiles/repo_name') === undefined)
    throw fault('EBN084', { what: `'${repository}' is no repository` });
}

const flaw = (what: string, file: string): Problem => problem('EBN081', { what, place: { file } });

function cacheFlaws(repository: string, { cpv, text }: DiskEbin): Problem[] {
  const path = cachePath(cpv);
  const cached = textAt(repository, path);
  const entry = cached === undefined ? undefined : parseCacheEntry(cached, path).entry;
  if (entry?.md5 === md5Of(Buffer.from(text))) return [];
  const what = entry ? `the cache of '${cpv}' is of another ebuild` : `'${cpv}' has no entry in the cache`;
  return [problem('EBN082', { what, place: { file: path } })];
}

/** Texts and Manifest of one ebuild (specification 6.6, 6.11). */
function ebuildFlaws(
  ebin: DiskEbin,
  manifest: ReadonlyMap<string, ManifestEntry>,
): { flaws: Problem[]; combinations: number } {
  const { path, text } = ebin;
  const uris = readText(ebuildValue(text, 'SRC_URI'), { kind: 'src-uri' });
  const demands = readText(ebuildValue(text, 'REQUIRED_USE'), { kind: 'required-use' });
  if (isUnreadable(uris))
    return { flaws: [flaw(`SRC_URI is not readable: ${uris.flaw}`, path)], combinations: 0 };
  if (isUnreadable(demands))
    return { flaws: [flaw(`REQUIRED_USE is not readable: ${demands.flaw}`, path)], combinations: 0 };
  const flaws = allUris(text).flatMap(({ uri, name }) => {
    const entry = manifest.get(name);
    if (!entry) return [flaw(`'${name}' is not in the Manifest`, path)];
    const digest = /[0-9a-f]{128}$/.exec(uri)?.[0];
    const isRight = digest === undefined || digest === entry.hashes['SHA512'];
    return isRight ? [] : [flaw(`the Manifest has another digest of '${name}' than SRC_URI`, path)];
  });
  let combinations = 0;
  for (const on of eachCombination(indexFlagsOf(uris, demands))) {
    combinations += 1;
    if (!requiredUseHolds(demands, on)) continue;
    const named = new Map<string, string>();
    for (const { uri, name } of urisUnder(uris, on)) {
      if ((named.get(name) ?? uri) !== uri) flaws.push(flaw(`'${name}' stands for two contents`, path));
      named.set(name, uri);
    }
  }
  return { flaws, combinations };
}

async function objectFlaws(
  store: ContentStore,
  entry: ManifestEntry,
  options: VerifyOptions & { readonly file: string },
): Promise<Problem[]> {
  const sha512 = entry.hashes['SHA512'] ?? '';
  const path = store.path(sha512);
  const facts = entryFacts(path);
  if (facts?.kind !== 'file') return [flaw(`the store lacks '${entry.name}'`, options.file)];
  if (facts.sizeBytes !== entry.size)
    return [flaw(`'${entry.name}' has another size in the store`, options.file)];
  // addresses of the style `short` are names at the top of the store
  const short = isAliasName(entry.name) ? entryFacts(`${store.root}/${entry.name}`) : facts;
  if (short?.sizeBytes !== entry.size)
    return [flaw(`the store lacks the name '${entry.name}' of an object`, options.file)];
  if (options.quick) return [];
  const { hashes } = await hashStream(readPieces(path), ['sha512', 'blake2b512']);
  const isRight = hashes['sha512'] === sha512 && hashes['blake2b512'] === entry.hashes['BLAKE2B'];
  return isRight ? [] : [flaw(`'${entry.name}' is damaged in the store`, options.file)];
}

/**
 * Holds a repository of ebins against itself and its store: texts are read and evaluated for all combinations, every file that
 * they name is in the Manifest and in the store, whole, and the cache is of the ebuilds (specification 10.5). Writes nothing.
 * Throws EBN084, SYS004.
 */
export async function verify(repository: string, options: VerifyOptions = {}): Promise<Verification> {
  requireRepository(repository);
  const store =
    options.store === undefined || pathKind(options.store) !== 'folder'
      ? undefined
      : new ContentStore({ root: options.store });
  if (options.store !== undefined && !store)
    throw fault('EBN084', { what: `there is no store '${options.store}'` });
  const problems: Problem[] = [];
  const seen = new Set<string>();
  let ebuilds = 0;
  let combinations = 0;
  for (const directory of packageFolders(repository)) {
    options.signal?.throwIfAborted();
    const entries = manifestOf(repository, directory);
    const manifest = new Map(entries.map((entry) => [entry.name, entry]));
    for (const ebin of ebinsIn(repository, directory)) {
      const found = ebuildFlaws(ebin, manifest);
      ebuilds += 1;
      combinations += found.combinations;
      problems.push(...found.flaws, ...cacheFlaws(repository, ebin));
    }
    for (const entry of store ? entries : []) {
      const digest = entry.hashes['SHA512'] ?? '';
      if (store && !seen.has(digest))
        problems.push(...(await objectFlaws(store, entry, { ...options, file: `${directory}/Manifest` })));
      seen.add(digest);
    }
  }
  return {
    ebuilds,
    objects: seen.size,
    combinations,
    diagnostics: problems.map((one) => diagnosticOf(one)),
    problems,
  };
}
