import {
  encodeManifest,
  type Manifest,
  makeManifest,
  type ResourceKind,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { writeDatafile } from '../python-resources/index.ts';
import type { Resource } from './graph-of-distribution.ts';

/** A value for the datafile of one distribution; undefined: it has none. */
export interface Found {
  readonly distribution: PythonDistribution;
  readonly resource: Resource | undefined;
}

/** Writes a datafile below a folder, says where, and gives the manifest that points to it. Throws as `writeDatafile` does. */
export function storeFound(
  data: string,
  { distribution, resource }: { readonly distribution: PythonDistribution; readonly resource: Resource },
  say: (line: string) => void,
): Manifest {
  const { kind } = resource;
  const path = writeDatafile<ResourceKind>(data, distribution, resource);
  say(`[INFO] ${kind} of ${distribution.name} ${distribution.version}: ${path}`);
  return makeManifest([{ distribution, paths: new Map([[kind, path]]) }]);
}

/** A manifest as text that is never empty, which would be a pin. */
export const manifestText = (manifest: Manifest): string => encodeManifest(manifest) || '\n';
