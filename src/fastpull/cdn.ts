import { fault } from '../diagnostics/index.ts';
import {
  copyHashingThrice,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  hashFileThrice,
  linkNew,
  removeEntry,
  renameEntry,
  replaceFile,
  systemRandom,
} from '../host/index.ts';
import { differenceOf } from './blos.ts';
import type { Blob, Blos } from './contract.ts';
import type { FastpullParts } from './open-fastpull.ts';
import { isIndex, shelfOf, shelvedPath } from './record-backend.ts';

/** What Portage reads to know the layout of a mirror (GLEP 75): by content hash first, flat names for what is found that way. */
export const layoutConf = '[structure]\n0=content-hash SHA512 8:8:8\n1=flat\n';

/** What a request for a path means. */
export type CdnAnswer =
  | { readonly kind: 'blob'; readonly blob: Blob }
  | { readonly kind: 'layout' }
  | { readonly kind: 'up' }
  | { readonly kind: 'malformed'; readonly words: string }
  | { readonly kind: 'unknown' };

/** Reads a path of the public layout (specification, 5.6): `/aa/bb/cc/<sha512>`, the same below `/distfiles`, `/layout.conf`, `/up`. */
export function answerCdnPath(blos: Blos, path: string): CdnAnswer {
  const inner = path.replace(/^\/distfiles(?=\/)/, '');
  if (inner === '/layout.conf') return { kind: 'layout' };
  if (path === '/up') return { kind: 'up' };
  const [, prefix = '', hash = ''] = /^\/((?:[^/]*\/){3})([^/]*)$/.exec(inner) ?? [];
  if (hash === '') return { kind: 'unknown' };
  if (!isIndex(hash)) return { kind: 'malformed', words: 'the name is not a SHA-512 of 128 digits' };
  if (`${shelfOf(hash)}/` !== prefix)
    return { kind: 'malformed', words: 'the folders are not those of the name' };
  const blob = blos.find(hash);
  return blob ? { kind: 'blob', blob } : { kind: 'unknown' };
}

/** A place that objects are sent to. */
export interface CdnTarget {
  /** For messages. */
  readonly name: string;
  /** Sizes in bytes of files there, in their order; undefined for what is not there. */
  sizes(paths: readonly string[]): Promise<readonly (number | undefined)[]>;
  /** Puts files under their paths, each in one step. */
  put(files: readonly { readonly localPath: string; readonly path: string }[]): Promise<void>;
  /** Puts a small text under a path. */
  putText(path: string, text: string): Promise<void>;
}

export interface PushReport {
  readonly sent: number;
  readonly sentBytes: number;
  readonly there: number;
  /** Objects that are damaged here and were not sent. */
  readonly damaged: readonly string[];
}

/** Files in one round of questions and answers. */
const batch = 64;

/**
 * Sends objects to a place in the public layout: only what is not there, each verified before, and asked for its size
 * afterwards. Throws FPL030 when something is missing there after all.
 */
export async function pushObjects(
  parts: FastpullParts,
  target: CdnTarget,
  wanted?: Iterable<string>,
): Promise<PushReport> {
  const { blos } = parts;
  const report = { sent: 0, sentBytes: 0, there: 0, damaged: [] as string[] };
  await target.putText('layout.conf', layoutConf);
  const all = [...(wanted ?? blos.list())];
  for (let at = 0; at < all.length; at += batch) {
    const blobs = all.slice(at, at + batch).flatMap((sha512) => {
      const blob = blos.find(sha512);
      if (!blob) report.damaged.push(sha512);
      return blob ? [blob] : [];
    });
    const sizes = await target.sizes(blobs.map(({ sha512 }) => shelvedPath(sha512)));
    const missing: Blob[] = [];
    for (const [index, blob] of blobs.entries()) {
      if (sizes[index] === blob.sizeBytes) report.there += 1;
      else if (differenceOf(await hashFileThrice(blob.path), blob)) report.damaged.push(blob.sha512);
      else missing.push(blob);
    }
    await target.put(missing.map(({ path, sha512 }) => ({ localPath: path, path: shelvedPath(sha512) })));
    await confirm(target, missing);
    report.sent += missing.length;
    report.sentBytes += missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
  return report;
}

async function confirm(target: CdnTarget, blobs: readonly Blob[]): Promise<void> {
  const sizes = await target.sizes(blobs.map(({ sha512 }) => shelvedPath(sha512)));
  for (const [index, { sha512, sizeBytes }] of blobs.entries()) {
    if (sizes[index] === sizeBytes) continue;
    const have = sizes[index] === undefined ? 'does not have it' : `has ${sizes[index]} bytes of it`;
    throw fault('FPL030', { what: `object '${sha512}' was sent to '${target.name}', which ${have}` });
  }
}

/** A folder of this machine as a target: a static tree in the public layout, hard links where that is possible and allowed. */
export function folderTarget(
  folder: string,
  options: { readonly copy?: boolean | undefined } = {},
): CdnTarget {
  return {
    name: folder,
    sizes: async (paths) =>
      paths.map((path) => {
        const facts = entryFacts(`${folder}/${path}`);
        return facts?.kind === 'file' ? facts.sizeBytes : undefined;
      }),
    put: async (files) => {
      for (const { localPath, path } of files)
        await putInFolder(folder, { localPath, path }, options.copy ?? false);
    },
    putText: async (path, text) => {
      ensureFolder(folder);
      replaceFile(`${folder}/${path}`, text);
    },
  };
}

async function putInFolder(
  folder: string,
  { localPath, path }: { readonly localPath: string; readonly path: string },
  isCopied: boolean,
): Promise<void> {
  const place = `${folder}/${path}`;
  const shelf = place.slice(0, place.lastIndexOf('/'));
  // of this one alone: another export into the same folder may be at the same object
  const temporary = `${place}.${systemRandom.hex(8)}.part`;
  ensureFolder(shelf);
  try {
    if (isCopied) await copyHashingThrice(localPath, temporary, 0o444);
    else linkNew(localPath, temporary);
    renameEntry(temporary, place);
  } finally {
    // a rename onto another link of the same file leaves both names
    removeEntry(temporary);
  }
  fsyncDirectory(shelf);
}
