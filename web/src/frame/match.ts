/** Pages are found by the patterns of their paths. */

const patterns = new Map<string, { readonly expression: RegExp; readonly names: readonly string[] }>();

function compile(pattern: string): { readonly expression: RegExp; readonly names: readonly string[] } {
  const known = patterns.get(pattern);
  if (known) return known;
  const names: string[] = [];
  const source = pattern
    .split('/')
    .map((part) => {
      const [, name, isRest] = /^:(\w+)(\*?)$/.exec(part) ?? [];
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name);
      return isRest ? '(.+)' : '([^/]+)';
    })
    .join('/');
  const made = { expression: new RegExp(`^${source}/?$`), names };
  patterns.set(pattern, made);
  return made;
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** What a path has in the places of a pattern's names; undefined when it does not match. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const { expression, names } = compile(pattern);
  const found = expression.exec(path);
  if (!found) return undefined;
  const values = found.slice(1).map(decoded);
  if (values.some((value) => value === undefined)) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, values[index] as string]));
}
