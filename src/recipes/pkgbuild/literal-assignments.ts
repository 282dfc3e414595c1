import { type Srcinfo, sectionValues } from '../../formats/pacman/index.ts';

/** A value in the PKGBUILD and in `.SRCINFO` that should be the same. */
export interface Difference {
  readonly key: string;
  /** Line of the PKGBUILD, from 1. */
  readonly line: number;
  readonly recipe: string;
  readonly srcinfo: string;
}

const keys = new Set(['pkgbase', 'pkgname', 'pkgver', 'pkgrel', 'epoch']);
const assignment = /^(pkgbase|pkgname|pkgver|pkgrel|epoch)(\+?=)(.*)$/;
/** A word without anything that Bash would expand: bare, in single or in double quotes. */
const word = /^(?:'([^']*)'|"([^"$`\\]*)"|([A-Za-z0-9@._+:-]+))(?=\s|$|\))/;

/** The words of a literal value or array; undefined when there is anything else. */
function literalWords(written: string): readonly string[] | undefined {
  const isArray = written.startsWith('(');
  let rest = isArray ? written.slice(1) : written;
  const words: string[] = [];
  for (;;) {
    rest = rest.replace(/^(?:[ \t]+|#.*$)+/, '');
    if (rest === '' || rest === ')') return isArray === (rest === ')') ? words : undefined;
    const match = word.exec(rest);
    if (!match || (!isArray && words.length > 0)) return undefined;
    words.push(match[1] ?? match[2] ?? match[3] ?? '');
    rest = rest.slice(match[0].length);
  }
}

interface Literal {
  readonly line: number;
  readonly words: readonly string[];
}

/**
 * Top-level assignments of version and names that state their value in plain words. A key that is
 * assigned twice, or with any expansion, is left out: only running the PKGBUILD would tell its value.
 */
export function literalAssignments(pkgbuild: string): ReadonlyMap<string, Literal> {
  const found = new Map<string, Literal | undefined>();
  let inFunction = false;
  for (const [index, line] of pkgbuild.split('\n').entries()) {
    if (inFunction) {
      if (line.startsWith('}')) inFunction = false;
      continue;
    }
    if (/^(?:function\s+)?[A-Za-z0-9@._+-]+\s*\(\)\s*[{(]?\s*(?:#.*)?$/.test(line)) {
      inFunction = true;
      continue;
    }
    const match = assignment.exec(line.replace(/\r$/, ''));
    if (!match) {
      // assigned in a condition, a loop or behind another command: not told apart here
      const other = /(?:^|[\s;&|])(pkgbase|pkgname|pkgver|pkgrel|epoch)\+?=/.exec(line)?.[1];
      if (other && !line.trimStart().startsWith('#')) found.set(other, undefined);
      continue;
    }
    const [, key = '', sign, value = ''] = match;
    const words = sign === '=' && !found.has(key) ? literalWords(value) : undefined;
    found.set(key, words && { line: index + 1, words });
  }
  return new Map([...found].filter((entry): entry is [string, Literal] => entry[1] !== undefined));
}

/**
 * Where `.SRCINFO` contradicts what the PKGBUILD states literally, so that it must be older. Decided on
 * content, because times mean nothing in a git checkout.
 */
export function staleFields(pkgbuild: string, srcinfo: Srcinfo): readonly Difference[] {
  const literals = literalAssignments(pkgbuild);
  const differences: Difference[] = [];
  for (const key of keys) {
    const literal = literals.get(key);
    if (!literal) continue;
    const recorded = recordedWords(key, srcinfo);
    const same = (words: readonly string[]): string => [...words].sort().join(' ');
    // epoch=0 is the same as none; pkgbase of a renamed recipe is compared with its own record only
    const plain = key === 'epoch' ? literal.words.filter((value) => !/^0*$/.test(value)) : literal.words;
    if (same(plain) !== same(recorded)) {
      differences.push({ key, line: literal.line, recipe: plain.join(' '), srcinfo: recorded.join(' ') });
    }
  }
  return differences;
}

function recordedWords(key: string, srcinfo: Srcinfo): readonly string[] {
  if (key === 'pkgbase') return [srcinfo.base.name];
  if (key === 'pkgname') return srcinfo.members.map(({ name }) => name);
  const values = sectionValues(srcinfo.base, key).slice(0, 1);
  return key === 'epoch' ? values.filter((value) => !/^0*$/.test(value)) : values;
}

/** Whether the PKGBUILD defines `pkgver()`. */
export function hasPkgverFunction(pkgbuild: string): boolean {
  return /^[ \t]*(?:function[ \t]+pkgver\b|pkgver[ \t]*\([ \t]*\))/m.test(pkgbuild);
}
