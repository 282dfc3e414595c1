import type { Cell } from './definitions.ts';
import type { Frame, Knowledge, Want } from './knowledge.ts';
import { LinesFrame, type Standpoint } from './lines-frame.ts';
import type { AnnotationNode, MetroFile } from './nodes.ts';
import { parseTemplate } from './template.ts';
import { blockLines, singleLine, type ValueLine } from './value-lines.ts';

/** The value of an element. */
export class ValueFrame extends LinesFrame implements Frame {
  readonly want: Want;

  constructor(knowledge: Knowledge, want: Want) {
    super(knowledge, want.mode);
    this.want = want;
    this.user = want.cell;
    this.inherited = want.lax;
  }

  step(): Want | undefined {
    if (!this.lines) {
      const { cell, mode } = this.want;
      const chosen = this.knowledge.chosen(cell, cell);
      if ('mode' in chosen) return chosen;
      for (const trouble of chosen.error?.troubles ?? []) this.value.fail(trouble);
      if (chosen.absent) this.value.miss(chosen.absent);
      const { definition } = chosen;
      if (!definition) {
        this.lines = [];
        return undefined;
      }
      const { section, lax } = definition.node.scope;
      this.standpoint = { owner: definition, section, lax };
      this.lines = mode === 'lines' ? blockLines(definition) : [singleLine(definition)];
    }
    return this.walk();
  }

  override meetCircle(round: readonly Cell[]): void {
    super.meetCircle(round);
    // it was a condition that leads back: no definition counts
    this.lines ??= [];
  }
}

/** A text that is no value of an element: the argument of `[collect]`, or a name that is made of others. */
export class TemplateFrame extends LinesFrame implements Frame {
  readonly want = undefined;

  constructor(knowledge: Knowledge, line: ValueLine, standpoint: Standpoint) {
    super(knowledge, 'text');
    this.lines = [line];
    this.standpoint = standpoint;
  }

  step(): Want | undefined {
    return this.walk();
  }
}

/** The argument of a `[collect]`, which says what it lacks whatever options hold there. */
export function argumentFrame(
  knowledge: Knowledge,
  { file, node, argument }: { file: MetroFile; node: AnnotationNode; argument: string },
): TemplateFrame {
  const from = node.argumentAt;
  const segments = parseTemplate(argument, from);
  const standpoint = { owner: { file, node }, section: node.scope.section, lax: false };
  return new TemplateFrame(
    knowledge,
    { kind: 'plain', segments, from, to: from + argument.length },
    standpoint,
  );
}
