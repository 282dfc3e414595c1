import { fault, ProblemError } from '../../diagnostics/index.ts';
import { loadMetro, type Program, usualVariables } from '../../formats/metro/index.ts';
import { machine } from '../../host/index.ts';
import { diskFiles } from './disk-files.ts';

/** A file of the language and how it is to be looked at. */
export interface ProgramRequest {
  readonly file: string;
  /** Words of the command line: `name=value`, or `name:` and the value as the next word. */
  readonly values: readonly string[];
  /** `name=value` that win over definitions in every file. */
  readonly overrides?: readonly string[];
  /** Folders that files may be read from; everywhere when there are none. */
  readonly roots?: readonly string[];
  /** Only single elements are asked for. */
  readonly query?: boolean;
}

/** Reads a file with all that it collects. Throws MTR071 for malformed values, and the problem of a file that cannot be read. */
export function openProgram(request: ProgramRequest): Program {
  const loaded = loadMetro({
    root: request.file,
    files: diskFiles(request.roots),
    sets: readValues(request.values),
    overrides: readValues(request.overrides ?? []),
    variables: shownVariables(),
    query: request.query === true,
  });
  if (!loaded.program) throw new ProblemError(loaded.problem);
  return loaded.program;
}

/** What this machine has for the variables that `<?env` may show; undefined for those that are not set. */
export function shownVariables(): ReadonlyMap<string, string | undefined> {
  return new Map(usualVariables.map((name) => [name, machine.variable(name)]));
}

/** Values on a command line, by name; a later one of the same name counts. Throws MTR071. */
export function readValues(words: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const equals = word.indexOf('=');
    if (equals > 0) values.set(word.slice(0, equals), word.slice(equals + 1));
    else {
      const value = words[at + 1];
      const name = word.endsWith(':') ? word.slice(0, -1) : '';
      if (name === '' || value === undefined)
        throw fault('MTR071', { what: `'${word}' is no value for an element` });
      values.set(name, value);
      at += 1;
    }
  }
  return values;
}
