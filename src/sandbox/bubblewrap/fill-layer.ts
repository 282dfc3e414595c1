import { basename, dirname, join } from 'node:path';
import {
  type EntryFacts,
  ensureFolders,
  entryFacts,
  linkDestination,
  writeFileWithMode,
} from '../../host/index.ts';
import type { LayerContents } from '../sandbox-driver.ts';
import type { RootView } from './root-view.ts';

export interface FillRequest {
  /** A layer that `openLayer` has opened. */
  readonly layer: string;
  readonly view: RootView;
  readonly contents: LayerContents;
  readonly asRoot: boolean;
}

/** A path that goes through more links than this goes in a circle. */
const maxLinks = 40;

/**
 * Makes folders and files in a layer. An ordinary user's `root` can write only to folders that the layer has, since it
 * may not take over those of a root that belongs to somebody else; new ones below them it makes itself. The
 * machine's root needs none of that, and a folder made too early would keep it from setting its mode.
 */
export async function fillLayer(request: FillRequest): Promise<void> {
  const { layer, view, contents, asRoot } = request;
  const make = (path: string, mode: number): void => ensureFolders([join(layer, 'upper', path)], mode);
  for (const name of new Set(contents.present)) {
    for (const { path, mode } of walk(view, name)) make(path, mode ?? 0o755);
  }
  for (const { path, text } of contents.files) {
    const folder = walk(view, dirname(path)).at(-1);
    if (folder === undefined) continue;
    const inside = join(folder.path, basename(path));
    const inRoot = folder.mode !== undefined && factsOf(join(view.path, inside)) !== undefined;
    if (!inRoot) await writeFileWithMode(join(layer, 'upper', inside), text, 0o644);
  }
  if (asRoot) return;
  for (const name of new Set(contents.writable)) {
    for (const { path, mode } of walk(view, name)) if (mode !== undefined) make(path, mode);
  }
}

interface Station {
  /** Relative to the root, without links. */
  readonly path: string;
  /** Mode of the root's own folder; undefined: the root has none. */
  readonly mode: number | undefined;
}

/** The folders on the way to `name` as pacman would go it: links of the root lead on. Nothing for odd paths. */
function walk(view: RootView, name: string): readonly Station[] {
  const left = name.split('/').filter((part) => part !== '' && part !== '.');
  const stations: Station[] = [];
  let at = '';
  let links = 0;
  while (left.length > 0) {
    const part = left.shift() as string;
    if (part === '..') return [];
    const path = at === '' ? part : `${at}/${part}`;
    const hidden = view.layerOnly.includes(path.split('/')[0] as string);
    const facts = hidden ? undefined : factsOf(join(view.path, path));
    if (facts?.kind === 'link') {
      links += 1;
      const destination = links > maxLinks ? undefined : linkDestination(join(view.path, path));
      const target = destination === undefined ? undefined : resolveLink(at, destination);
      if (target === undefined) return [];
      left.unshift(...target);
      at = '';
      stations.length = 0;
      continue;
    }
    if (facts !== undefined && facts.kind !== 'folder') return [];
    // the layer's owner has to get in whatever the root says
    stations.push({ path, mode: facts === undefined ? undefined : facts.mode | 0o700 });
    at = path;
  }
  return stations;
}

/** What lies in a folder that we may not enter counts as not there. */
function factsOf(path: string): EntryFacts | undefined {
  try {
    return entryFacts(path);
  } catch {
    return undefined;
  }
}

/** Parts of the path from the root that a link in the folder `at` leads to; undefined beyond the root. */
function resolveLink(at: string, destination: string): readonly string[] | undefined {
  const parts = destination.startsWith('/') || at === '' ? [] : at.split('/');
  for (const part of destination.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}
