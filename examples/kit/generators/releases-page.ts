import type { Hub, PkgInfo } from 'packmill/autogen';

/** Settings below all others, for every package of every rule. */
export const globalDefaults = { template: 'library.tmpl' };

/**
 * Reads the page on which an upstream lists its tarballs. A package without a version, or with `latest`, gets the newest;
 * others get the one they name.
 */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const folder = `${hub.upstream('stationery')}/${pkg.name}/`;
  const page = await hub.getPage(folder);
  const links = [...page.matchAll(/href="([^"]+-(\d[\d.]*)\.tar\.gz)"/g)].map(
    ([, file = '', version = '']) => ({ file, version }),
  );
  const wanted =
    pkg.version === undefined || pkg.version === 'latest'
      ? hub.versions.latest(links, ({ version }) => version)
      : links.find(({ version }) => version === pkg.version);
  if (!wanted) throw new hub.BreezyError(`'${folder}' has no ${pkg.name} ${pkg.version ?? ''}`);
  const source = hub.artifact({ url: new URL(wanted.file, folder).href });
  hub.breezyBuild({ ...pkg, version: wanted.version, artifacts: [source] }).push();
}
