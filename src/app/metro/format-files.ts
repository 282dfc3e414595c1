import { fault, type Problem } from '../../diagnostics/index.ts';
import { formatMetro, parseMetro, refusal, syntaxProblems } from '../../formats/metro/index.ts';
import { entryFacts, machine, realPath, replaceFile } from '../../host/index.ts';
import { diskFiles } from './disk-files.ts';

/** What formatting one file came to. */
export interface FormattedFile {
  readonly file: string;
  /** `broken` files are left alone. */
  readonly state: 'same' | 'changed' | 'broken';
  readonly problems: readonly Problem[];
}

/**
 * Brings files into the usual form, each in one step; with `checkOnly` only tells which are not in it. Files with mistakes in their
 * syntax stay as they are. Throws MTR006, MTR029, MTR041 or MTR042 for one that cannot be read, SYS004 for one that cannot be written.
 */
export function formatFiles(files: readonly string[], checkOnly: boolean): readonly FormattedFile[] {
  return files.map((file) => formatFile(file, checkOnly));
}

function formatFile(file: string, checkOnly: boolean): FormattedFile {
  const text = textOf(file);
  const tree = parseMetro(text, file);
  const problems = syntaxProblems(tree).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) return { file, state: 'broken', problems };
  const formatted = formatMetro(tree);
  if (formatted === text) return { file, state: 'same', problems: [] };
  if (!checkOnly) {
    // a link stays a link
    const path = realPath(machine.absolute(file));
    replaceFile(path, formatted, entryFacts(path)?.mode);
  }
  return { file, state: 'changed', problems: [] };
}

function textOf(file: string): string {
  const answer = diskFiles().read(file);
  if (answer.kind === 'text') return answer.text;
  const { code, ...said } = refusal(answer, file);
  throw fault(code, said);
}
