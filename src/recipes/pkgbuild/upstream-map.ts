import type { StepMount } from '../../model/index.ts';
import { layout } from './sandbox-layout.ts';
import type { UrlRewrite } from './tool-settings.ts';

/** URL prefix → absolute folder of this machine or another URL (`sources.map` of `packmill.yaml`). */
export type UpstreamMap = ReadonlyMap<string, string>;

/**
 * What the fetch step sees of this machine: folders that `file://` sources name, at their own paths, and
 * folders that stand in for servers, below `/upstreams`. Builds see none of it.
 */
export function upstreamMounts(
  localFolders: readonly string[],
  map: UpstreamMap,
): { readonly mounts: readonly StepMount[]; readonly rewrites: readonly UrlRewrite[] } {
  const mounts: StepMount[] = localFolders.map((path) => ({ source: path, target: path, writable: false }));
  const rewrites: UrlRewrite[] = [];
  for (const [prefix, replacement] of map) {
    if (!replacement.startsWith('/')) {
      rewrites.push({ prefix, replacement });
      continue;
    }
    const target = `${layout.upstreams}/${mounts.length}`;
    mounts.push({ source: replacement, target, writable: false });
    rewrites.push({ prefix, replacement: `file://${target}/` });
  }
  return { mounts, rewrites };
}
