/** Values of managers as JSON: maps as `{"$map": [[key, value], ...]}`, numbers of 64 bits as `{"$int": "digits"}`. */

/** A value as text on one line. */
export function encodeWire(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === 'bigint') return { $int: String(part) };
    if (part instanceof Map) return { $map: [...part] };
    return part;
  });
}

/** The value of such a text. Throws a SyntaxError for what is none. */
export function decodeWire(text: string): unknown {
  return JSON.parse(text, (_name, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if ('$int' in part && typeof part.$int === 'string' && /^\d{1,20}$/.test(part.$int))
      return BigInt(part.$int);
    if ('$map' in part && Array.isArray(part.$map)) return new Map(part.$map as [unknown, unknown][]);
    return part;
  });
}
