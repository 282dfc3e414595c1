/**
 * Manifests: which datafiles there are of which distributions. A row of JSON objects one after the other, as the original's
 * tools write it to the byte; an empty file is an empty manifest.
 */
import { fault } from '../../diagnostics/index.ts';
import { compareText, nearestWords } from '../../primitives/index.ts';
import type { PythonDistribution } from '../python-graph/index.ts';
import { compareDistributions, distributionKey, distributionText } from './distribution.ts';
import { isObject, splitObjects } from './json-objects.ts';

export interface ManifestEntry {
  readonly distribution: PythonDistribution;
  /** Where the datafile of each kind is: a path, or an address of an object store; empty: there is nothing to load. */
  readonly paths: ReadonlyMap<string, string>;
}

/** In the order of distributions, none of them twice. */
export type Manifest = readonly ManifestEntry[];

export interface ManifestSource {
  /** Name of the file for messages. */
  readonly file: string;
  /** Folder that relative places count from; undefined: there must be none. */
  readonly folder?: string | undefined;
}

/** Reads a manifest. Of two objects for one distribution the later one counts. Throws MPY310, MPY311 and MPY312. */
export function decodeManifest(text: string, source: ManifestSource): Manifest {
  const entries = new Map<string, ManifestEntry>();
  let inOrder = true;
  let last: PythonDistribution | undefined;
  for (const [index, value] of splitObjects(text, source.file).entries()) {
    const entry = readEntry(value, { index, source });
    inOrder &&= last === undefined || compareDistributions(last, entry.distribution) < 0;
    last = entry.distribution;
    entries.set(distributionKey(entry.distribution), entry);
  }
  const list = [...entries.values()];
  return inOrder ? list : list.sort((a, b) => compareDistributions(a.distribution, b.distribution));
}

function readEntry(
  value: unknown,
  { index, source }: { readonly index: number; readonly source: ManifestSource },
): ManifestEntry {
  const refuse = (): never => {
    throw fault('MPY311', {
      what: `object ${index + 1} of the manifest is not of the form {"Dist", "Paths"}`,
      place: { file: source.file },
    });
  };
  const { Dist: dist, Paths: paths } = (isObject(value) ? value : {}) as { Dist?: unknown; Paths?: unknown };
  if (!isObject(dist) || typeof dist['Name'] !== 'string' || typeof dist['Version'] !== 'string')
    return refuse();
  if (paths !== null && paths !== undefined && !isObject(paths)) return refuse();
  const places = new Map<string, string>();
  for (const [kind, path] of Object.entries(paths ?? {})) {
    if (typeof path !== 'string') return refuse();
    places.set(kind, resolvePlace(path, source));
  }
  return { distribution: { name: dist['Name'], version: dist['Version'] }, paths: places };
}

/** Whether a place of a manifest is an address, such as one of an object store, and not a path. */
export const isAddress = (place: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(place);

const isAbsolute = (path: string): boolean => path.startsWith('/') || isAddress(path);

function resolvePlace(path: string, { file, folder }: ManifestSource): string {
  if (path === '' || isAbsolute(path)) return path;
  if (folder === undefined)
    throw fault('MPY312', { what: `the place '${path}' is relative`, place: { file } });
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${folder.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

// The original's writer makes JSON that is safe within HTML.
const unsafe: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (sign) => unsafe[sign] as string);

/** The manifest as text: distributions in their order, kinds by name. Reading it gives the same manifest again. */
export function encodeManifest(manifest: Manifest): string {
  return manifest.map(encodeEntry).join('');
}

function encodeEntry({ distribution: { name, version }, paths }: ManifestEntry): string {
  const places = [...paths]
    .sort(([a], [b]) => compareText(a, b))
    .map(([kind, path]) => `    ${quoted(kind)}: ${quoted(path)}`);
  const body = places.length === 0 ? '{}' : `{\n${places.join(',\n')}\n  }`;
  return `{\n  "Dist": {\n    "Name": ${quoted(name)},\n    "Version": ${quoted(version)}\n  },\n  "Paths": ${body}\n}\n`;
}

/** A manifest of these entries in any order; of two for one distribution the later one counts. */
export function makeManifest(entries: Iterable<ManifestEntry>): Manifest {
  const known = new Map<string, ManifestEntry>();
  for (const entry of entries) known.set(distributionKey(entry.distribution), entry);
  return [...known.values()].sort((a, b) => compareDistributions(a.distribution, b.distribution));
}

/** One laid over the other: for each distribution and kind the last that has it; what later ones lack stays. */
export function mergeManifests(manifests: readonly Manifest[]): Manifest {
  const merged = new Map<string, { distribution: PythonDistribution; paths: Map<string, string> }>();
  for (const { distribution, paths } of manifests.flat()) {
    const key = distributionKey(distribution);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { distribution, paths: new Map(paths) });
    else for (const [kind, path] of paths) known.paths.set(kind, path);
  }
  return makeManifest(merged.values());
}

/**
 * All places with `to` instead of `from` at their beginning; `from` ends where a folder does. Throws MPY314 when a place is
 * elsewhere.
 */
export function rewriteManifest(manifest: Manifest, from: string, to: string): Manifest {
  const [prefix, replacement] = [from.replace(/\/+$/, ''), to.replace(/\/+$/, '')];
  const move = (path: string, distribution: PythonDistribution): string => {
    if (path === '') return path;
    if (!path.startsWith(`${prefix}/`))
      throw fault('MPY314', {
        what: `'${path}' of '${distributionText(distribution)}' is not below '${from}'`,
      });
    return replacement + path.slice(prefix.length);
  };
  return manifest.map(({ distribution, paths }) => ({
    distribution,
    paths: new Map([...paths].map(([kind, path]) => [kind, move(path, distribution)])),
  }));
}

/**
 * The one entry of a distribution. Without a version: the one without, else the only one of that name. Throws MPY315.
 */
export function extractFromManifest(manifest: Manifest, name: string, version?: string): Manifest {
  const named = manifest.filter(({ distribution }) => distribution.name === name);
  const found = named.filter(({ distribution }) => distribution.version === (version ?? ''));
  const chosen = found.length > 0 ? found : version === undefined && named.length === 1 ? named : [];
  if (chosen.length === 1) return chosen;
  const asked = distributionText({ name, version: version ?? '' });
  const near =
    named.length > 0
      ? named.map(({ distribution }) => `'${distributionText(distribution)}'`).join(', ')
      : nearestWords(
          name,
          manifest.map(({ distribution }) => distribution.name),
        );
  throw fault('MPY315', {
    what: `'${asked}' is not in the manifest`,
    next: near === undefined ? undefined : `There is ${near}.`,
  });
}

/** The manifest without one kind, and how many distributions had it. Throws MPY316 when none had. */
export function removeKind(
  manifest: Manifest,
  kind: string,
): { readonly manifest: Manifest; readonly removed: number } {
  const removed = manifest.filter(({ paths }) => paths.has(kind)).length;
  if (removed === 0) {
    const near = nearestWords(kind, new Set(manifest.flatMap(({ paths }) => [...paths.keys()])));
    throw fault('MPY316', {
      what: `no distribution of the manifest has '${kind}'`,
      next: near === undefined ? undefined : `Perhaps ${near} is meant.`,
    });
  }
  return { manifest: keepKinds(manifest, (one) => one !== kind), removed };
}

/** The manifest with the kinds that `keep` says. Distributions stay, even with nothing left. */
export function keepKinds(manifest: Manifest, keep: (kind: string) => boolean): Manifest {
  return manifest.map(({ distribution, paths }) => ({
    distribution,
    paths: new Map([...paths].filter(([kind]) => keep(kind))),
  }));
}

/** Symbol graphs only; distributions without one are left out. */
export function symbolOnly(manifest: Manifest): Manifest {
  return keepKinds(manifest, (kind) => kind === 'SymbolGraph').filter(({ paths }) => paths.size > 0);
}
