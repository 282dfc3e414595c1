import type { Cell, Definition } from './definitions.ts';
import { TemplateFrame } from './frame.ts';
import type { AnnotationNode } from './nodes.ts';
import type { Program } from './program.ts';
import { pathFrom } from './reader.ts';
import { parseTemplate, type Reference, type Segment, targetName } from './template.ts';
import { blockLines, singleLine, type ValueLine } from './value-lines.ts';

/** One use of an element in a definition or annotation; offsets from the start of the node. */
export interface Use {
  /** The whole name of the element; it need not be defined. */
  readonly name: string;
  readonly as: 'reference' | 'test' | 'include' | 'condition';
  /** How a reference is written; undefined for includes and conditions. */
  readonly reference: Reference | undefined;
  readonly from: number;
  readonly to: number;
}

/** A file that `<<` names. */
export interface FileUse {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** What a definition refers to, in the order in which it is written. */
export interface DefinitionUses {
  readonly uses: readonly Use[];
  readonly files: readonly FileUse[];
}

/** The lines of a definition in the way in which it is defined. */
export function linesOf(definition: Definition): readonly ValueLine[] {
  return definition.node.isBlock ? blockLines(definition) : [singleLine(definition)];
}

/** The references in some text that was written in `section`; those that mean nothing are left out. */
export function segmentUses(segments: readonly Segment[], section: string | undefined): readonly Use[] {
  const uses: Use[] = [];
  for (const segment of segments) {
    if (typeof segment === 'string' || segment.slip) continue;
    const name = targetName(segment, section);
    if (name === undefined) continue;
    const { from, to } = segment;
    uses.push({ name, as: segment.test ? 'test' : 'reference', reference: segment, from, to });
  }
  return uses;
}

/** The references in the argument of an annotation. */
export function argumentUses({ words, argumentAt, scope }: AnnotationNode): readonly Use[] {
  return segmentUses(parseTemplate(words[1] ?? '', argumentAt), scope.section);
}

/** Everything that a definition refers to. Names of includes and files that are made of references are worked out. */
export function definitionUses(program: Program, definition: Definition): DefinitionUses {
  const { section, lax, when } = definition.node.scope;
  const uses: Use[] = [];
  const files: FileUse[] = [];
  if (when)
    uses.push({
      name: when.name,
      as: 'condition',
      reference: undefined,
      from: 0,
      to: definition.node.nameEnd,
    });
  for (const line of linesOf(definition)) {
    if (line.kind === 'code' || line.kind === 'misplaced') continue;
    // a line may have more references than a call takes arguments
    for (const use of segmentUses(line.segments, section)) uses.push(use);
    if (line.kind === 'plain') continue;
    const frame = new TemplateFrame(
      program.evaluator,
      { ...line, kind: 'plain' },
      { owner: definition, section, lax },
    );
    const result = program.evaluator.run(frame);
    if (result.kind !== 'text' || result.text === '') continue;
    const { from, to } = line;
    if (line.kind === 'file') files.push({ path: pathFrom(definition.file.path, result.text), from, to });
    else uses.push({ name: result.text.split(':')[0] ?? '', as: 'include', reference: undefined, from, to });
  }
  return { uses, files };
}

/** The definition of an element that counts, or the first one when none does. */
export function countingDefinition(program: Program, cell: Cell): Definition {
  return program.evaluator.choice(cell).definition ?? cell.first;
}
