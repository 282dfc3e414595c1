import { fault } from '../../../diagnostics/index.ts';
import { compareBytes } from '../../../primitives/index.ts';
import type { ImageEntry } from './image.ts';

/** A class of paths that an operator wants apart (specification 5.3). The first rule that matches counts. */
export interface PartRule {
  readonly class: string;
  /** Whole paths; `*` stays within a name, `**` crosses slashes. */
  readonly globs: readonly string[];
  readonly mode: 'flag' | 'subpackage' | 'drop';
  readonly flag?: string | undefined;
  readonly inverted?: boolean | undefined;
}

/** What an image is split into. */
export interface ImageParts {
  /** Entries by class, sorted as in a canonical tar, each with the folders above it; classes without any are absent. */
  readonly parts: ReadonlyMap<string, readonly ImageEntry[]>;
  /** How many files and links rules with the mode `drop` left out. */
  readonly dropped: number;
}

/** The classes that there are without rules: everything else, data of debuggers, sources. */
export const builtInParts = ['main', 'splitdebug', 'installsources'] as const;

const debugFolder = 'usr/lib/debug';
const sourceFolder = 'usr/src/debug';

const isAtOrBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

/** A glob over whole paths as an expression: `*` and `?` stay within a name, `**` does not, `[...]` is one sign of these. */
export function pathPattern(glob: string): RegExp {
  let text = '';
  for (let at = 0; at < glob.length; at += 1) {
    const rest = glob.slice(at);
    const [set, negated, signs = ''] = /^\[(!?)([^\]/]+)\]/.exec(rest) ?? [];
    if (rest.startsWith('**/')) {
      text += '(?:.*/)?';
      at += 2;
    } else if (rest.startsWith('**')) {
      text += '.*';
      at += 1;
    } else if (rest.startsWith('*')) text += '[^/]*';
    else if (rest.startsWith('?')) text += '[^/]';
    else if (set !== undefined) {
      text += `[${negated ? '^/' : ''}${signs.replace(/[\\^]/g, '\\$&')}]`;
      at += set.length - 1;
    } else text += (glob[at] ?? '').replace(/[$()*+./?[\\\]^{|}-]/, '\\$&');
  }
  try {
    return new RegExp(`^${text}$`, 's');
  } catch (cause) {
    throw fault('EBN014', { what: `the pattern '${glob}' cannot be read`, cause });
  }
}

interface ReadRule {
  readonly class: string;
  readonly isDropped: boolean;
  readonly patterns: readonly RegExp[];
}

function readRule(rule: PartRule): ReadRule {
  const isName = /^[a-z][a-z0-9-]*$/.test(rule.class);
  if (!isName || (builtInParts as readonly string[]).includes(rule.class))
    throw fault('EBN014', { what: `'${rule.class}' cannot be the name of a class` });
  const wrong = rule.globs.find((glob) => glob.startsWith('/') || glob === '');
  if (wrong !== undefined)
    throw fault('EBN014', { what: `the pattern '${wrong}' is no path below the root` });
  return {
    class: rule.class,
    isDropped: rule.mode === 'drop',
    patterns: rule.globs.map(pathPattern),
  };
}

function builtInClass(path: string): string {
  if (isAtOrBelow(path, debugFolder)) return 'splitdebug';
  return isAtOrBelow(path, sourceFolder) ? 'installsources' : 'main';
}

/** A rule that leaves files out has no class; `undefined` stands for it. */
function classOf(path: string, rules: readonly ReadRule[]): string | undefined {
  const rule = rules.find(({ patterns }) => patterns.some((pattern) => pattern.test(path)));
  if (!rule) return builtInClass(path);
  return rule.isDropped ? undefined : rule.class;
}

function* parentsOf(path: string): Generator<string> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    yield path.slice(0, slash);
}

/** Names of one file must not fall into two classes. */
function checkLink(
  entry: ImageEntry,
  own: string | undefined,
  other: string | undefined,
  file: string,
): void {
  if (entry.type !== 'hardlink' || own === other) return;
  const [a, b] = [own ?? 'dropped', other ?? 'dropped'];
  throw fault('EBN007', {
    what: `'${entry.path}' is in '${a}' and the same file as '${entry.target}' in '${b}'`,
    place: { file },
  });
}

class PartCollector {
  readonly #byPath: ReadonlyMap<string, ImageEntry>;
  readonly parts = new Map<string, Map<string, ImageEntry>>();
  constructor(entries: readonly ImageEntry[]) {
    this.#byPath = new Map(entries.map((entry) => [entry.path, entry]));
  }

  add(part: string, entry: ImageEntry): void {
    let paths = this.parts.get(part);
    if (!paths) {
      paths = new Map();
      this.parts.set(part, paths);
    }
    paths.set(entry.path, entry);
    for (const parent of parentsOf(entry.path)) {
      if (paths.has(parent)) return;
      const folder = this.#byPath.get(parent);
      // an image need not have an entry for every folder
      if (folder) paths.set(parent, folder);
    }
  }
}

/**
 * Splits an image into parts (specification 5.2 to 5.4): each path has one class, folders are repeated where they are
 * needed, and one that holds nothing belongs to `main` or to the built-in class it lies in.
 * @throws EBN007 when names of one file fall apart, EBN014 for rules that are none
 */
export function splitImage(
  entries: readonly ImageEntry[],
  rules: readonly PartRule[],
  file: string,
): ImageParts {
  const read = rules.map(readRule);
  const collector = new PartCollector(entries);
  const classes = new Map<string, string | undefined>();
  const withContent = new Set<string>();
  let dropped = 0;
  for (const entry of entries) {
    for (const parent of parentsOf(entry.path)) {
      if (withContent.has(parent)) break;
      withContent.add(parent);
    }
    if (entry.type === 'folder') continue;
    const part = classOf(entry.path, read);
    classes.set(entry.path, part);
    checkLink(entry, part, classes.get(entry.target), file);
    if (part === undefined) dropped += 1;
    else collector.add(part, entry);
  }
  for (const entry of entries) {
    if (entry.type === 'folder' && !withContent.has(entry.path))
      collector.add(builtInClass(entry.path), entry);
  }
  const parts = [...collector.parts].map(([name, paths]): [string, ImageEntry[]] => [
    name,
    sorted([...paths.values()]),
  ]);
  return { parts: new Map(parts.sort(([a], [b]) => compareBytes(a, b))), dropped };
}

const isAscii = /^[\0-\x7f]*$/;

/** By the bytes of the paths; units of UTF-16 have another order only beyond ASCII. */
function sorted(entries: ImageEntry[]): ImageEntry[] {
  const plain = entries.every(({ path }) => isAscii.test(path));
  if (plain) return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return entries.sort((a, b) => compareBytes(a.path, b.path));
}

/** Folders of an image that hold nothing. */
export function emptyFolders(entries: readonly ImageEntry[]): readonly ImageEntry[] {
  const parents = new Set(entries.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
  return entries.filter(({ type, path }) => type === 'folder' && !parents.has(path));
}
