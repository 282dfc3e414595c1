import { type Problem, problem } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';

/** Variables of an ebuild that the metadata cache holds (PMS 7.3, 14.3; specification 7.6). */
export const cacheVariables = [
  ...['BDEPEND', 'DEFINED_PHASES', 'DEPEND', 'DESCRIPTION', 'EAPI', 'HOMEPAGE', 'IDEPEND', 'INHERIT', 'IUSE'],
  ...[
    'KEYWORDS',
    'LICENSE',
    'PDEPEND',
    'PROPERTIES',
    'RDEPEND',
    'REQUIRED_USE',
    'RESTRICT',
    'SLOT',
    'SRC_URI',
  ],
] as const;

/** One file of `metadata/md5-cache`. */
export interface CacheEntry {
  /** By name; those that are empty are not there. */
  readonly variables: Readonly<Record<string, string>>;
  /** MD5 of each eclass that was inherited, by its name. */
  readonly eclasses: Readonly<Record<string, string>>;
  /** MD5 of the ebuild. */
  readonly md5: string;
}

const isMd5 = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

function readEclasses(value: string): Record<string, string> | undefined {
  const words = value === '' ? [] : value.split('\t');
  // Portage also writes the folder of each eclass when it was told to; entries of repositories never have it.
  if (words.length % 2 !== 0) return undefined;
  const eclasses: [string, string][] = [];
  for (let index = 0; index < words.length; index += 2) {
    const digest = words[index + 1] ?? '';
    if (!isMd5(digest)) return undefined;
    eclasses.push([words[index] ?? '', digest]);
  }
  return Object.fromEntries(eclasses);
}

/**
 * Reads an entry of the md5-dict cache (PMS 14.3; specification 7.6). A line that is no `NAME=value`, a variable twice, a
 * digest that is none or is missing are PMS042, and leave no entry. Never throws.
 */
export function parseCacheEntry(text: string, file: string): { entry?: CacheEntry; problems: Problem[] } {
  const variables = new Map<string, string>();
  const problems: Problem[] = [];
  const wrong = (what: string, line?: number): void => {
    problems.push(problem('PMS042', { what, place: { file, ...(line === undefined ? {} : { line }) } }));
  };
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(equals, 0));
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) wrong('a line is not NAME=value', index + 1);
    else if (variables.has(name)) wrong(`'${name}' stands twice`, index + 1);
    else variables.set(name, line.slice(equals + 1));
  }
  const md5 = variables.get('_md5_') ?? '';
  if (!isMd5(md5)) wrong("'_md5_' is missing or no MD5");
  const eclasses = readEclasses(variables.get('_eclasses_') ?? '');
  if (!eclasses) wrong("'_eclasses_' is not pairs of a name and an MD5");
  variables.delete('_md5_');
  variables.delete('_eclasses_');
  if (problems.length > 0) return { problems };
  return { entry: { variables: Object.fromEntries(variables), eclasses: eclasses ?? {}, md5 }, problems };
}

/** As Bash splits words: other blanks, such as the no-break space, are text. */
const oneLine = (value: string): string =>
  value
    .split(/[ \t\n]+/)
    .filter(Boolean)
    .join(' ');

/**
 * The text of an entry: variables that are not empty in the order of their names, then eclasses, then the ebuild's MD5. Line
 * ends and runs of blanks in values become one blank, as the format has one line for each.
 */
export function printCacheEntry({ variables, eclasses, md5 }: CacheEntry): string {
  const lines = Object.keys(variables)
    .sort(compareBytes)
    .map((name) => [name, oneLine(variables[name] ?? '')] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`);
  const pairs = Object.keys(eclasses)
    .sort(compareBytes)
    .flatMap((name) => [name, eclasses[name] ?? '']);
  return [...lines, ...(pairs.length > 0 ? [`_eclasses_=${pairs.join('\t')}`] : []), `_md5_=${md5}`, ''].join(
    '\n',
  );
}

/** What an entry is held against: digests as they are now. */
export interface CacheFacts {
  readonly ebuildMd5: string;
  /** Undefined for an eclass that is nowhere. */
  readonly eclassMd5: (name: string) => string | undefined;
}

/** Why an entry does not hold any more, in a few words; undefined when it holds (specification 9.5). */
export function staleness(entry: CacheEntry, facts: CacheFacts): string | undefined {
  if (entry.md5 !== facts.ebuildMd5) return 'the ebuild is another one';
  for (const [name, digest] of Object.entries(entry.eclasses)) {
    const now = facts.eclassMd5(name);
    if (now === undefined) return `eclass '${name}' is not there`;
    if (now !== digest) return `eclass '${name}' is another one`;
  }
  return undefined;
}
