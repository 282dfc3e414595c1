import type { BuildIdentity } from '../stages/index.ts';

/** Suffixes of results (9.6), longest first where one ends in another. */
const suffixes: readonly string[] = [
  ...['.oci.tar', '.tar.xz', '.tar.zst', '.tar.gz', '.tar.bz2', '.tar'],
  ...['.squashfs', '.iso', '.box', '.ami'],
];

/** The suffix by which a file of a version's folder is a result; undefined for everything else that lies there. */
export function artifactSuffix(name: string): string | undefined {
  return suffixes.find((suffix) => name.endsWith(suffix) && name.length > suffix.length);
}

/** What a result is by its name (9.1): `stage3`, `lxd`, ...; undefined when it is not named as results of its place are. */
export function artifactType(name: string, identity: BuildIdentity): string | undefined {
  const suffix = artifactSuffix(name);
  if (suffix === undefined) return undefined;
  const stem = name.slice(0, -suffix.length);
  const { build, subarch, version } = identity;
  const end = `-${subarch}-${build}-${version}`;
  if (stem.endsWith(end) && stem.length > end.length) return stem.slice(0, -end.length);
  return stem === `${build}-${subarch}-openvz-${version}` ? 'openvz' : undefined;
}
