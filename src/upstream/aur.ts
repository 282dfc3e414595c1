import { fault, type Problem, problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import { eachArrayElement } from './array-elements.ts';
import { type AurExtract, type AurPackage, readAurExtract, writeAurExtract } from './aur-extract.ts';
import { defaultEndpoints } from './endpoints.ts';
import { asCause, asObject, asText, troubleOf, wrongShape } from './package-trouble.ts';

/** A package whose state in the AUR is wanted. */
export interface WantedPackage {
  readonly pkgbase: string;
  /** Names of its members as `.SRCINFO` has them; the AUR's RPC knows packages only by these. */
  readonly pkgnames: readonly string[];
}

export interface AurOptions {
  readonly fetcher: Fetcher;
  /** Default `https://aur.archlinux.org`. */
  readonly baseUrl?: string | undefined;
  /** `auto` (default): the dump, and the RPC when it cannot be had. */
  readonly mode?: 'dump' | 'rpc' | 'auto' | undefined;
  /** URL of an HTTP proxy (CI_AUR_PROXY). */
  readonly proxy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AurCollection {
  /** By pkgbase; what the AUR does not have, or did not tell, is missing. */
  readonly found: ReadonlyMap<string, AurPackage>;
  /** Packages that the AUR says it does not have. */
  readonly missing: readonly string[];
  /** Of the AUR as a whole (UPS001, UPS002), and of packages that it does not have (UPS003). */
  readonly problems: readonly Problem[];
}

/** The most names, and the most bytes of a URL, that the AUR takes in one request (specification 7.5). */
const mostNames = 150;
const longestUrl = 4_443;
/** The dump has some 12 MB packed and 80 MB unpacked. */
const dumpLimit = 1024 * 1024 * 1024;
const dumpTimeoutMs = 180_000;
/** Under which what was read from the dump is kept. */
const extractName = 'aur-packages-1';

/**
 * Collects when packages were last changed in the AUR and whose they are (specification 7.5): from the dump of all
 * packages, or by asking its RPC. Never throws for the AUR's trouble; what could not be collected is missing.
 */
export async function collectAur(
  wanted: readonly WantedPackage[],
  options: AurOptions,
): Promise<AurCollection> {
  if (wanted.length === 0) return { found: new Map(), missing: [], problems: [] };
  const collection = new Collection(wanted, options);
  const mode = options.mode ?? 'auto';
  if (mode === 'rpc' || !(await collection.readDump(mode))) {
    if (mode !== 'dump') await collection.askRpc();
  }
  return collection.result();
}

class Collection {
  readonly #wanted: ReadonlyMap<string, WantedPackage>;
  readonly #options: AurOptions;
  readonly #baseUrl: string;
  readonly #found = new Map<string, AurPackage>();
  readonly #problems: Problem[] = [];
  /** Packages of requests that failed: the AUR may well have them. */
  readonly #untold = new Set<string>();

  constructor(wanted: readonly WantedPackage[], options: AurOptions) {
    this.#wanted = new Map(wanted.map((one) => [one.pkgbase, one]));
    this.#options = options;
    this.#baseUrl = (options.baseUrl ?? defaultEndpoints.aur).replace(/\/+$/, '');
  }

  /** Whether the dump could be read to its end. */
  async readDump(mode: 'dump' | 'auto'): Promise<boolean> {
    const url = `${this.#baseUrl}/packages-meta-ext-v1.json.gz`;
    try {
      const { fetcher, proxy, signal } = this.#options;
      const answer = await fetcher.open(url, {
        maxBytes: dumpLimit,
        timeoutMs: dumpTimeoutMs,
        proxy,
        signal,
        unpackGzip: true,
      });
      const known = readAurExtract(fetcher.derived(answer, extractName));
      if (this.#takeExtract(known)) return true;
      const trouble = await eachArrayElement(answer.pieces(), (object) => this.#takeText(object));
      if (trouble !== undefined) throw fault('FET010', { what: `'${url}' is damaged: ${trouble}` });
      await fetcher.keepDerived(
        answer,
        extractName,
        writeAurExtract(new Map([...known, ...this.#extract()])),
      );
      return true;
    } catch (error) {
      const why = asCause(troubleOf(error));
      this.#found.clear();
      const next = mode === 'auto' ? 'The AUR is asked package by package.' : 'No AUR package is updated.';
      this.#problems.push(problem('UPS001', { what: "the AUR's list of packages cannot be had", why, next }));
      if (mode === 'dump') for (const pkgbase of this.#wanted.keys()) this.#untold.add(pkgbase);
      return false;
    }
  }

  /** Asks by one member of each package, then for the rest by all their other members. */
  async askRpc(): Promise<void> {
    const first = new Map<string, string>();
    const others = new Map<string, string>();
    for (const { pkgbase, pkgnames } of this.#wanted.values()) {
      const name = pkgnames.includes(pkgbase) ? pkgbase : (pkgnames[0] ?? pkgbase);
      first.set(name, pkgbase);
    }
    await this.#askAll(first);
    for (const { pkgbase, pkgnames } of this.#wanted.values()) {
      if (this.#found.has(pkgbase) || this.#untold.has(pkgbase)) continue;
      for (const name of [pkgbase, ...pkgnames]) if (!first.has(name)) others.set(name, pkgbase);
    }
    await this.#askAll(others);
  }

  async #askAll(names: ReadonlyMap<string, string>): Promise<void> {
    const batches = splitNames(`${this.#baseUrl}/rpc/v5/info?`, [...names.keys()]);
    await Promise.all(batches.map((batch) => this.#askBatch(batch, names)));
  }

  async #askBatch({ url, names }: Batch, packages: ReadonlyMap<string, string>): Promise<void> {
    try {
      const { fetcher, proxy, signal } = this.#options;
      const { value } = await fetcher.getJson(url, { proxy, signal });
      const answer = asObject(value);
      const results = answer?.['results'];
      if (answer?.['type'] === 'error' || !Array.isArray(results)) {
        const words = asText(answer?.['error']);
        throw words === undefined
          ? wrongShape(url, "a list 'results'")
          : fault('FET010', { what: `'${this.#baseUrl}' refuses a question: ${words}` });
      }
      for (const result of results) this.#take(result);
    } catch (error) {
      const why = asCause(troubleOf(error));
      const bases = new Set(names.map((name) => packages.get(name) ?? name));
      for (const pkgbase of bases) this.#untold.add(pkgbase);
      const what = `the AUR does not tell of ${bases.size} packages, among them '${[...bases][0]}'`;
      this.#problems.push(problem('UPS002', { what, why }));
    }
  }

  result(): AurCollection {
    const missing = [...this.#wanted.keys()].filter(
      (pkgbase) => !this.#found.has(pkgbase) && !this.#untold.has(pkgbase),
    );
    for (const pkgbase of missing) {
      this.#problems.push(problem('UPS003', { what: `'${pkgbase}' is not in the AUR` }));
    }
    return { found: this.#found, missing, problems: this.#problems };
  }

  /** What an earlier run read from the same list, when that answers for all that is wanted. */
  #takeExtract(extract: AurExtract): boolean {
    const names = [...this.#wanted.keys()];
    if (!names.every((name) => extract.has(name))) return false;
    for (const name of names) {
      const one = extract.get(name);
      if (one) this.#found.set(name, one);
    }
    return true;
  }

  #extract(): AurExtract {
    return new Map([...this.#wanted.keys()].map((name) => [name, this.#found.get(name) ?? null]));
  }

  /** Only what is wanted is parsed: the dump has a hundred thousand packages, a repository some thousands. */
  #takeText(object: string): void {
    const pkgbase = /"PackageBase"\s*:\s*"([^"\\]*)"/.exec(object)?.[1];
    if (pkgbase === undefined || !this.#wanted.has(pkgbase)) return;
    try {
      this.#take(JSON.parse(object));
    } catch (cause) {
      throw fault('FET010', { what: `the AUR's entry of '${pkgbase}' is no JSON`, cause });
    }
  }

  #take(result: unknown): void {
    const entry = asObject(result);
    const pkgbase = asText(entry?.['PackageBase']);
    const modified = entry?.['LastModified'];
    if (!entry || pkgbase === undefined || !this.#wanted.has(pkgbase)) return;
    if (typeof modified !== 'number' || !Number.isSafeInteger(modified)) return;
    const coMaintainers = entry['CoMaintainers'];
    this.#found.set(pkgbase, {
      modified: Math.max(modified, this.#found.get(pkgbase)?.modified ?? 0),
      maintainer: asText(entry['Maintainer']),
      coMaintainers: Array.isArray(coMaintainers)
        ? coMaintainers.filter((name): name is string => typeof name === 'string')
        : [],
      lastPackager: asText(entry['LastPackager']),
    });
  }
}

interface Batch {
  readonly url: string;
  readonly names: readonly string[];
}

/** Splits names so that no request has more than 150 of them or a URL beyond what the AUR takes. */
function splitNames(base: string, names: readonly string[]): readonly Batch[] {
  const batches: Batch[] = [];
  let url = base;
  let own: string[] = [];
  for (const name of names) {
    const argument = `${own.length > 0 ? '&' : ''}arg[]=${encodeURIComponent(name)}`;
    if (own.length > 0 && (own.length === mostNames || url.length + argument.length > longestUrl)) {
      batches.push({ url, names: own });
      url = `${base}arg[]=${encodeURIComponent(name)}`;
      own = [name];
      continue;
    }
    url += argument;
    own.push(name);
  }
  if (own.length > 0) batches.push({ url, names: own });
  return batches;
}
