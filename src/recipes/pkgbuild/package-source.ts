/** One entry of `source` (PKGBUILD(5), "source" and "Using VCS sources"). */
export interface PackageSource {
  /** As written: `name::git+https://h/f.git#branch=dev`. */
  readonly text: string;
  /** The file or folder that makepkg makes of it in the source folder. */
  readonly fileName: string;
  /** Of a VCS source without `git+`, fragment and query; undefined for a file of the recipe's own folder. */
  readonly url: string | undefined;
  /** `git`, `hg`, `svn`, `bzr`, `fossil`; undefined for a plain file. */
  readonly vcs: string | undefined;
  /** After the `#`: `branch=dev`, `tag=v1`, `commit=abc`. */
  readonly fragment: string | undefined;
}

const vcsTools: ReadonlySet<string> = new Set(['bzr', 'fossil', 'git', 'hg', 'svn']);

/** The protocol as makepkg's `get_protocol` sees it: `git` of `git+https://…`, undefined for a local file. */
function protocolOf(text: string, location: string): string | undefined {
  if (text.includes('://')) return (location.split('://', 1)[0] as string).split('+', 1)[0];
  return text.includes('lp:') ? location.split('+lp:', 1)[0] : undefined;
}

const afterLastSlash = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

/** What makepkg's `get_filename` makes of a source without a name of its own. */
function defaultFileName(text: string, vcs: string | undefined): string {
  if (vcs === undefined) return afterLastSlash(text);
  const name = afterLastSlash(text.replace(/#.*$/s, '').replace(/\?.*$/s, '').replace(/\/$/, ''));
  if (vcs === 'git') return name.replace(/\.git.*$/s, '');
  if (vcs === 'fossil') return `${name}.fossil`;
  return vcs === 'bzr' ? name.replace(/^.*?lp:/s, '') : name;
}

/** Takes an entry of `source` apart as makepkg does. Any text gives a source. */
export function parseSource(text: string): PackageSource {
  const named = text.indexOf('::');
  const location = named < 0 ? text : text.slice(named + 2);
  const protocol = protocolOf(text, location);
  const vcs = protocol !== undefined && vcsTools.has(protocol) ? protocol : undefined;
  const fileName = named < 0 ? defaultFileName(text, vcs) : text.slice(0, named);
  if (protocol === undefined) return { text, fileName, url: undefined, vcs, fragment: undefined };
  if (vcs === undefined) return { text, fileName, url: location, vcs, fragment: undefined };
  const hash = location.indexOf('#');
  const fragment = hash < 0 ? undefined : location.slice(hash + 1).replace(/\?.*$/s, '');
  const url = location.replace(/#.*$/s, '').replace(/\?.*$/s, '');
  return { text, fileName, url: url.startsWith(`${vcs}+`) ? url.slice(vcs.length + 1) : url, vcs, fragment };
}

/** The absolute path that a `file://` URL names on this machine; undefined for other URLs and sources. */
export function localPath(source: PackageSource): string | undefined {
  const match = /^file:\/\/(?:localhost)?(\/[^?#]*)$/.exec(source.url ?? '');
  const path = match?.[1]?.replace(/\/+$/, '');
  if (!path) return undefined;
  try {
    const decoded = decodeURIComponent(path);
    return decoded.split('/').includes('..') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
