/** What lies at a path of names in an answer of the engine; undefined when any part is not there. */
export function fieldOf(value: unknown, ...names: readonly string[]): unknown {
  let at = value;
  for (const name of names) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** The same as text; undefined for anything else and for the empty text. */
export function textOf(value: unknown, ...names: readonly string[]): string | undefined {
  const found = fieldOf(value, ...names);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The same as a list of texts; what is no text is left out. */
export function textsOf(value: unknown, ...names: readonly string[]): readonly string[] {
  const found = fieldOf(value, ...names);
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string') : [];
}
