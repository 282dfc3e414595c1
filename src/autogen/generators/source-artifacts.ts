import type { Artifact } from '../artifact.ts';
import type { DistFile } from '../dist-file.ts';
import { expandBraces, mapNamed, type NamedTexts, namedTexts, Settings } from '../forges/settings.ts';
import type { SourceFind } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import { isMapping } from '../merge-settings.ts';
import type { PkgInfo } from '../pkg-info.ts';
import type { ArtifactSet } from '../src-uri.ts';

/** Artifacts of addresses: `ADDRESS` or `ADDRESS -> NAME`, with `{version}` and other texts of the package put in. */
export function artifactsOfAddresses(
  hub: Hub,
  pkg: PkgInfo,
  { addresses, version }: { readonly addresses: NamedTexts; readonly version: string },
): ArtifactSet<Artifact> {
  const values = { ...textsOfPackage(pkg), version };
  return mapNamed(addresses, (text) => {
    const [url = '', finalName] = expandBraces(text.trim(), values).split(/\s+->\s+/);
    return new hub.Artifact({ url, ...(finalName === undefined ? {} : { finalName }) });
  });
}

function textsOfPackage(pkg: PkgInfo): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(pkg)
      .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
      .map(([key, value]) => [key, String(value)]),
  );
}

/** The package with what a generator found: the version in both spellings, and all artifacts. Throws GEN001. */
export function withFind(hub: Hub, pkg: PkgInfo, found: SourceFind): PkgInfo {
  const { version, upstreamVersion, artifacts } = found;
  return {
    ...withoutSources(pkg),
    version,
    upstream_version: upstreamVersion,
    artifacts: withListedArtifacts(hub, pkg, { found: artifacts, version: upstreamVersion }),
  };
}

/**
 * What a generator found together with what the package lists in `src_uri` and `additional_artifacts`. A mapping by USE flag
 * makes the whole a mapping, with `global` for the rest.
 */
function withListedArtifacts(
  hub: Hub,
  pkg: PkgInfo,
  { found, version }: { readonly found: ArtifactSet<DistFile>; readonly version: string },
): ArtifactSet<DistFile> {
  const settings = new Settings(pkg);
  const addresses = namedTexts(settings.value('src_uri'), 'src_uri') ?? [];
  const listed = artifactsOfAddresses(hub, pkg, { addresses, version });
  const more = artifactsOfAddresses(hub, pkg, { addresses: additional(settings), version });
  return [listed, more].reduce<ArtifactSet<DistFile>>(joined, found);
}

/** `additional_artifacts`: addresses by name of file, or addresses alone. Throws GEN001. */
function additional(settings: Settings): readonly string[] {
  const value = settings.value('additional_artifacts');
  if (!isMapping(value)) return settings.texts('additional_artifacts');
  const named = settings.below('additional_artifacts');
  return Object.keys(value).map((name) => `${named.needText(name)} -> ${name}`);
}

function joined(a: ArtifactSet<DistFile>, b: ArtifactSet<DistFile>): ArtifactSet<DistFile> {
  const isList = (set: ArtifactSet<DistFile>): set is readonly DistFile[] => Array.isArray(set);
  if (isList(a) && isList(b)) return [...a, ...b];
  if (isList(b) && b.length === 0) return a;
  const result: Record<string, DistFile | readonly DistFile[]> = {};
  for (const set of [a, b]) {
    const entries = isList(set) ? (set.length === 0 ? [] : [['global', set] as const]) : Object.entries(set);
    for (const [flag, value] of entries) {
      const known = result[flag];
      result[flag] = known === undefined ? value : [...[known].flat(), ...[value].flat()];
    }
  }
  return result;
}

/** A package without the settings that became artifacts: in templates they would stand in front of these. */
export function withoutSources(pkg: PkgInfo): PkgInfo {
  const { src_uri: _, additional_artifacts: __, ...rest } = pkg;
  return rest as PkgInfo;
}

/** A line of an upstream as it may stand between double quotes of an ebuild. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/["`]/g, "'").replace(/[\\$]/g, '').trim();
}
