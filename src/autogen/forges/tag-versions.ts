import { fault } from '../../diagnostics/index.ts';
import {
  compareUpstreamVersions,
  compilePythonPattern,
  matchVersion,
  parseUpstreamVersion,
  type TagTransform,
  toEbuildVersion,
  type VersionMatcher,
} from '../../formats/python/index.ts';
import type { Artifact } from '../artifact.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';
import type { ArtifactSet } from '../src-uri.ts';
import { findInTime } from './bounded-pattern.ts';
import { type Settings, textsOf } from './settings.ts';

/** Which tags count and what version each has (specification 6.2). Patterns are regular expressions as Python has them. */
export interface VersionChoice {
  /** Exactly this one, as it stands in the tag; absent or `latest`: the newest. */
  readonly version?: string | undefined;
  /** Tags that do not match it at the start are passed over. */
  readonly select?: string | undefined;
  /** Tags that match one at the start are passed over. */
  readonly filter?: string | readonly string[] | undefined;
  /** In place of the usual matcher: its first group is the version. */
  readonly match?: string | undefined;
  /** Replacements that come first. */
  readonly transform?: readonly TagTransform[] | ((tag: string) => string) | undefined;
  /** Whether something behind the version excludes the tag. */
  readonly rejectTrailing?: boolean | undefined;
}

/** Something with a version, as the upstream spells it. */
export interface Versioned<Item> {
  readonly item: Item;
  readonly tag: string;
  readonly version: string;
}

/** A version that was chosen, and the files that belong to it. */
export interface SourceFind {
  /** For the ebuild. */
  readonly version: string;
  /** As the upstream spells it. */
  readonly upstreamVersion: string;
  readonly artifacts: ArtifactSet<Artifact>;
}

/** The pinned version, or undefined for the newest. */
export function pinOf({ version }: Pick<VersionChoice, 'version'>): string | undefined {
  return version === undefined || version === 'latest' || version === '' ? undefined : String(version);
}

/**
 * A reader of tags: the version, or undefined for a tag that does not count. `usual` says how a version looks where neither
 * `match` nor `select` and `filter` say more. Throws PEP002 for a pattern that is none;
 * the reader throws GEN008 for one that takes too long.
 */
export function versionReader(
  hub: Pick<HubCore, 'log'>,
  choice: VersionChoice,
  usual: 'standard' | 'grabby',
): (tag: string) => string | undefined {
  const { select, filter, match, transform, rejectTrailing } = choice;
  const filters = filter === undefined ? [] : textsOf(filter, 'filter');
  const isChosen = select !== undefined || filters.length > 0;
  const change = typeof transform === 'function' ? transform : undefined;
  const matcher: VersionMatcher = {
    kind: isChosen ? 'grabby' : usual,
    ...(select === undefined ? {} : { select: compilePythonPattern(select) }),
    ...(filters.length === 0 ? {} : { filter: filters.map((text) => compilePythonPattern(text)) }),
    ...(match === undefined ? {} : { match: compilePythonPattern(match) }),
    ...(transform === undefined || typeof transform === 'function' ? {} : { transform }),
    ...(rejectTrailing === undefined ? {} : { rejectTrailing }),
  };
  return (tag) => {
    const found = matchVersion(change ? change(tag) : tag, matcher, findInTime);
    hub.log.debug(
      found.version === undefined
        ? `tag '${tag}' ${found.reason}`
        : `tag '${tag}' is version '${found.version}'`,
    );
    return found.version === undefined || !/\d/.test(found.version) ? undefined : found.version;
  };
}

/** Newest first; of equal versions the one that the upstream named first (specification 8). */
export function newestFirst<Item extends { readonly version: string }>(
  items: readonly Item[],
): readonly Item[] {
  return items
    .map((item) => ({ item, parsed: parseUpstreamVersion(item.version) }))
    .sort((a, b) => compareUpstreamVersions(b.parsed, a.parsed))
    .map(({ item }) => item);
}

/** Both spellings of a version: as the upstream has it, and for the ebuild. Throws PMS003. */
export function bothVersions(version: string): {
  readonly version: string;
  readonly upstreamVersion: string;
} {
  return { version: toEbuildVersion(version), upstreamVersion: version };
}

/** Reads settings that stand in the mapping of a forge or at the top; one that stands in both throws GEN001. */
export function eitherPlace(inner: Settings, top: Settings): (name: string) => Settings {
  return (name) => {
    if (inner.has(name) && top.has(name)) {
      throw fault('GEN001', { what: `'${name}' stands beside the settings of the forge and among them` });
    }
    return inner.has(name) ? inner : top;
  };
}

/** Settings that choose a version: `version` at the top, the others there or in the mapping of a forge. Throws GEN001. */
export function readVersionChoice(inner: Settings, top: Settings): VersionChoice {
  const either = eitherPlace(inner, top);
  const filter = either('filter').texts('filter');
  return {
    version: top.text('version'),
    select: either('select').text('select'),
    filter: filter.length === 0 ? undefined : filter,
    match: either('match').text('match'),
    transform: readTransforms(either('transform').value('transform')),
    rejectTrailing: either('rejectTrailing').flag('rejectTrailing') || undefined,
  };
}

function readTransforms(value: unknown): readonly TagTransform[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item): TagTransform => {
    const { kind = 'string', match, replace = '' } = isMapping(item) ? item : {};
    if (kind !== 'string' || match === undefined || match === null || typeof match === 'object') {
      throw fault('GEN001', {
        what: "an entry of 'transform' has no text 'match', or a kind other than 'string'",
      });
    }
    return { kind, match: String(match), replace: String(replace ?? '') };
  });
}
