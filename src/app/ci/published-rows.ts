import type { Problem } from '../../diagnostics/index.ts';
import { Fetcher } from '../../fetcher/index.ts';
import type { RepositorySettings, VersionRows } from '../../formats/pkgbuild-repo/index.ts';
import { type Clock, systemRandom } from '../../host/index.ts';
import { nextVersionRows, type PackageDatabases, readPackageDatabases } from '../../upstream/index.ts';

export interface DatabaseQuestion {
  readonly settings: RepositorySettings;
  readonly clock: Clock;
  readonly onProblem: (problem: Problem) => void;
  /** Is told that they are asked, which may take a while. */
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The databases of `CI_LIB_DB` as they are now; those that cannot be had are reported. */
export async function watchedDatabases(question: DatabaseQuestion): Promise<PackageDatabases> {
  const { settings, clock, onProblem, tell, signal } = question;
  const count = settings.libraryDatabases.length;
  if (count > 0) tell(`reading ${count} ${count === 1 ? 'database' : 'databases'} of CI_LIB_DB`);
  const fetcher = new Fetcher({ clock, random: systemRandom });
  try {
    const read = await readPackageDatabases(settings.libraryDatabases, { fetcher, signal });
    for (const found of read.problems) onProblem(found);
    return read;
  } finally {
    fetcher.close();
  }
}

/** Version of every published pkgbase: what the first database that has it says. */
export async function publishedRows(question: DatabaseQuestion): Promise<VersionRows> {
  return nextVersionRows(new Map(), await watchedDatabases(question)).rows;
}

/** Every name that the databases offer: packages and what they provide, without versions. */
export function offeredNames({ databases }: PackageDatabases): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { packages } of databases) {
    for (const { name, provides } of packages ?? []) {
      names.add(name);
      for (const provided of provides) names.add(provided.replace(/[<>=].*$/, ''));
    }
  }
  return names;
}
