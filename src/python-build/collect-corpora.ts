import { fault } from '../diagnostics/index.ts';
import { ensureFolder, pathKind, replaceFile } from '../host/index.ts';
import { logLine } from './read-stubs.ts';
import { runReader } from './run-reader.ts';

export interface CorpusCollecting {
  /** Folders with code: a project each, whose own modules are not told of. */
  readonly folders: readonly string[];
  /** Folder for `symbolcounts.ndjson`, `sigpatterns.ndjson` and `kwargs.ndjson`, which are written over. */
  readonly out: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface CollectedCorpora {
  /** Files that were read. */
  readonly files: number;
  /** Rows of each corpus. */
  readonly rows: Readonly<Record<string, number>>;
}

type Line =
  | { readonly corpus: string; readonly row: unknown }
  | { readonly file: string; readonly error: string }
  | { readonly files: number };

const corpora = ['symbolcounts', 'sigpatterns', 'kwargs'] as const;

/**
 * Makes corpora of code: how often it uses what it imports, how it calls it, and with which keywords. Python's own parser reads it;
 * nothing of it runs. Files that cannot be read are told (MPY411). Throws MPY413 for a folder that is not there, MPY404 when the
 * interpreter does not come to its end, SYS001 without one, SYS004.
 */
export async function collectCorpora({
  folders,
  out,
  say,
  signal,
}: CorpusCollecting): Promise<CollectedCorpora> {
  for (const folder of folders)
    if (pathKind(folder) !== 'folder') throw fault('MPY413', { what: `there is no folder '${folder}'` });
  const lines = await runReader('read_usage', { what: 'the code', input: { folders }, signal });
  const rows = new Map<string, string[]>(corpora.map((name) => [name, []]));
  let files = 0;
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    if ('corpus' in line) rows.get(line.corpus)?.push(`${JSON.stringify(line.row)}\n`);
    else if ('error' in line) say(logLine('WARN', 'MPY411', `'${line.file}' cannot be read: ${line.error}`));
    else files = line.files;
  }
  ensureFolder(out);
  for (const [name, own] of rows) replaceFile(`${out}/${name}.ndjson`, own.join(''));
  return { files, rows: Object.fromEntries([...rows].map(([name, own]) => [name, own.length])) };
}
