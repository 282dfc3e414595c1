import {
  comparePythonVersions as compareByPep440,
  isPrerelease,
  parsePythonVersion,
} from '../../formats/python/index.ts';
import { compareText } from '../../primitives/index.ts';

/** Whether a version announces another one (PEP 440: a, b, rc, dev). */
export function isPreRelease(text: string): boolean {
  const version = parsePythonVersion(text);
  return version !== undefined && isPrerelease(version);
}

/**
 * Orders versions as PEP 440 has it, with a leading `v` allowed; texts of any other form come before all of them and are
 * ordered among themselves by runs of digits and letters, as old Python tools did.
 */
export function comparePythonVersions(a: string, b: string): number {
  const one = parsePythonVersion(a);
  const two = parsePythonVersion(b);
  if (one && two) return compareByPep440(one, two);
  if (one || two) return one ? 1 : -1;
  return compareLists(looseKey(a), looseKey(b));
}

function compareLists(one: readonly string[], two: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    const other = two[index];
    if (other === undefined) return 1;
    const order = compareText(part, other);
    if (order !== 0) return order;
  }
  return one.length - two.length;
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
