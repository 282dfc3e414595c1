import {
  decodeDatafile,
  encodeManifest,
  type Manifest,
  makeManifest,
  type ResourceKind,
  type SymbolGraph,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { bytesIfThere } from '../host/index.ts';
import { writeDatafile } from '../python-resources/index.ts';
import type { Resource } from './graph-of-distribution.ts';

/** A value for the datafile of one distribution. */
export interface Found {
  readonly distribution: PythonDistribution;
  readonly resource: Resource;
}

/** Writes a datafile, says where, and gives the manifest that points to it. Throws as `writeDatafile` does. */
export function storeFound(
  root: string,
  { distribution, resource }: Found,
  say: (line: string) => void,
): Manifest {
  const { kind } = resource;
  const path = writeDatafile<ResourceKind>(`${root}/build/data`, distribution, resource);
  say(`[INFO] ${kind} of ${distribution.name} ${distribution.version}: ${path}`);
  return makeManifest([{ distribution, paths: new Map([[kind, path]]) }]);
}

/** A manifest as text that is never empty, which would be a pin. */
export const manifestText = (manifest: Manifest): string => encodeManifest(manifest) || '\n';

/** Symbol graphs of the distributions of a manifest that have one. One whose datafile is not there is told, and left out. */
export function* symbolGraphsOf(
  manifest: Manifest,
  say: (line: string) => void,
): Generator<readonly [PythonDistribution, SymbolGraph]> {
  for (const { distribution, paths } of manifest) {
    const path = paths.get('SymbolGraph');
    if (path === undefined || path === '') continue;
    const bytes = bytesIfThere(path);
    if (bytes === undefined) say(`[ERROR] the symbol graph of ${distribution.name} is not at '${path}'`);
    else yield [distribution, decodeDatafile('SymbolGraph', bytes)];
  }
}
