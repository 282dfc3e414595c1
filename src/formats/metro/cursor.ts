import type { Definition } from './definitions.ts';
import { lastStart } from './last-start.ts';
import type { ElementNode, MetroFile, MetroNode, TextRange } from './nodes.ts';
import type { Program } from './program.ts';
import { argumentUses, definitionUses, type Use } from './references.ts';

/** What stands at a place of a file: a name where it is defined or used, or the file that an annotation collects. */
export type AtCursor =
  | {
      readonly kind: 'definition';
      readonly name: string;
      readonly range: TextRange;
      readonly node: ElementNode;
    }
  | { readonly kind: 'use'; readonly name: string; readonly range: TextRange; readonly use: Use }
  | { readonly kind: 'collect'; readonly path: string; readonly range: TextRange };

/** The node that holds an offset; at the end of the text the last one. */
export function nodeAt({ nodes }: MetroFile, offset: number): MetroNode | undefined {
  return nodes[lastStart(nodes.length, (index) => (nodes[index] as MetroNode).start, offset)];
}

/** What stands at an offset; undefined when it is neither. */
export function atCursor(program: Program, file: MetroFile, offset: number): AtCursor | undefined {
  const node = nodeAt(file, offset);
  if (node?.kind === 'annotation') return atAnnotation(program, file, { node, offset });
  if (node?.kind !== 'element' || node.name === undefined) return undefined;
  const at = offset - node.start;
  if (at >= node.nameAt && at <= node.nameEnd) {
    const range = { from: node.start + node.nameAt, to: node.start + node.nameEnd };
    return { kind: 'definition', name: node.name, range, node };
  }
  const definition = definitionAt(program, file, node);
  const use = definition && innermost(definitionUses(program, definition).uses, at);
  return use && { kind: 'use', name: use.name, range: rangeOf(node, use), use };
}

function atAnnotation(
  program: Program,
  file: MetroFile,
  { node, offset }: { node: MetroNode & { kind: 'annotation' }; offset: number },
): AtCursor | undefined {
  if (node.does !== 'collect') return undefined;
  const argument = node.words[1] ?? '';
  const use = innermost(argumentUses(node), offset - node.start);
  if (use) return { kind: 'use', name: use.name, range: rangeOf(node, use), use };
  const path = program.collects.find((one) => one.node === node && one.file === file)?.path;
  if (path === undefined) return undefined;
  const range = rangeOf(node, { from: node.argumentAt, to: node.argumentAt + argument.length });
  return { kind: 'collect', path, range };
}

/** The definition that a node makes; undefined when another value took its place. */
export function definitionAt(program: Program, file: MetroFile, node: ElementNode): Definition | undefined {
  const cell = program.definitions.get(node.name ?? '');
  return cell?.all().find((one) => one.node === node && one.file === file);
}

function rangeOf({ start }: MetroNode, { from, to }: TextRange): TextRange {
  return { from: start + from, to: start + to };
}

/** The shortest use around an offset: a reference within an include is meant rather than the include. */
function innermost(uses: readonly Use[], at: number): Use | undefined {
  return uses
    .filter(({ as, from, to }) => as !== 'condition' && at >= from && at <= to)
    .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
}
