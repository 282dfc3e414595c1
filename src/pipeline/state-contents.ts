import type { PackageCheck } from '../api/index.ts';
import { type Problem, problem } from '../diagnostics/index.ts';
import { isValidPkgname } from '../formats/pacman/index.ts';
import {
  type PackageState,
  readPackageState,
  readVersionRows,
  type VersionRows,
  writePackageState,
  writeVersionRows,
} from '../formats/pkgbuild-repo/index.ts';
import { readUploads, uploadsBytes, uploadsPath } from './awaited-uploads.ts';
import { outboxFolder } from './hand-over.ts';
import { checksPath, packageChecksBytes, readPackageChecks } from './package-checks.ts';

/** What branch `state` keeps from run to run (specification 7.3). */
export interface StateContents {
  readonly states: ReadonlyMap<string, PackageState>;
  /** Versions of watched databases. */
  readonly rows: VersionRows;
  /** Shared libraries of watched databases by pkgbase: `libfoo.so=2-64`. */
  readonly libraries: ReadonlyMap<string, readonly string[]>;
  readonly checks: ReadonlyMap<string, PackageCheck>;
  /** The commit of the main branch that this belongs to. */
  readonly forCommit: string | undefined;
  /** Undelivered hand-overs, by path. */
  readonly outbox: ReadonlyMap<string, Uint8Array>;
  /** Packages that the AUR has to get and may not have yet. */
  readonly uploads: readonly string[];
}

export const emptyStateContents: StateContents = {
  states: new Map(),
  rows: new Map(),
  libraries: new Map(),
  checks: new Map(),
  forCommit: undefined,
  outbox: new Map(),
  uploads: [],
};

/** Reads the files of the branch; what makes no sense is reported (CIC016) and left out, so that nothing stops for it. */
export function readStateContents(files: ReadonlyMap<string, Uint8Array>): {
  readonly contents: StateContents;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const text = (path: string): string => Buffer.from(files.get(path) ?? []).toString();
  const states = new Map<string, PackageState>();
  const outbox = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    if (path.startsWith(`${outboxFolder}/`)) outbox.set(path, bytes);
    else if (path.startsWith('.')) continue;
    else if (!isValidPkgname(path)) {
      const what = `'${path}' is no name of a package`;
      problems.push(problem('CIC016', { what, place: { file: path } }));
    } else {
      const read = readPackageState(text(path), path);
      problems.push(...read.problems);
      states.set(path, read.state);
    }
  }
  const forCommit = text('.commit').trim();
  const read = readPackageChecks(files.get(checksPath));
  problems.push(...read.problems);
  return {
    contents: {
      states,
      rows: readVersionRows(text('.version-state')),
      libraries: readLibraries(text('.library-state')),
      checks: new Map(Object.entries(read.checks.packages)),
      forCommit: /^[0-9a-f]{40,64}$/.test(forCommit) ? forCommit : undefined,
      outbox,
      uploads: readUploads(files.get(uploadsPath)),
    },
    problems,
  };
}

/** `pkgbase:libfoo.so=2-64 libbar.so=1-64` rows. */
function readLibraries(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map([...readVersionRows(text)].map(([name, list]) => [name, list.split(' ')]));
}

/** The files of the branch, complete; the same contents give the same bytes. */
export function writeStateContents(contents: StateContents): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const put = (path: string, text: string): void => {
    if (text !== '') files.set(path, Buffer.from(text));
  };
  for (const [name, state] of contents.states) put(name, writePackageState(state) ?? '');
  put('.version-state', writeVersionRows(contents.rows));
  put(
    '.library-state',
    writeVersionRows(new Map([...contents.libraries].map(([name, list]) => [name, list.join(' ')]))),
  );
  if (contents.forCommit !== undefined) put('.commit', `${contents.forCommit}\n`);
  files.set(checksPath, packageChecksBytes({ version: 1, packages: Object.fromEntries(contents.checks) }));
  for (const [path, bytes] of contents.outbox) files.set(path, bytes);
  const uploads = uploadsBytes(contents.uploads);
  if (uploads) files.set(uploadsPath, uploads);
  return files;
}
