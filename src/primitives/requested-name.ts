/** One package that somebody asks for: `foo`, `foo/5` (least class of a builder) or `foo/cat` (name of a builder). */
export interface RequestedName {
  readonly name: string;
  readonly buildClass?: number | string;
}

/** A build class as settings and requests write it: a number, or the name of a builder; undefined for no text. */
export function buildClassOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : text || undefined;
}

/** Reads a word; undefined when what stands around the slash is no name or no class. The name itself is not judged. */
export function readRequestedName(word: string): RequestedName | undefined {
  const match = /^([^/]+)(?:\/([A-Za-z0-9][A-Za-z0-9._+-]{0,127}))?$/.exec(word);
  if (!match) return undefined;
  const buildClass = buildClassOf(match[2]);
  return { name: match[1] as string, ...(buildClass === undefined ? {} : { buildClass }) };
}
