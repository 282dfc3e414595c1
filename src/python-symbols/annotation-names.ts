import { noneType } from './doc-returns.ts';

/** Names in an annotation that stand for the value itself, without what is in their brackets; `None` as its type. */
export function annotationNames(annotation: string): readonly string[] {
  const text = annotation.trim().replace(/^(['"])(.*)\1$/u, '$2');
  const names: string[] = [];
  for (const part of splitOutside(text, '|')) {
    const [, head = '', inner] = /^\s*([\p{L}_][\p{L}\p{N}_.]*)\s*(?:\[(.*)\])?\s*$/su.exec(part) ?? [];
    const last = head.slice(head.lastIndexOf('.') + 1);
    if (head === '' || last === 'Any' || head === 'object') continue;
    if (head === 'None') names.push(noneType);
    else if (last === 'Optional' && inner !== undefined) names.push(...annotationNames(inner), noneType);
    else if (last === 'Union' && inner !== undefined)
      names.push(...splitOutside(inner, ',').flatMap(annotationNames));
    else if (['Annotated', 'Final', 'ClassVar'].includes(last) && inner !== undefined)
      names.push(...annotationNames(splitOutside(inner, ',')[0] ?? ''));
    else names.push(head);
  }
  return [...new Set(names)];
}

/** Parts between signs that are outside of brackets and quotes. */
function splitOutside(text: string, sign: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === "'" || letter === '"') quote = letter;
    else if ('[('.includes(letter)) depth += 1;
    else if ('])'.includes(letter)) depth -= 1;
    else if (letter === sign && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
