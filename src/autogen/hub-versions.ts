import { compareVersions } from '../formats/gentoo/index.ts';
import {
  compareUpstreamVersions,
  matchVersion,
  newestUpstream,
  parseUpstreamVersion,
  toEbuildVersion,
  type UpstreamVersion,
  type VersionMatch,
  type VersionMatcher,
} from '../formats/python/index.ts';

/** Versions of upstreams and of ebuilds, which have orders of their own (specification 8). */
export interface HubVersions {
  /** A version of an upstream, to compare with others. */
  parse(version: string): UpstreamVersion;
  /** Order of upstream versions: negative when the first is older. */
  compare(a: string, b: string): number;
  /** The item with the newest version, the first of equals; undefined when there is none. */
  latest<Item>(items: Iterable<Item>, versionOf?: (item: Item) => string): Item | undefined;
  /** The version in a tag (specification 6.2). */
  match(tag: string, matcher: VersionMatcher): VersionMatch;
  /** How an ebuild spells it. Throws PMS problems when it cannot be spelt. */
  toEbuild(upstream: string): string;
  /** Order of ebuild versions (PMS 3.3). */
  compareEbuilds(a: string, b: string): number;
}

export const hubVersions: HubVersions = {
  parse: parseUpstreamVersion,
  compare: compareUpstreamVersions,
  latest: (items, versionOf = String) => newestUpstream(items, versionOf),
  match: matchVersion,
  toEbuild: (upstream) => toEbuildVersion(upstream),
  compareEbuilds: compareVersions,
};
