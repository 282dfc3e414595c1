import type { Hub, PkgInfo } from 'packmill/autogen';

interface Releases {
  readonly releases: readonly { readonly version: string; readonly file: string }[];
}

/** The usual case: the upstream has a list of releases, the newest one becomes an ebuild with its tarball. */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const upstream = hub.upstream('stationery');
  const { releases } = await hub.getJson<Releases>(`${upstream}/inkwell/releases.json`);
  const newest = hub.versions.latest(releases, ({ version }) => version);
  if (!newest) throw new hub.BreezyError('the upstream has no release of inkwell');
  const source = hub.artifact({ url: `${upstream}/inkwell/${newest.file}` });
  hub.breezyBuild({ ...pkg, version: newest.version, artifacts: [source] }).push();
}
