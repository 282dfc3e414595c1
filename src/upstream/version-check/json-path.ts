const step =
  /^(?:\.?\[\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+))?\s*\]|\."((?:[^"\\]|\\.)*)"|\.([A-Za-z_]\w*)|\.(?=$|\[|\s))\??/;

/**
 * All values that a path of jq(1) leads to: `.name`, `."any name"`, `[0]`, `[-1]`, `[]`, one behind the other, joined by
 * `|` where liked. What is not there is left out. Undefined when the text is anything else of jq's language.
 */
export function readJsonPath(document: unknown, path: string): readonly unknown[] | undefined {
  let values: readonly unknown[] = [document];
  for (const part of path.split('|')) {
    let rest = part.trim();
    if (!rest.startsWith('.')) return undefined;
    while (rest !== '') {
      const found = step.exec(rest);
      if (!found || found[0] === '') return undefined;
      const [whole, quotedKey, index, quotedName, name] = found;
      rest = rest.slice(whole.length);
      const key = quotedKey ?? quotedName;
      const text = key === undefined ? name : unquote(key);
      if (text !== undefined) values = values.flatMap((value) => member(value, text));
      else if (index !== undefined) values = values.flatMap((value) => element(value, Number(index)));
      else if (whole.includes('[')) values = values.flatMap(elements);
    }
  }
  return values;
}

function unquote(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

function member(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return [];
  return [(value as Readonly<Record<string, unknown>>)[name]];
}

function element(value: unknown, index: number): readonly unknown[] {
  const found: unknown = Array.isArray(value) ? value.at(index) : undefined;
  return found === undefined ? [] : [found];
}

function elements(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
