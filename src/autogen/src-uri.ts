/** What has a place in SRC_URI. */
interface Fetchable {
  readonly srcUri: string;
}

/** Artifacts of a build: a list, or by USE flag with `global` for those that are always fetched. */
export type ArtifactSet<Item> = readonly Item[] | Readonly<Record<string, Item | readonly Item[]>>;

/** All artifacts of a set in the order of the set, each once. */
export function artifactsOf<Item>(artifacts: ArtifactSet<Item>): readonly Item[] {
  return [
    ...new Set(Array.isArray(artifacts) ? artifacts : Object.values(artifacts).flat()),
  ] as readonly Item[];
}

/**
 * The text for SRC_URI (specification 3.3): one line for each artifact; of a mapping, `global` stands alone and another key
 * is a USE flag, on one line for a single artifact and as a group for a list. Equal lines stand once.
 */
export function srcUriText<Item extends Fetchable>(artifacts: ArtifactSet<Item>): string {
  const isList = (value: unknown): value is readonly Item[] => Array.isArray(value);
  if (isList(artifacts)) return [...new Set(artifacts.map(({ srcUri }) => srcUri))].join('\n');
  const lines = Object.entries(artifacts).flatMap(([flag, value]): string[] => {
    const uris = [...new Set((isList(value) ? value : [value as Item]).map(({ srcUri }) => srcUri))];
    if (flag === 'global') return uris;
    if (uris.length === 0) return [];
    if (!isList(value)) return [`${flag}? ( ${uris[0]} )`];
    return [`${flag}? (`, ...uris.map((uri) => `  ${uri}`), ')'];
  });
  return lines
    .filter((line, at) => line === ')' || line.startsWith('  ') || lines.indexOf(line) === at)
    .join('\n');
}
