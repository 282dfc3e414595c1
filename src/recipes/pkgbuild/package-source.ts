/** One entry of `source` (PKGBUILD(5), "Using VCS sources"). */
export interface PackageSource {
  /** As written: `name::git+https://h/f.git#branch=dev`. */
  readonly text: string;
  /** The file or folder that makepkg makes of it in the source folder. */
  readonly fileName: string;
  /** Undefined for a file of the recipe's own folder. */
  readonly url: string | undefined;
  /** `git`, `hg`, `svn`, `bzr`, `fossil`; undefined for a plain file. */
  readonly vcs: string | undefined;
  /** After the `#`: `branch=dev`, `tag=v1`, `commit=abc`. */
  readonly fragment: string | undefined;
}

const vcsTools = ['bzr', 'fossil', 'git', 'hg', 'svn'];

/** Takes an entry of `source` apart as makepkg does. Any text gives a source. */
export function parseSource(text: string): PackageSource {
  const named = text.indexOf('::');
  const location = named < 0 ? text : text.slice(named + 2);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1];
  const tool = scheme?.split('+')[0] ?? '';
  const vcs =
    vcsTools.includes(tool) || location.startsWith('lp:') ? (tool === '' ? 'bzr' : tool) : undefined;
  if (scheme === undefined && vcs === undefined) {
    return { text, fileName: lastPart(location), url: undefined, vcs, fragment: undefined };
  }
  const hash = vcs ? location.indexOf('#') : -1;
  const fragment = hash < 0 ? undefined : location.slice(hash + 1).replace(/\?.*$/, '');
  let url = hash < 0 ? location : location.slice(0, hash);
  if (vcs) url = url.replace(/\?signed$/, '').replace(new RegExp(`^${vcs}\\+`), '');
  const fileName =
    named > 0 ? text.slice(0, named) : vcs ? lastPart(url).replace(/\.git$/, '') : lastPart(url);
  return { text, fileName, url, vcs, fragment };
}

const lastPart = (location: string): string => {
  const path = location.replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
};

/** The absolute path that a `file://` URL names on this machine; undefined for other URLs and sources. */
export function localPath(source: PackageSource): string | undefined {
  const match = /^file:\/\/(?:localhost)?(\/[^?#]*)$/.exec(source.url ?? '');
  const path = match?.[1]?.replace(/\/+$/, '');
  if (!path || path.split('/').includes('..')) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
