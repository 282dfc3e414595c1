import type { Cell, Definition } from './definitions.ts';
import type { Program } from './program.ts';
import { linesOf, segmentUses } from './references.ts';
import type { Trouble } from './results.ts';
import { isMistakenInclude, rawLines, writtenValue } from './value-lines.ts';

/**
 * What is allowed and probably not meant in one definition: MTR064, MTR066, MTR067, MTR069. `look` is told each name
 * whose definition was looked at.
 */
export function lintDefinition(
  program: Program,
  definition: Definition,
  look?: (name: string) => void,
): readonly Trouble[] {
  const { node } = definition;
  const troubles: Trouble[] = [];
  const add = (code: Trouble['code'], what: string, at: { from: number; to: number }): void => {
    troubles.push({ code, what, site: { owner: definition, from: at.from, to: at.to } });
  };
  if (node.isBlock) {
    for (const { text, at } of rawLines(definition)) {
      if (!text.includes('$[[') || !isMistakenInclude(text)) continue;
      add('MTR066', 'one line holds two includes', { from: at, to: at + text.length });
    }
  } else if (!writtenValue(definition).includes('$[')) return troubles;
  for (const line of linesOf(definition)) {
    if (line.kind === 'code' && !line.closed) add('MTR067', `'<?${line.language}' has no '?>'`, line);
    if (line.kind === 'code' || line.kind === 'misplaced') continue;
    for (const use of segmentUses(line.segments, node.scope.section)) {
      look?.(use.name);
      const cell = program.definitions.get(use.name);
      if (!cell) continue;
      if (use.as === 'test') {
        if (isBlank(cell)) add('MTR069', `'${use.name}' is blank, and that counts as defined`, use);
      } else if (hasComments(cell)) {
        add('MTR064', `the block '${use.name}' has comments and becomes one line here`, use);
      }
    }
  }
  return troubles;
}

/** The same for all definitions. */
export function lintProgram(program: Program): readonly Trouble[] {
  return [...program.definitions.cells.values()].flatMap((cell) =>
    cell.all().flatMap((definition) => lintDefinition(program, definition)),
  );
}

function isBlank({ first }: Cell): boolean {
  return !first.node.isBlock && first.node.valueAt === first.node.valueEnd;
}

function hasComments({ first }: Cell): boolean {
  return first.node.isBlock && rawLines(first).some(({ text }) => /(?:^|[ \t])#/.test(text));
}
