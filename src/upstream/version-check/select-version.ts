import { compareVersions } from '../../formats/pacman/index.ts';
import type { CheckOptions } from './check-options.ts';
import { matchesWhole, substitute } from './python-regex.ts';
import { comparePythonVersions } from './python-version.ts';

/** A version that a source has found. */
export interface Candidate {
  readonly version: string;
  readonly revision?: string | undefined;
  /** Asks for the commit, where that takes one more question. */
  readonly findRevision?: (() => Promise<string | undefined>) | undefined;
  readonly url?: string | undefined;
}

/** What a source has: one version, which counts as it is, or several, of which the options choose the largest. */
export type Findings =
  | { readonly kind: 'one'; readonly candidate: Candidate | undefined }
  | { readonly kind: 'list'; readonly candidates: readonly Candidate[] };

/**
 * Chooses a version by the options of lists: `include_regex`, `exclude_regex`, `ignored`, `sort_version_key`. Undefined when
 * nothing is left. Throws UPS025, UPS028.
 */
export function selectVersion(findings: Findings, options: CheckOptions): Candidate | undefined {
  if (findings.kind === 'one') return findings.candidate;
  const include = options.text('include_regex');
  const exclude = options.text('exclude_regex');
  const ignored = new Set(options.text('ignored')?.split(/\s+/));
  const compare = comparisonOf(options);
  let best: Candidate | undefined;
  for (const candidate of findings.candidates) {
    const { version } = candidate;
    if (version === '' || ignored.has(version)) continue;
    if (best && compare(version, best.version) <= 0) continue;
    if (include !== undefined && !matchesWhole(version, include)) continue;
    if (exclude !== undefined && matchesWhole(version, exclude)) continue;
    best = candidate;
  }
  return best;
}

function comparisonOf(options: CheckOptions): (a: string, b: string) => number {
  const key = options.text('sort_version_key') ?? 'parse_version';
  if (key === 'parse_version') return comparePythonVersions;
  if (key === 'vercmp') return compareVersions;
  throw options.wrong(`'sort_version_key' is neither 'parse_version' nor 'vercmp': '${key}'`);
}

/** The version without its `prefix`, or changed by `from_pattern` and `to_pattern`. Throws UPS025, UPS028. */
export function cleanVersion(version: string, options: CheckOptions): string {
  const prefix = options.text('prefix');
  if (prefix !== undefined) return version.startsWith(prefix) ? version.slice(prefix.length) : version;
  const from = options.text('from_pattern');
  if (from === undefined) return version;
  return substitute(version, from, options.text('to_pattern') ?? '');
}
