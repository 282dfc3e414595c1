import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import { isCategoryName, isRepositoryName, isUseFlagName } from './names.ts';
import { profileLines } from './text-lines.ts';

/** `metadata/layout.conf`: names and what stands behind their `=`. */
export type LayoutSettings = ReadonlyMap<string, string>;

/** What a repository says of itself, with the values that count when it says nothing. */
export interface Layout {
  /** Undefined without `masters`, which makes old rules hold; empty when it depends on none. */
  readonly masters: readonly string[] | undefined;
  readonly aliases: readonly string[];
  readonly repoName: string | undefined;
  readonly thinManifests: boolean;
  readonly signManifests: boolean;
  /** Upper case; empty when it is not said. */
  readonly manifestHashes: readonly string[];
  readonly cacheFormats: readonly string[];
  readonly profileFormats: readonly string[];
}

/** Reads layout.conf: `name = value` lines and comments; any other line is PMS041. */
export function parseLayout(text: string, file: string): { settings: LayoutSettings; problems: Problem[] } {
  const settings = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { text: line, line: number } of profileLines(text)) {
    const match = /^([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*)$/.exec(line);
    if (match) settings.set(match[1] ?? '', match[2] ?? '');
    else
      problems.push(
        problem('PMS041', { what: `'${line}' is no setting of layout.conf`, place: { file, line: number } }),
      );
  }
  return { settings, problems };
}

/** What the settings mean. */
export function layoutOf(settings: LayoutSettings): Layout {
  const words = (name: string): string[] =>
    (settings.get(name) ?? '').split(/\s+/).filter((one) => one !== '');
  const isTrue = (name: string, usual: boolean): boolean =>
    settings.has(name) ? (settings.get(name) ?? '').toLowerCase() === 'true' : usual;
  return {
    masters: settings.has('masters') ? words('masters') : undefined,
    aliases: words('aliases'),
    repoName: words('repo-name')[0],
    thinManifests: isTrue('thin-manifests', false),
    signManifests: isTrue('sign-manifests', true),
    manifestHashes: words('manifest-hashes').map((name) => name.toUpperCase()),
    cacheFormats: words('cache-formats'),
    profileFormats: words('profile-formats'),
  };
}

/** What differs from one repository to the next. */
export interface NewLayout {
  readonly name: string;
  readonly masters: readonly string[];
  readonly aliases?: readonly string[];
}

/** The layout.conf of a repository that is made here (specification 9.1); PMS002 for names that are none. */
export function printLayout({ name, masters, aliases = [] }: NewLayout): string {
  for (const one of [name, ...masters, ...aliases]) {
    if (!isRepositoryName(one)) throw fault('PMS002', { what: `'${one}' is not the name of a repository` });
  }
  return [
    `repo-name = ${name}`,
    'thin-manifests = true',
    'sign-manifests = false',
    'profile-formats = portage-2',
    'cache-formats = md5-dict',
    'manifest-hashes = BLAKE2B SHA512',
    'manifest-required-hashes = BLAKE2B',
    ...(aliases.length === 0 ? [] : [`aliases = ${aliases.join(' ')}`]),
    `masters =${masters.map((master) => ` ${master}`).join('')}`,
    '',
  ].join('\n');
}

/** The name in `profiles/repo_name` (PMS 4.4.1); undefined when there is none that is allowed. */
export function parseRepoName(text: string): string | undefined {
  const name = text.split('\n')[0]?.trim() ?? '';
  return isRepositoryName(name) ? name : undefined;
}

/** `profiles/categories` (PMS 4.4.2): the names; PMS002 for each that is none. */
export function parseCategories(text: string, file: string): { categories: string[]; problems: Problem[] } {
  const categories: string[] = [];
  const problems: Problem[] = [];
  for (const { text: name, line } of profileLines(text)) {
    if (isCategoryName(name)) categories.push(name);
    else
      problems.push(
        problem('PMS002', { what: `'${name}' is not the name of a category`, place: { file, line } }),
      );
  }
  return { categories, problems };
}

/** `profiles/arch.list` (PMS 4.4): the names, which are flags of every package where profiles say so (PMS 5.3.2). */
export function parseArchitectures(text: string): readonly string[] {
  return profileLines(text).map(({ text: name }) => name);
}

/** The text of `profiles/categories`, sorted. */
export function printCategories(categories: Iterable<string>): string {
  return [...new Set(categories)]
    .sort(compareBytes)
    .map((name) => `${name}\n`)
    .join('');
}

/** `profiles/thirdpartymirrors` (PMS 4.4.5): addresses by the name in `mirror://name/`. A later line of a name adds to it. */
export function parseMirrors(text: string): ReadonlyMap<string, readonly string[]> {
  const mirrors = new Map<string, readonly string[]>();
  for (const { text: line } of profileLines(text)) {
    const [name = '', ...addresses] = line.split(/\s+/);
    mirrors.set(name, [...(mirrors.get(name) ?? []), ...addresses]);
  }
  return mirrors;
}

/** The opposite of `parseMirrors`, in the map's order. */
export function printMirrors(mirrors: ReadonlyMap<string, readonly string[]>): string {
  return [...mirrors].map(([name, addresses]) => `${name}\t${addresses.join(' ')}\n`).join('');
}

/** `profiles/use.desc` and `use.local.desc` (PMS 4.4.3): descriptions by flag, or by `category/name:flag`. */
export function parseUseDescriptions(text: string): ReadonlyMap<string, string> {
  const descriptions = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const match = /^((?:[^\s:#]+:)?[^\s:#]+)\s+-\s+(.*)$/.exec(raw.trim());
    const flag = match?.[1]?.split(':').at(-1) ?? '';
    if (match && isUseFlagName(flag)) descriptions.set(match[1] ?? '', match[2] ?? '');
  }
  return descriptions;
}
