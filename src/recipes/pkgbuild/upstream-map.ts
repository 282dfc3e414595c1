import { fault } from '../../diagnostics/index.ts';
import { pathExists, realPath } from '../../host/index.ts';
import type { StepMount } from '../../model/index.ts';
import { layout } from './sandbox-layout.ts';
import type { UrlRewrite } from './tool-settings.ts';

/** URL prefix → absolute folder of this machine or another URL (`sources.map` of `packmill.yaml`). */
export type UpstreamMap = ReadonlyMap<string, string>;

/** Which files of this machine recipes may name as sources (`sources.local`). */
export interface LocalSourcePolicy {
  /** Folders below which they may lie; `any` for everything but what is never shown. */
  readonly allowed: 'any' | readonly string[];
  /** The farm itself, with its keys: never shown. */
  readonly farm: string;
}

/** System folders that are no place for sources, whatever the policy says. */
const neverShown = ['/etc', '/proc', '/sys', '/dev', '/run', '/boot'];

const contains = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

/**
 * What the fetch step sees of this machine: files and folders that `file://` sources name, at their own paths,
 * and folders that stand in for servers, below `/upstreams`. Builds see none of it. Throws BLD018 for a source
 * that the policy does not allow; links are followed before it is asked.
 */
export async function upstreamMounts(
  localPaths: readonly string[],
  map: UpstreamMap,
  policy: LocalSourcePolicy,
): Promise<{ readonly mounts: readonly StepMount[]; readonly rewrites: readonly UrlRewrite[] }> {
  const mounts: StepMount[] = [];
  for (const path of localPaths) {
    // what is not there is makepkg's to report
    if (!pathExists(path)) continue;
    const real = realPath(path);
    if (!isAllowed(real, policy)) {
      throw fault('BLD018', { what: `the source '${path}' may not be read from this machine` });
    }
    mounts.push({ source: real, target: path, writable: false });
  }
  const rewrites: UrlRewrite[] = [];
  for (const [prefix, replacement] of map) {
    if (!replacement.startsWith('/')) {
      rewrites.push({ prefix, replacement });
      continue;
    }
    const target = `${layout.upstreams}/${rewrites.length}`;
    mounts.push({ source: replacement, target, writable: false });
    rewrites.push({ prefix, replacement: `file://${target}/` });
  }
  return { mounts, rewrites };
}

function isAllowed(path: string, { allowed, farm }: LocalSourcePolicy): boolean {
  if (contains(farm, path) || contains(path, farm)) return false;
  if (neverShown.some((folder) => contains(folder, path))) return false;
  // ~/.ssh, ~/.gnupg and the like
  if (/^\/(?:root|home\/[^/]+)\/\./.test(path)) return false;
  return allowed === 'any' || allowed.some((folder) => contains(folder, path));
}
