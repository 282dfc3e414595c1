const versionForm =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d+)?)?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d+)?)?(?:[-_.]?(dev)[-_.]?(\d+)?)?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;

type Part = number | string;

/** What versions are compared by: parts, one by one; a number is less than a text in the same place. */
type Key = readonly (Part | readonly Part[])[];

/** Whether a version announces another one (PEP 440: a, b, rc, dev). */
export function isPreRelease(text: string): boolean {
  const found = versionForm.exec(text);
  return found !== null && (found[3] !== undefined || found[8] !== undefined);
}

/**
 * Orders versions as PEP 440 has it, with a leading `v` allowed; texts of any other form come before all of them and are
 * ordered among themselves by runs of digits and letters, as old Python tools did.
 */
export function comparePythonVersions(a: string, b: string): number {
  const one = keyOf(a);
  const two = keyOf(b);
  if (one && two) return compareKeys(one, two);
  if (one || two) return one ? 1 : -1;
  return compareLists(looseKey(a), looseKey(b));
}

const before = Number.NEGATIVE_INFINITY;
const behind = Number.POSITIVE_INFINITY;
const letters: Readonly<Record<string, number>> = {
  a: 0,
  alpha: 0,
  b: 1,
  beta: 1,
  c: 2,
  rc: 2,
  pre: 2,
  preview: 2,
};

function keyOf(text: string): Key | undefined {
  const found = versionForm.exec(text);
  if (!found) return undefined;
  const [, epoch, release = '', letter, letterNumber, postNumber, post, postCount, dev, devNumber, local] =
    found;
  const numbers = release.split('.').map(Number);
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop();
  const hasPost = postNumber !== undefined || post !== undefined;
  // 1.0.dev1 is before 1.0a1, which is before 1.0
  const onlyDev = letter === undefined && !hasPost && dev !== undefined;
  const pre: Part[] =
    letter === undefined
      ? [onlyDev ? before : behind]
      : [letters[letter.toLowerCase()] ?? 0, Number(letterNumber ?? 0)];
  const localParts = local?.toLowerCase().split(/[-_.]/) ?? [];
  return [
    Number(epoch ?? 0),
    numbers,
    pre,
    hasPost ? Number(postNumber ?? postCount ?? 0) : before,
    dev === undefined ? behind : Number(devNumber ?? 0),
    localParts.flatMap((part): Part[] => (/^\d+$/.test(part) ? [1, Number(part)] : [0, part])),
  ];
}

function compareKeys(one: Key, two: Key): number {
  for (const [index, part] of one.entries()) {
    const other = two[index] as Part | readonly Part[];
    const order = Array.isArray(part)
      ? compareLists(part as readonly Part[], other as readonly Part[])
      : compareParts(part as Part, other as Part);
    if (order !== 0) return order;
  }
  return 0;
}

function compareLists(one: readonly Part[], two: readonly Part[]): number {
  for (const [index, part] of one.entries()) {
    const other = two[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return one.length - two.length;
}

function compareParts(a: Part, b: Part): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

/** Numbers filled with zeros, words behind a star so that they come before numbers, `*final` where a version is final. */
function looseKey(text: string): readonly string[] {
  const names: Readonly<Record<string, string>> = {
    pre: 'c',
    preview: 'c',
    rc: 'c',
    dev: '@',
    '-': 'final-',
  };
  const parts: string[] = [];
  for (const run of [...(text.toLowerCase().match(/\d+|[a-z]+|\.|-|[^\da-z.-]+/g) ?? []), 'final']) {
    if (run === '.') continue;
    const part = /^\d/.test(run) ? run.padStart(8, '0') : `*${names[run] ?? run}`;
    if (part.startsWith('*')) {
      if (part < '*final') while (parts.at(-1) === '*final-') parts.pop();
      while (parts.at(-1) === '00000000') parts.pop();
    }
    parts.push(part);
  }
  return parts;
}
