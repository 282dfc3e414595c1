import type { Program } from './program.ts';
import { countingDefinition, definitionUses, type Use } from './references.ts';

/** Files and what each collects; `[collect]` annotations that came to nothing are not in it. */
export interface FileGraph {
  readonly files: readonly string[];
  readonly collects: readonly {
    readonly from: string;
    readonly to: string;
    readonly argument: string;
  }[];
}

/** Elements and what each refers to. */
export interface ElementGraph {
  readonly elements: readonly {
    readonly name: string;
    readonly file: string;
    readonly kind: 'single' | 'block';
  }[];
  /** `defined` is false for names without a definition. */
  readonly uses: readonly {
    readonly from: string;
    readonly to: string;
    readonly as: Use['as'];
    readonly defined: boolean;
  }[];
}

/** Which file collects which, in the order of reading. */
export function fileGraph(program: Program): FileGraph {
  const collects = program.collects.flatMap(({ file, state, path, argument }) =>
    path !== undefined && (state === 'collected' || state === 'again')
      ? [{ from: file.path, to: path, argument }]
      : [],
  );
  return { files: [...program.files.keys()], collects };
}

/** Which element refers to which, in the order of definition; each pair once. */
export function elementGraph(program: Program): ElementGraph {
  const elements: ElementGraph['elements'][number][] = [];
  const uses: ElementGraph['uses'][number][] = [];
  for (const cell of program.definitions.cells.values()) {
    const definition = countingDefinition(program, cell);
    const kind = definition.node.isBlock ? 'block' : 'single';
    elements.push({ name: cell.name, file: definition.file.name, kind });
    const seen = new Set<string>();
    for (const { name, as } of definitionUses(program, definition).uses) {
      if (seen.has(`${as} ${name}`)) continue;
      seen.add(`${as} ${name}`);
      uses.push({ from: cell.name, to: name, as, defined: program.definitions.get(name) !== undefined });
    }
  }
  return { elements, uses };
}
