import { fileURLToPath } from 'node:url';
import type { Problem } from '../diagnostics/index.ts';
import { fault } from '../diagnostics/index.ts';
import { distributionStem } from '../formats/python-graph/index.ts';
import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  namesIn,
  pathKind,
  replaceFile,
  setModifiedTime,
  textIfThere,
} from '../host/index.ts';
import { dockerfileFor } from './dockerfile.ts';
import { readPackageList } from './package-list.ts';

/** Dockerfiles that are written by hand and come with packmill. */
export const specialFolder = fileURLToPath(new URL('./special', import.meta.url));

export interface SetUpInput {
  /** Folder of the build. */
  readonly root: string;
  /** Lists of distributions. */
  readonly lists: readonly string[];
  /** Folders with Dockerfiles that are written by hand, later ones over earlier ones. */
  readonly special: readonly string[];
  /** Image that generated Dockerfiles begin with. */
  readonly base: string | undefined;
  /** Writes Dockerfiles anew that are there. */
  readonly force: boolean;
}

export interface SetUpReport {
  readonly written: readonly string[];
  /** Dockerfiles that were there, and stay as they are. */
  readonly kept: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Makes the folders and a Dockerfile for each listed distribution in `dockerfiles/all`; nothing in `dockerfiles/build` is touched. A
 * file that is there stays, unless `force`; one that is written by hand is copied when its content is another, with its time. Throws
 * MPY203 when a list or a folder is not there, SYS004.
 */
export function setUp({ root, lists, special, base, force }: SetUpInput): SetUpReport {
  const all = `${root}/dockerfiles/all`;
  for (const folder of [all, `${root}/dockerfiles/build`, `${root}/build`]) ensureFolder(folder);
  const written: string[] = [];
  const kept: string[] = [];
  const problems: Problem[] = [];
  for (const list of lists) {
    const text = textIfThere(list);
    if (text === undefined) throw fault('MPY203', { what: `there is no list '${list}'` });
    const found = readPackageList(text, list);
    problems.push(...found.problems);
    for (const entry of found.packages) {
      const stem = distributionStem(entry.distribution);
      const path = `${all}/${stem}`;
      if (!force && pathKind(path) !== 'none') kept.push(stem);
      else {
        replaceFile(path, dockerfileFor(entry, base));
        written.push(stem);
      }
    }
  }
  for (const folder of special) copySpecial(folder, all, { written, kept });
  return { written, kept, problems };
}

function copySpecial(
  folder: string,
  all: string,
  { written, kept }: { readonly written: string[]; readonly kept: string[] },
): void {
  if (pathKind(folder) !== 'folder') throw fault('MPY203', { what: `there is no folder '${folder}'` });
  for (const name of [...namesIn(folder)].sort()) {
    const [source, target] = [`${folder}/${name}`, `${all}/${name.toLowerCase()}`];
    const facts = entryFacts(source);
    if (facts?.kind !== 'file' || name.startsWith('.')) continue;
    const bytes = bytesIfThere(source) ?? new Uint8Array();
    const there = bytesIfThere(target);
    if (there !== undefined && Buffer.compare(there, bytes) === 0) {
      kept.push(name.toLowerCase());
      continue;
    }
    replaceFile(target, bytes);
    // so that copies of it are made anew only when it has changed
    setModifiedTime(target, facts.modifiedMs);
    written.push(name.toLowerCase());
  }
}
