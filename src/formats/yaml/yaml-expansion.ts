import { type Code, fault } from '../../diagnostics/index.ts';
import type { YamlNode } from './yaml-node.ts';

/** More values than this come of aliases that multiply, not of people. */
const mostValues = 200_000;

/** Throws YML001, or the code that is given, when a node stands for too many values with all that aliases repeat in it. */
export function checkExpansion(node: YamlNode, code: Code = 'YML001'): void {
  const sizes = new Map<YamlNode, number>();
  const sizeOf = (at: YamlNode): number => {
    if (at.kind === 'scalar') return 1;
    const known = sizes.get(at);
    if (known !== undefined) return known;
    const inner = at.kind === 'list' ? at.items : at.entries.map(({ value }) => value);
    const size = inner.reduce((sum, one) => sum + sizeOf(one), 1);
    sizes.set(at, size);
    return size;
  };
  if (sizeOf(node) <= mostValues) return;
  throw fault(code, { what: `the aliases stand for more than ${mostValues} values`, place: node.place });
}
