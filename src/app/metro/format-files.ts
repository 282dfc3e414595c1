import { fault, type Problem } from '../../diagnostics/index.ts';
import { formatMetro, parseMetro, syntaxProblems, textOfBytes } from '../../formats/metro/index.ts';
import { bytesIfThere, entryFacts, machine, realPath, replaceFile } from '../../host/index.ts';

/** What formatting one file came to. */
export interface FormattedFile {
  readonly file: string;
  /** `broken` files are left alone. */
  readonly state: 'same' | 'changed' | 'broken';
  readonly problems: readonly Problem[];
}

/**
 * Brings files into the usual form, each in one step; with `checkOnly` only tells which are not in it. Files with mistakes in their
 * syntax stay as they are. Throws MTR041 for a file that does not exist, SYS004 for one that cannot be written.
 */
export function formatFiles(files: readonly string[], checkOnly: boolean): readonly FormattedFile[] {
  return files.map((file) => formatFile(file, checkOnly));
}

function formatFile(file: string, checkOnly: boolean): FormattedFile {
  const path = realPath(machine.absolute(file));
  const facts = entryFacts(path);
  if (!facts) throw fault('MTR041', { what: `the file '${file}' does not exist` });
  if (facts.kind !== 'file') throw fault('MTR042', { what: `'${file}' is no regular file` });
  const answer = textOfBytes(bytesIfThere(path) ?? new Uint8Array(0));
  if (answer.kind === 'too-large')
    throw fault('MTR029', { what: `the file '${file}' is larger than 64 MiB` });
  if (answer.kind !== 'text') throw fault('MTR006', { what: `the file '${file}' is no text in UTF-8` });
  const tree = parseMetro(answer.text, file);
  const problems = syntaxProblems(tree).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) return { file, state: 'broken', problems };
  const text = formatMetro(tree);
  if (text === answer.text) return { file, state: 'same', problems: [] };
  if (!checkOnly) replaceFile(path, text, facts.mode);
  return { file, state: 'changed', problems: [] };
}
