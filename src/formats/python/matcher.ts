import { fault, messageOf, type Place } from '../../diagnostics/index.ts';
import { pythonRegularExpression } from './regular-expression.ts';

/** A replacement of text in a tag before a version is looked for. */
export interface TagTransform {
  readonly kind: 'string';
  readonly match: string;
  readonly replace: string;
}

/** How versions are found in tags and names of releases (specification 6.2). */
export interface VersionMatcher {
  /** `standard`: the whole text, perhaps behind a `v`. `grabby`: the first that looks like one, anywhere. */
  readonly kind: 'standard' | 'grabby';
  /** In place of both: must match at the start; its first group, or all of it, is the version. */
  readonly match?: RegExp;
  readonly transform?: readonly TagTransform[];
  /** Must match at the start; otherwise the tag is passed over. */
  readonly select?: RegExp;
  /** One that matches at the start excludes the tag. */
  readonly filter?: readonly RegExp[];
  /** Whether something behind the version excludes the tag: `v1.2.3-rc1` is not 1.2.3. */
  readonly rejectTrailing?: boolean;
}

/** A version, or in a few words why the tag has none. */
export type VersionMatch =
  | { readonly version: string; readonly text: string }
  | { readonly version: undefined; readonly text: string; readonly reason: string };

const grabby = /\.*\d[\d.]*(?:_p\d+)?(?:-r\d+)?/;
const standard = new RegExp(`^v?(${grabby.source})$`);

/** The same regular expression at the start of a text only, as Python's `re.match` takes it. */
function atStart(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})`, pattern.flags.replace(/[gmy]/g, ''));
}

/** Groups of the first match, all of it first; null for none. Whoever cannot trust a pattern bounds its time here. */
export type FindsPattern = (pattern: RegExp, text: string) => readonly (string | undefined)[] | null;

const findPlainly: FindsPattern = (pattern, text) => pattern.exec(text);

/** A regular expression as people write it in YAML for Python. Throws PEP002 when it is none that can be used here. */
export function compilePythonPattern(text: string, place?: Place): RegExp {
  try {
    return pythonRegularExpression(text);
  } catch (error) {
    const why = `${messageOf(error)}.`;
    throw fault('PEP002', { what: `'${text}' is not a regular expression`, why, place, cause: error });
  }
}

/**
 * Finds the version in a tag (specification 6.2): transform, then select, then filter, then the matcher. `find` looks for the
 * patterns of the matcher, and what it throws is thrown.
 */
export function matchVersion(
  tag: string,
  matcher: VersionMatcher,
  find: FindsPattern = findPlainly,
): VersionMatch {
  const matchesStart = (pattern: RegExp, subject: string): boolean =>
    find(atStart(pattern), subject) !== null;
  const text = (matcher.transform ?? []).reduce(
    (now, { match, replace }) => now.split(match).join(replace),
    tag,
  );
  const none = (reason: string): VersionMatch => ({ version: undefined, text, reason });
  if (matcher.select && !matchesStart(matcher.select, text)) return none('is not selected');
  if (matcher.filter?.some((pattern) => matchesStart(pattern, text))) return none('is filtered out');
  if (matcher.match) {
    const found = find(atStart(matcher.match), text);
    return found ? { version: found[1] ?? found[0] ?? '', text } : none('does not match');
  }
  if (matcher.kind === 'standard') {
    const version = standard.exec(text)?.[1];
    return version === undefined ? none('is more than a version') : { version, text };
  }
  const found = grabby.exec(text);
  if (!found) return none('has no version');
  if (matcher.rejectTrailing && found.index + found[0].length !== text.length)
    return none(`goes on behind ${found[0]}`);
  return { version: found[0], text };
}
