/** One source of a `.SRCINFO`. */
export interface SrcinfoSource {
  /** `source`, `source_x86_64`. */
  readonly key: string;
  /** Its place among those of the same key. */
  readonly index: number;
  readonly value: string;
}

/** New values of a `.SRCINFO`. */
export interface SrcinfoChanges {
  readonly pkgver: string;
  readonly pkgrel: string;
  readonly source: (source: SrcinfoSource) => string;
}

/** Writes a version into a `.SRCINFO`, line by line: what is not changed stays as it was, byte for byte. */
export function editSrcinfo(text: string, changes: SrcinfoChanges): string {
  const counts = new Map<string, number>();
  return text.replaceAll(
    /^([ \t]*(pkgver|pkgrel|source(?:_\w+)?)[ \t]*=[ \t]*)([^\r\n]*?)([ \t]*\r?)$/gm,
    (...found: string[]) => {
      const [, head = '', key = '', value = '', tail = ''] = found;
      if (key === 'pkgver' || key === 'pkgrel') return head + changes[key] + tail;
      const index = counts.get(key) ?? 0;
      counts.set(key, index + 1);
      return head + changes.source({ key, index, value }) + tail;
    },
  );
}

/** The first value of a key of the base section; undefined when there is none. */
export function srcinfoValue(text: string, key: 'pkgver' | 'pkgrel'): string | undefined {
  return new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*(\\S+)[ \\t]*\\r?$`, 'm').exec(text)?.[1];
}

/**
 * Replaces a version by another one, but not within a longer one: `1.2` is neither in `11.2` nor in `1.2.3`. A version
 * without a period also has to stand by itself, or behind a `v`: `5` is not in `sha512` or `lib5`.
 */
export function replaceVersion(text: string, from: string, to: string): string {
  const literal = from.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const isPlain = !from.includes('.');
  const before = isPlain ? '(?<![0-9A-Za-z.]|[0-9A-Za-z]v)(v?)' : '(?<![0-9]|[0-9]\\.)()';
  const after = isPlain ? '(?![0-9A-Za-z]|\\.[0-9])' : '(?![0-9]|\\.[0-9])';
  const pattern = new RegExp(before + literal + after, 'g');
  return text.replaceAll(pattern, (_found, prefix: string) => prefix + to);
}

/** The same in a source: a file of the recipe itself keeps its name. */
export function replaceInSource(source: string, from: string, to: string): string {
  return source.includes('://') ? replaceVersion(source, from, to) : source;
}
