import { targetOf } from './place.ts';
import type { Offence, SourceFile } from './source-file.ts';

/** Files that import one another in a circle, by value or by type; one offence per circle, at its first file. */
export function circleOffences(files: readonly SourceFile[]): Offence[] {
  const arrows = new Map(
    files.map((file) => [
      file.path,
      file.imports.flatMap((arrow) => targetOf(file.path, arrow.specifier) ?? []).sort(),
    ]),
  );
  return components(arrows)
    .filter((members) => members.length > 1 || arrows.get(members[0] ?? '')?.includes(members[0] ?? ''))
    .map((members) => {
      const [first = ''] = members;
      const target = arrows.get(first)?.find((path) => members.includes(path)) ?? '';
      const line =
        files
          .find((file) => file.path === first)
          ?.imports.find((arrow) => targetOf(first, arrow.specifier) === target)?.line ?? 1;
      return {
        rule: 'no-circles',
        path: first,
        line,
        message: `these files import one another in a circle (types count): ${members.join(', ')}; move what they share into a file of its own`,
      };
    });
}

/** Strongly connected components (Tarjan, without recursion), members sorted by name. */
function components(arrows: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  const enter = (node: string): { node: string; next: number } => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    return { node, next: 0 };
  };
  const leave = (node: string): void => {
    if (low.get(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    for (const member of members) onStack.delete(member);
    found.push(members.sort());
  };
  const sink = (node: string, value: number): void => {
    low.set(node, Math.min(low.get(node) ?? value, value));
  };
  for (const root of arrows.keys()) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = arrows.get(top.node)?.[top.next];
      top.next += 1;
      if (to === undefined) {
        leave(top.node);
        path.pop();
        const above = path.at(-1);
        if (above) sink(above.node, low.get(top.node) ?? 0);
      } else if (arrows.has(to) && !index.has(to)) path.push(enter(to));
      else if (onStack.has(to)) sink(top.node, index.get(to) ?? 0);
    }
  }
  return found;
}
