import { basename, dirname, relative } from 'node:path';
import {
  type Clock,
  ensureFolders,
  entryFacts,
  fsyncDirectory,
  linkNew,
  removeEntry,
  removeTree,
  renameEntry,
  replaceFile,
  replaceSymlink,
  systemRandom,
  textIfThere,
  writeDurably,
} from '../host/index.ts';
import type { Signer } from '../signer/index.ts';
import { compareVersions, hashText, type StagePublication, type StagePublisher } from '../stages/index.ts';
import { artifactSuffix } from './artifact-names.ts';
import { printIndex } from './index-xml.ts';
import { changeLatest } from './latest.ts';
import { readMirror } from './read-mirror.ts';

/** A key that is only opened when something is to be signed, and closed afterwards. */
export interface SignerSource {
  open(): Promise<Signer>;
}

export interface MirrorPublisherOptions {
  /** Undefined: results are published without signatures. */
  readonly signer: SignerSource | undefined;
  readonly clock: Clock;
  /** Targets that have a link to the newest in a folder of their own, for all processors (9.7). */
  readonly auxiliary: readonly string[];
}

async function signBy(source: SignerSource, path: string): Promise<void> {
  const signer = await source.open();
  try {
    await signer.signFiles([path]);
  } finally {
    await signer.close();
  }
}

/** Gives a file another name, in one step, also in place of an older one. */
function place(file: string, path: string): void {
  const temporary = `${dirname(path)}/.new-${systemRandom.hex(6)}`;
  try {
    linkNew(file, temporary);
    renameEntry(temporary, path);
  } finally {
    removeEntry(temporary);
  }
}

/** A result and what belongs to it, from where they lie to their place in the mirror. */
export interface PlacedResult {
  /** The file, read-only and durable; it gets another name where the file system can. */
  readonly file: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Its place in the mirror. */
  readonly path: string;
  /** Tells preparations for this place from others. */
  readonly mark: string;
}

/**
 * Puts a result, its checksum and its signature in their places, so that whoever sees the result finds both beside it: they are made
 * beside the place and come first. A result that takes the place of another loses both before it comes. Doing it again after a
 * crash ends in the same state.
 */
export async function placeResult(result: PlacedResult, signer: SignerSource | undefined): Promise<void> {
  const { path, file } = result;
  const isWhole =
    entryFacts(path)?.sizeBytes === result.sizeBytes &&
    textIfThere(`${path}.hash.txt`) === hashText(result.digest) &&
    (signer === undefined || entryFacts(`${path}.gpg`) !== undefined);
  const folder = dirname(path);
  const staging = `${folder}/.new-${result.mark}`;
  // also of one that was killed when the result already stood
  await removeTree(staging);
  if (isWhole) return;
  ensureFolders([staging]);
  try {
    const staged = `${staging}/${basename(path)}`;
    linkNew(file, staged);
    if (signer) await signBy(signer, staged);
    writeDurably(`${staging}/hash`, hashText(result.digest));
    fsyncDirectory(staging);
    if (entryFacts(path)) {
      for (const suffix of ['.gpg', '.hash.txt']) removeEntry(`${path}${suffix}`);
      fsyncDirectory(folder);
      renameEntry(staged, path);
      fsyncDirectory(folder);
    }
    renameEntry(`${staging}/hash`, `${path}.hash.txt`);
    if (signer) renameEntry(`${staged}.sig`, `${path}.gpg`);
    fsyncDirectory(folder);
    if (entryFacts(staged)) renameEntry(staged, path);
    fsyncDirectory(folder);
  } finally {
    await removeTree(staging);
  }
}

/** Lets the links to the newest lead to a result, unless they lead to a newer one. */
export async function pointLatest(
  link: string,
  of: { readonly result: string; readonly version: string; readonly isSigned: boolean },
  nowMs: number,
): Promise<void> {
  const folder = dirname(link);
  const name = basename(link);
  const destination = relative(folder, of.result);
  const suffixes = ['', '.hash.txt', ...(of.isSigned ? ['.gpg'] : [])];
  await changeLatest(folder, {
    nowMs,
    reason: `${name} is ${of.version}`,
    change: (links) => {
      const pointed = links[name]?.split('/').at(-2);
      if (pointed !== undefined && compareVersions(pointed, of.version) > 0) return links;
      const { [`${name}.gpg`]: _, ...others } = links;
      const own = suffixes.map((suffix) => [`${name}${suffix}`, `${destination}${suffix}`]);
      return { ...others, ...Object.fromEntries(own) };
    },
  });
}

/** Results into a mirror with checksums, signatures, states of its links, and its index (9.7). */
export class MirrorPublisher implements StagePublisher {
  readonly #options: MirrorPublisherOptions;

  constructor(options: MirrorPublisherOptions) {
    this.#options = options;
  }

  /** Throws SIG and SYS problems. Doing it twice does no harm. */
  async publish({ plan, record, open }: StagePublication): Promise<void> {
    const { signer, clock } = this.#options;
    ensureFolders([plan.folder]);
    for (const { name, digest } of record.extras) {
      ensureFolders([dirname(`${plan.folder}/${name}`)]);
      place(await open(digest), `${plan.folder}/${name}`);
    }
    const { digest, sizeBytes } = record;
    const file = await open(digest);
    await placeResult({ file, digest, sizeBytes, path: plan.result, mark: plan.target }, signer);
    if (plan.latest !== undefined) {
      const { version } = plan.identity;
      const of = { result: plan.result, version, isSigned: signer !== undefined };
      await pointLatest(plan.latest, of, clock.nowMs());
      if (this.#options.auxiliary.includes(plan.target)) pointAuxiliary(plan.mirror, plan.latest, plan);
    }
    await writeIndex(plan.mirror);
  }
}

/** `MIRROR/<build>/<target>/<arch_desc>/<name>-<subarch>-<build>-latest...` leads to the link of the subarch. */
function pointAuxiliary(
  mirror: string,
  latest: string,
  { target, identity }: StagePublication['plan'],
): void {
  const { build, archDesc, subarch } = identity;
  const folder = `${mirror}/${build}/${target}/${archDesc}`;
  const link = `${folder}/${target}-${subarch}-${build}-latest${artifactSuffix(basename(latest)) ?? ''}`;
  ensureFolders([folder]);
  replaceSymlink(link, relative(folder, latest));
}

/** Writes what a mirror has for everybody to read, in one step. */
export async function writeIndex(root: string): Promise<void> {
  const text = printIndex(await readMirror(root));
  if (textIfThere(`${root}/index.xml`) !== text) replaceFile(`${root}/index.xml`, text);
}
