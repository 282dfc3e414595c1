import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { ensureFolders, ensureLink, isEmptyFolder, removeTree } from '../../host/index.ts';
import type { RootView } from './root-view.ts';

/** One top folder of the sandbox: bound from the host as it is, or an overlay that is mounted first. */
export interface TopFolder {
  readonly name: string;
  readonly source: string;
  readonly writable: boolean;
  /** Options of the overlay to mount at `source`; undefined: nothing to mount. */
  readonly overlay: string | undefined;
}

/** What decides how the top folders are put together. */
export interface LayerRequest {
  readonly view: RootView;
  readonly layer: string | undefined;
  readonly writable: boolean;
  /** Folder that lies over `/etc` (see makeIdentity). */
  readonly identity: string;
  /** Folder with one empty mount point for each top folder. */
  readonly mountPoints: string;
  /** Whether we are the machine's root; an ordinary user's overlays keep their marks in `user.*` attributes. */
  readonly asRoot: boolean;
}

/** Where a layer keeps its changes to one top folder, and the scratch space overlayfs wants beside it. */
const upperOf = (layer: string, name: string): string => join(layer, 'upper', name);
const workOf = (layer: string, name: string): string => join(layer, 'work', name);

/** Throws SBX005 when overlayfs could not tell the path from its own punctuation. */
export function checkOverlayPath(path: string): void {
  if (/[,:\\"']/.test(path)) {
    throw fault('SBX005', { what: `the path '${path}' has a character that overlay mounts cannot carry` });
  }
}

/** Makes a layer's folders for writing; scratch space of an earlier mount is thrown away. */
export async function openLayer(layer: string, view: RootView): Promise<void> {
  checkOverlayPath(layer);
  const names = [...view.folders, ...view.layerOnly];
  await removeTree(join(layer, 'work'));
  ensureFolders(names.map((name) => upperOf(layer, name)));
  ensureFolders(view.folders.map((name) => workOf(layer, name)));
  if (!view.layerOnly.includes('var')) return;
  const variable = upperOf(layer, 'var');
  ensureFolders(['cache', 'lib', 'log'].map((name) => join(variable, name)));
  ensureFolders([join(variable, 'tmp')], 0o1777);
  ensureLink(join(variable, 'run'), '../run');
  ensureLink(join(variable, 'lock'), '../run/lock');
}

/** The parts of a root with the layer over them, in the order of their names. */
export function composeFolders(request: LayerRequest): readonly TopFolder[] {
  const { view, layer } = request;
  checkOverlayPath(request.identity);
  const shown = view.folders.map((name) => composeFolder(name, request));
  if (layer === undefined) return shown;
  const own = view.layerOnly
    .map((name): TopFolder => {
      const source = upperOf(layer, name);
      return { name, source, writable: request.writable, overlay: undefined };
    })
    .filter((folder) => request.writable || !isEmptyFolder(folder.source));
  return [...shown, ...own];
}

function composeFolder(name: string, request: LayerRequest): TopFolder {
  const original = join(request.view.path, name);
  const plain: TopFolder = { name, source: original, writable: false, overlay: undefined };
  const { layer } = request;
  // A layer inside the folder it would cover is refused by the kernel (ELOOP); such a folder stays as it is.
  const inside = layer?.startsWith(`${original}/`) ?? false;
  const layered =
    layer !== undefined && !inside && (request.writable || !isEmptyFolder(upperOf(layer, name)));
  const lower = [
    ...(layered && !request.writable ? [upperOf(layer, name)] : []),
    ...(name === 'etc' ? [request.identity] : []),
    original,
  ];
  if (lower.length === 1 && !layered) return plain;
  checkOverlayPath(original);
  const attributes = request.asRoot ? [] : ['userxattr'];
  const lowerdir = `lowerdir=${lower.join(':')}`;
  const source = join(request.mountPoints, name);
  if (!layered || !request.writable) {
    return { ...plain, source, overlay: ['ro', ...attributes, lowerdir].join(',') };
  }
  // A layer lives as long as one attempt, which starts anew after a crash: no need to wait for the disk.
  const changes = [`upperdir=${upperOf(layer, name)}`, `workdir=${workOf(layer, name)}`, 'volatile'];
  return { ...plain, source, writable: true, overlay: [...attributes, lowerdir, ...changes].join(',') };
}
