import { elementGraph, fileGraph, type Program } from '../../formats/metro/index.ts';
import { digraph, renderDot } from '../../graph/index.ts';

/** What a graph of a program shows. */
export type GraphSubject = 'files' | 'elements';

/** The graph as plain data. */
export function graphData(program: Program): object {
  return { files: fileGraph(program), elements: elementGraph(program) };
}

/** The graph in the dot language; arrows go from what collects or refers to what is collected or referred to. */
export function graphDot(program: Program, subject: GraphSubject): string {
  if (subject === 'files') {
    const { files, collects } = fileGraph(program);
    return dotOf(files, collects, {
      name: 'files',
      edge: (index) => ({ label: collects[index]?.argument ?? '' }),
    });
  }
  const { elements, uses } = elementGraph(program);
  const names = [...new Set([...elements.map(({ name }) => name), ...uses.map(({ to }) => to)])];
  const known = new Map(elements.map((one) => [one.name, one]));
  return dotOf(names, uses, {
    name: 'elements',
    node: (index) => {
      const one = known.get(names[index] as string);
      return one ? { shape: one.kind === 'block' ? 'box' : 'ellipse' } : { style: 'dashed' };
    },
    edge: (index) => (uses[index]?.as === 'reference' ? {} : { label: uses[index]?.as ?? '' }),
  });
}

function dotOf(
  names: readonly string[],
  arrows: readonly { readonly from: string; readonly to: string }[],
  style: Parameters<typeof renderDot>[1],
): string {
  const numbers = new Map(names.map((name, index) => [name, index]));
  const edges = arrows.map(({ from, to }) => [numbers.get(from) ?? 0, numbers.get(to) ?? 0] as const);
  return renderDot(digraph(names, edges), style);
}

/** The graph for people: each file or element with what it leads to. */
export function graphLines(program: Program, subject: GraphSubject): readonly string[] {
  if (subject === 'files') {
    const { files, collects } = fileGraph(program);
    return files.flatMap((file) => [
      file,
      ...collects
        .filter(({ from }) => from === file)
        .map(({ to, argument }) => `  collects ${to}  [collect ${argument}]`),
    ]);
  }
  const { elements, uses } = elementGraph(program);
  const byName = Map.groupBy(uses, ({ from }) => from);
  return elements.flatMap(({ name, file }) => [
    `${name}  (${file})`,
    ...(byName.get(name) ?? []).map(
      ({ to, as, defined }) => `  ${useWords[as]} ${to}${defined ? '' : '  (not defined)'}`,
    ),
  ]);
}

const useWords = { reference: 'uses', test: 'asks for', include: 'includes', condition: 'depends on' };
