import { type Problem, problem } from '../diagnostics/index.ts';
import { compareBytes } from '../primitives/index.ts';

/** So many names stand in one message. */
const mostNamed = 8;

/** Sonames with their category, such as `x86_64: libc.so.6`, as REQUIRES and PROVIDES have them (specification 2.9). */
export function sonamesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  let category = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (word.endsWith(':')) category = word;
    else found.add(`${category} ${word}`);
  }
  return found;
}

/**
 * EBN090 when builds of a version need sonames that no package has (specification 4.10).
 * @param required REQUIRES of the builds that count
 * @param provided all sonames that packages have
 */
export function unmetSonames(
  cpv: string,
  required: readonly string[],
  provided: ReadonlySet<string>,
): readonly Problem[] {
  const needed = new Set(required.flatMap((text) => [...sonamesIn(text)]));
  const unmet = [...needed].filter((name) => !provided.has(name)).sort(compareBytes);
  if (unmet.length === 0) return [];
  const more = unmet.length > mostNamed ? ` and ${unmet.length - mostNamed} more` : '';
  const named = unmet.slice(0, mostNamed).map((name) => `'${name}'`);
  const what = `'${cpv}' needs ${named.join(', ')}${more}, which no package here has`;
  return [problem('EBN090', { what })];
}
