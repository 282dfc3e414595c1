import { type Problem, problem } from '../../diagnostics/index.ts';
import { treeMetadata, writeCache } from '../../ebuilds/index.ts';
import { metadataReader, type ReaderOptions, treeAt } from './metadata-reader.ts';

export interface CacheOptions extends ReaderOptions {
  readonly folder: string;
  /** Folders of masters, beyond the repositories that lie beside it. */
  readonly masters: readonly string[];
  /** Reads every ebuild, whatever the cache says. */
  readonly fresh: boolean;
  /** Writes nothing; differences are EBD015. */
  readonly checkOnly: boolean;
}

export interface CacheReport {
  readonly folder: string;
  readonly ebuilds: number;
  /** Entries that hold and were not looked at further. */
  readonly kept: number;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Ids of ebuilds that cannot be read. */
  readonly failed: readonly string[];
  readonly problems: readonly Problem[];
  /** False when it was interrupted; what was read until then is written. */
  readonly complete: boolean;
}

/** `packmill tree cache`: brings `metadata/md5-cache` of a repository in line with its ebuilds. Throws EBD and SBX problems. */
export async function cacheTree(options: CacheOptions): Promise<CacheReport> {
  const tree = treeAt(options.folder, options.masters);
  const { rows, problems, complete } = await treeMetadata({
    tree,
    by: metadataReader(options),
    fresh: options.fresh,
  });
  const dryRun = options.checkOnly;
  const { written, removed } = await writeCache(tree.folder, rows, { prune: complete, dryRun });
  const file = (id: string): string => `metadata/md5-cache/${id}`;
  const differences = dryRun
    ? [
        ...written.map((id) =>
          problem('EBD015', { what: `the entry of '${id}' is missing or old`, place: { file: file(id) } }),
        ),
        ...removed.map((id) =>
          problem('EBD015', { what: `the entry of '${id}' is of no ebuild`, place: { file: file(id) } }),
        ),
      ]
    : [];
  return {
    folder: tree.folder,
    ebuilds: rows.length,
    complete,
    kept: rows.filter(({ origin }) => origin === 'kept').length,
    written,
    removed,
    failed: rows.flatMap(({ ebuild, origin }) => (origin === 'failed' ? [ebuild.id] : [])),
    problems: [...problems, ...rows.flatMap((row) => row.problems), ...differences],
  };
}
