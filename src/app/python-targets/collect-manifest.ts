import { fault } from '../../diagnostics/index.ts';
import { decodeManifest, encodeManifest, makeManifest } from '../../formats/pyresources/index.ts';
import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import { bytesIfThere, entryFacts, type TreeFile, textIfThere } from '../../host/index.ts';
import { type Digest, isPlainPath } from '../../primitives/index.ts';
import { packFiles } from '../../recipes/autogen/index.ts';
import type { ManifestFacts, PythonFailure } from '../../recipes/python/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { inBuild } from './contract.ts';

/** Files beside a manifest that a build makes, some of them only with data that not everybody has. */
const besides = ['distidx.json', 'compat.json.gz', 'toplevel.msgpack.gz'] as const;

export interface CollectedManifest {
  /** The manifest with what lies beside it, as a tar. */
  readonly object: Digest;
  readonly sizeBytes: number;
  readonly facts: Pick<ManifestFacts, 'placed' | 'failures'>;
}

/**
 * Takes over what a build made: datafiles become objects, and the manifest names them by paths beside itself, so that it can be
 * published, copied and served as it is. Throws MPY251 for a manifest that names other files, MPY310, MPY311, STO problems.
 */
export async function collectManifest(
  store: ObjectStore,
  build: {
    readonly root: string;
    readonly last: ManifestFacts | undefined;
    readonly failures: readonly PythonFailure[];
  },
): Promise<CollectedManifest> {
  const folder = `${build.root}/build`;
  const file = `${folder}/manifest.json`;
  const manifest = decodeManifest(textIfThere(file) ?? '', { file, folder: `${inBuild.root}/build` });
  const known = new Map(build.last?.placed.map(({ path, object }) => [path, object]));
  const placed = new Map<string, Digest>();
  const keep = async (locator: string): Promise<string> => {
    const path = insidePath(locator);
    // files of data are called by their content: the same path is the same bytes
    const before = placed.get(path) ?? known.get(path);
    const isThere = before !== undefined && (await store.has(before));
    placed.set(path, isThere ? before : await putData(store, `${folder}/${path}`));
    return path;
  };
  const entries: { distribution: PythonDistribution; paths: ReadonlyMap<string, string> }[] = [];
  for (const { distribution, paths } of manifest) {
    const moved = new Map<string, string>();
    for (const [kind, locator] of paths) moved.set(kind, locator === '' ? '' : await keep(locator));
    entries.push({ distribution, paths: moved });
  }
  const files = new Map<string, TreeFile>();
  const add = (name: string, bytes: Uint8Array): void => {
    files.set(name, { bytes, mode: '100644' });
  };
  add('manifest.json', Buffer.from(encodeManifest(makeManifest(entries))));
  add('failures.json', Buffer.from(`${JSON.stringify(build.failures, undefined, 2)}\n`));
  for (const name of besides) {
    const path = `${folder}/${name}`;
    if (entryFacts(path)?.kind === 'file') add(name, bytesIfThere(path) ?? new Uint8Array());
  }
  const { digest: object, sizeBytes } = await store.putBytes(packFiles(files));
  const facts = {
    placed: [...placed].map(([path, of]) => ({ path, object: of })),
    failures: build.failures,
  };
  return { object, sizeBytes, facts };
}

function insidePath(locator: string): string {
  const start = `${inBuild.root}/build/`;
  const path = locator.startsWith(start) ? locator.slice(start.length) : '';
  if (path.startsWith('data/') && isPlainPath(path)) return path;
  throw fault('MPY251', { what: `the manifest names '${locator}', which is no datafile of its build` });
}

async function putData(store: ObjectStore, path: string): Promise<Digest> {
  if (entryFacts(path)?.kind === 'file') return (await store.putFile(path)).digest;
  throw fault('MPY251', { what: `the datafile '${path}' is not there` });
}
