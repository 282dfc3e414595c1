import { type Problem, problem } from '../../diagnostics/index.ts';
import { usualVariables } from './code-block.ts';
import { argumentSite, Collector } from './collector.ts';
import type { Surroundings } from './knowledge.ts';
import { leftTrouble, Program } from './program.ts';
import { type FileReader, normalPath, refusal } from './reader.ts';
import type { Trouble } from './results.ts';

export interface LoadOptions {
  /** The first file. */
  readonly root: string;
  readonly files: FileReader;
  /** Values that take the place of definitions in the first file; files read later may not define them (5.2). */
  readonly sets?: ReadonlyMap<string, string>;
  /** Values that win over every definition in files. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Variables that `<?env` may show, and their values; without it those of proxies, as not set. */
  readonly variables?: ReadonlyMap<string, string | undefined>;
  /** Replacing a definition with `sets` is METRO-D02. */
  readonly immutable?: boolean;
  /** Only single elements are asked for: collections that cannot be carried out are warnings (Q22). */
  readonly query?: boolean;
}

/** What loading gives: a program, unless the first file cannot be read. */
export type LoadedProgram =
  | { readonly program: Program }
  | { readonly program: undefined; readonly problem: Problem };

/**
 * Reads a file of the language and all that it collects (section 4). Never throws for what is in files: `program.problems` has
 * every mistake of syntax, definition and collection, and the rest can still be asked.
 */
export function loadMetro(options: LoadOptions): LoadedProgram {
  const surroundings: Surroundings = {
    files: options.files,
    variables: options.variables ?? new Map(usualVariables.map((name) => [name, undefined])),
  };
  const collector = new Collector(surroundings);
  const root = normalPath(options.root);
  const given = {
    sets: options.sets ?? new Map(),
    overrides: options.overrides ?? new Map(),
    immutable: options.immutable === true,
  };
  const refused = collector.begin(root, given);
  if (refused) {
    const { code, ...said } = refusal(refused, root);
    return { program: undefined, problem: problem(code, said) };
  }
  collector.drain();
  collector.checkDecisions();
  return {
    program: new Program(collector, surroundings, collectTroubles(collector, options.query === true)),
  };
}

/** What is wrong with collections. */
function collectTroubles(collector: Collector, query: boolean): readonly Trouble[] {
  const troubles: Trouble[] = [...collector.troubles];
  for (const one of collector.collects) {
    if (one.state === 'again') {
      const what = `'${one.path}' was collected already`;
      troubles.push({ code: 'MTR063', what, site: argumentSite(one) });
    }
    if (one.state !== 'left' || one.isConditional) continue;
    const left = leftTrouble(one);
    troubles.push(query ? { ...left, code: 'MTR068' } : left);
  }
  return troubles;
}
