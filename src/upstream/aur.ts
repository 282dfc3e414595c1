import type { Problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';

/** A package whose state in the AUR is wanted. */
export interface WantedPackage {
  readonly pkgbase: string;
  /** Names of its members as `.SRCINFO` has them; the AUR's RPC knows packages only by these. */
  readonly pkgnames: readonly string[];
}

/** What the AUR knows of a package base. */
export interface AurPackage {
  /** Seconds since the epoch. */
  readonly modified: number;
  /** Undefined for an orphan. */
  readonly maintainer?: string | undefined;
  readonly coMaintainers: readonly string[];
  /** Account that pushed last; only the dump tells, and not always. */
  readonly lastPackager?: string | undefined;
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
  readonly problems: readonly Problem[];
}

/** Collects when packages were last changed in the AUR and whose they are (specification 7.5). Never throws for the AUR's trouble. */
export async function collectAur(
  _wanted: readonly WantedPackage[],
  _options: AurOptions,
): Promise<AurCollection> {
  throw new Error('not there yet');
}
