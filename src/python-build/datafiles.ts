import { dirname } from 'node:path';
import {
  decodeManifest,
  encodeDatafile,
  type Manifest,
  type ResourceKind,
  type ResourceTypes,
  resourceFolders,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { digestBytes, ensureFolder, entryFacts, replaceFile, textIfThere } from '../host/index.ts';

/** A name as one part of a path: the same letters, save those that would lead elsewhere. */
function folderName(text: string): string {
  if (text === '') return '_';
  return text.replace(/^\.|^_$|[/\\\0%]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A value that is to become a datafile. */
export type Resource = { readonly [K in ResourceKind]: { readonly kind: K; readonly value: ResourceTypes[K] } }[ResourceKind];

/**
 * Writes a datafile below a folder, named by its content, and says where: equal values have one file, which is never written over.
 * Throws SYS004.
 */
export function putDatafile(root: string, { name, version }: PythonDistribution, resource: Resource): string {
  const bytes = encodeDatafile<ResourceKind>(resource.kind, resource.value);
  const path = `${root}/${folderName(name)}/${folderName(version)}/${resourceFolders[resource.kind]}/${digestBytes(bytes).slice(0, 20)}.blob`;
  if (entryFacts(path)?.sizeBytes === bytes.length) return path;
  ensureFolder(dirname(path));
  replaceFile(path, bytes);
  return path;
}

/** A manifest; an absent file is an empty one. Throws MPY310 to MPY312. */
export function readManifestFile(path: string): Manifest {
  return decodeManifest(textIfThere(path) ?? '', { file: path, folder: dirname(path) });
}
