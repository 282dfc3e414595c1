/** One way in which a mirror keeps its files (GLEP 75). */
export type MirrorStructure =
  | { readonly kind: 'flat' }
  | {
      readonly kind: 'filename-hash' | 'content-hash';
      readonly hash: string;
      readonly cutoffs: readonly number[];
    };

/** The `layout.conf` of a store of objects (specification 8.2). */
export const contentLayoutText = '[structure]\n0=content-hash SHA512 8:8:8\n';

/** Where a store in that layout has an object: folders of the first three bytes of its SHA-512, then all 128 digits. */
export function contentPath(sha512: string): string {
  return `${sha512.slice(0, 2)}/${sha512.slice(2, 4)}/${sha512.slice(4, 6)}/${sha512}`;
}

function parseStructure(value: string): MirrorStructure | undefined {
  const [kind, hash, cutoffs, ...more] = value.split(/\s+/);
  if (kind === 'flat' && hash === undefined) return { kind };
  if ((kind !== 'filename-hash' && kind !== 'content-hash') || !hash || !cutoffs || more.length > 0)
    return undefined;
  const bits = cutoffs.split(':').map(Number);
  if (!bits.every((count) => Number.isInteger(count) && count > 0 && count % 4 === 0)) return undefined;
  return { kind, hash: hash.toUpperCase(), cutoffs: bits };
}

/**
 * The structures of a layout.conf in their order (specification 8.1); entries that are not understood are left out, and a
 * mirror without any is flat.
 */
export function parseMirrorLayout(text: string): readonly MirrorStructure[] {
  const found: [number, MirrorStructure][] = [];
  let section = '';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    section = /^\[(.*)\]$/.exec(line)?.[1]?.trim() ?? section;
    const [, number, value = ''] = /^(\d{1,6})\s*[=:]\s*(.*)$/.exec(line) ?? [];
    const structure = section === 'structure' && number !== undefined ? parseStructure(value) : undefined;
    if (structure) found.push([Number(number), structure]);
  }
  const sorted = found.sort(([a], [b]) => a - b).map(([, structure]) => structure);
  return sorted.length > 0 ? sorted : [{ kind: 'flat' }];
}

/** Where a mirror has a file: `digest` is that of its name or of its content, as the structure says. */
export function mirrorPath(structure: MirrorStructure, name: string, digest: string): string {
  if (structure.kind === 'flat') return name;
  let at = 0;
  const folders = structure.cutoffs.map((bits) => {
    at += bits / 4;
    return digest.slice(at - bits / 4, at);
  });
  return [...folders, structure.kind === 'content-hash' ? digest : name].join('/');
}
