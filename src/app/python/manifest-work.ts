import { resolve } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { readStandardInput, replaceFile, textIfThere } from '../../host/index.ts';
import {
  type CopiedData,
  copyData,
  decodeManifest,
  embedRelease,
  encodeManifest,
  extractFromManifest,
  type Manifest,
  mergeManifests,
  readManifest,
  removeKind,
  rewriteManifest,
  writeManifest,
} from '../../python-resources/index.ts';

/** What is to be done with manifests; `-` as a file is standard input. */
export type ManifestOrder =
  | { readonly verb: 'merge'; readonly files: readonly string[] }
  | { readonly verb: 'rewrite'; readonly file: string; readonly from: string; readonly to: string }
  | {
      readonly verb: 'extract';
      readonly file: string;
      readonly name: string;
      readonly version?: string | undefined;
    }
  | { readonly verb: 'removekey'; readonly file: string; readonly kind: string };

export interface ManifestResult {
  /** The manifest as text; undefined when it was written to a file. */
  readonly text: string | undefined;
  readonly distributions: number;
  /** Of `removekey`: how many distributions had the kind. */
  readonly removed: number | undefined;
}

const mostBytes = 1024 * 1024 * 1024;

async function read(file: string): Promise<Manifest> {
  if (file !== '-') return readManifest(file);
  const bytes = await readStandardInput(mostBytes);
  return decodeManifest(new TextDecoder().decode(bytes), { file: '<stdin>' });
}

/**
 * Carries out an order and writes the manifest to `out`, in one step, or returns it as text. Throws MPY310 to MPY316 and
 * MPY318; nothing is written then.
 */
export async function workOnManifest(order: ManifestOrder, out: string | undefined): Promise<ManifestResult> {
  let removed: number | undefined;
  let manifest: Manifest;
  if (order.verb === 'merge') {
    const manifests: Manifest[] = [];
    for (const file of order.files) manifests.push(await read(file));
    manifest = mergeManifests(manifests);
  } else if (order.verb === 'rewrite') {
    manifest = rewriteManifest(await read(order.file), order.from, order.to);
  } else if (order.verb === 'extract') {
    manifest = extractFromManifest(await read(order.file), order.name, order.version);
  } else {
    ({ manifest, removed } = removeKind(await read(order.file), order.kind));
  }
  if (out !== undefined) writeManifest(out, manifest);
  const text = out === undefined ? encodeManifest(manifest) : undefined;
  return { text, distributions: manifest.length, removed };
}

/** Brings the datafiles of one manifest to the places of another; see `copyData`. */
export async function copyManifestData(from: string, to: string): Promise<CopiedData> {
  return copyData(await read(from), await read(to));
}

/**
 * A module with a manifest and its index as they are, written to `out` in one step or returned; see `embedRelease`. Throws MPY318 for a
 * file that is not there, and what `embedRelease` throws.
 */
export function embedManifest(manifest: string, index: string, out: string | undefined): string | undefined {
  const source = (file: string): { readonly text: string; readonly file: string } => {
    const text = textIfThere(resolve(file));
    if (text === undefined) throw fault('MPY318', { what: `there is no file '${file}'` });
    return { text, file };
  };
  const module = embedRelease(source(manifest), source(index));
  if (out === undefined) return module;
  replaceFile(resolve(out), module);
  return undefined;
}
