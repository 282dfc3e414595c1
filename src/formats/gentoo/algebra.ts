import { type Eapi, eapiRules } from './eapi.ts';
import type { Conditional, Expression, Group, Leaf } from './expression.ts';

/** A condition that lies around something: `flag?`, or `!flag?` when it is negated. */
export interface Condition {
  readonly flag: string;
  readonly negated: boolean;
}

/** An item and when it counts. */
export interface ConditionedLeaf<T> {
  readonly value: T;
  readonly at: number;
  /** All of them must hold, outermost first. */
  readonly conditions: readonly Condition[];
  /** Whether it lies in a group of alternatives, so that something else can stand in for it. */
  readonly isAlternative: boolean;
}

/** Whether a condition holds under these enabled flags. */
export function holds(condition: Condition, flags: ReadonlySet<string>): boolean {
  return flags.has(condition.flag) !== condition.negated;
}

/** An item that was not read from a text. */
export function leaf<T>(value: T): Leaf<T> {
  return { kind: 'leaf', value, at: -1 };
}

/** A group that was not read from a text. */
export function group<T>(kind: Group<T>['kind'], children: readonly Expression<T>[]): Group<T> {
  return { kind, children, at: -1 };
}

/** Something under a condition that was not read from a text. */
export function when<T>(condition: Condition, children: readonly Expression<T>[]): Conditional<T> {
  return { kind: 'use', ...condition, children, at: -1 };
}

function evaluateChildren<T>(
  children: readonly Expression<T>[],
  flags: ReadonlySet<string>,
  isAll: boolean,
): Expression<T>[] {
  return children.flatMap((child): Expression<T>[] => {
    if (child.kind === 'leaf') return [child];
    if (child.kind === 'use' && !holds(child, flags)) return [];
    const kind = child.kind === 'use' ? 'all' : child.kind;
    const inner = evaluateChildren(child.children, flags, kind === 'all');
    // In a group of alternatives several things under one condition stay one alternative (PMS 8.2.3).
    if (kind === 'all' && (isAll || inner.length === 1)) return inner;
    return [{ kind, children: inner, at: child.at }];
  });
}

/**
 * The expression under a set of enabled flags: no conditions remain (PMS 8.2.2), and a group of all lies only where it
 * matters, as one alternative of several.
 */
export function evaluate<T>(expression: Expression<T>, flags: ReadonlySet<string>): Group<T> {
  return { kind: 'all', children: evaluateChildren([expression], flags, true), at: 0 };
}

/** All items that the expression names under a set of enabled flags, alternatives included, in order. */
export function flatten<T>(expression: Expression<T>, flags: ReadonlySet<string>): T[] {
  if (expression.kind === 'leaf') return [expression.value];
  if (expression.kind === 'use' && !holds(expression, flags)) return [];
  return expression.children.flatMap((child) => flatten(child, flags));
}

/** All items with the conditions under which they count, in order. */
export function conditionedLeaves<T>(expression: Expression<T>): ConditionedLeaf<T>[] {
  const found: ConditionedLeaf<T>[] = [];
  const visit = (node: Expression<T>, conditions: readonly Condition[], isAlternative: boolean): void => {
    if (node.kind === 'leaf') {
      found.push({ value: node.value, at: node.at, conditions, isAlternative });
      return;
    }
    const inner =
      node.kind === 'use' ? [...conditions, { flag: node.flag, negated: node.negated }] : conditions;
    const chosen = isAlternative || !['use', 'all'].includes(node.kind);
    for (const child of node.children) visit(child, inner, chosen);
  };
  visit(expression, [], false);
  return found;
}

/** All items, whatever their conditions, in order. */
export function leaves<T>(expression: Expression<T>): T[] {
  return expression.kind === 'leaf' ? [expression.value] : expression.children.flatMap(leaves);
}

/** Conditions with their places, in order, once for each time that they are written. */
export function conditionsOf<T>(expression: Expression<T>): (Condition & { readonly at: number })[] {
  if (expression.kind === 'leaf') return [];
  const inner = expression.children.flatMap(conditionsOf);
  if (expression.kind !== 'use') return inner;
  const { flag, negated, at } = expression;
  return [{ flag, negated, at }, ...inner];
}

export interface SatisfiedOptions<T> {
  /** Enabled flags. */
  readonly flags: ReadonlySet<string>;
  readonly holds: (value: T) => boolean;
  /** Whose rules hold for empty groups; without it the newest. */
  readonly eapi?: Eapi | undefined;
}

/** The children that count and those of them that are satisfied; conditions that do not hold take theirs away (PMS 8.2.3). */
export function countedChildren<T>(
  node: Group<T> | Conditional<T>,
  options: SatisfiedOptions<T>,
): { readonly counted: readonly Expression<T>[]; readonly met: readonly Expression<T>[] } {
  const counted = node.children.filter((child) => child.kind !== 'use' || holds(child, options.flags));
  return { counted, met: counted.filter((child) => satisfied(child, options)) };
}

/** Whether the expression is met, when `holds` tells it of each item (PMS 8.2). */
export function satisfied<T>(expression: Expression<T>, options: SatisfiedOptions<T>): boolean {
  if (expression.kind === 'leaf') return options.holds(expression.value);
  if (expression.kind === 'use' && !holds(expression, options.flags)) return true;
  const children = countedChildren(expression, options);
  const [all, met] = [children.counted.length, children.met.length];
  switch (expression.kind) {
    case 'use':
    case 'all':
      return met === all;
    case 'any':
      return all === 0 ? eapiRules(options.eapi).emptyGroupsHold : met > 0;
    case 'one':
      return all === 0 ? eapiRules(options.eapi).emptyGroupsHold : met === 1;
    case 'at-most-one':
      return met <= 1;
  }
}

/** The expression with other items; an item for which nothing comes back goes, and with it groups that are empty then. */
export function mapLeaves<T, U>(
  expression: Group<T>,
  change: (value: T) => Expression<U> | undefined,
): Group<U> {
  const visit = (node: Expression<T>): Expression<U> | undefined => {
    if (node.kind === 'leaf') return change(node.value);
    const children = node.children.flatMap((child) => visit(child) ?? []);
    if (children.length === 0 && node.children.length > 0) return undefined;
    return { ...node, children };
  };
  return {
    kind: 'all',
    at: expression.at,
    children: expression.children.flatMap((child) => visit(child) ?? []),
  };
}

const signs = { all: '', any: '|| ', one: '^^ ', 'at-most-one': '?? ' } as const;

function heading<T>(node: Group<T> | Conditional<T>): string {
  return node.kind === 'use' ? `${node.negated ? '!' : ''}${node.flag}? ` : signs[node.kind];
}

/** The expression as text on one line; what is read from it is the same expression. The outermost group has no parentheses. */
export function printExpression<T>(expression: Group<T>, printLeaf: (value: T) => string): string {
  const print = (node: Expression<T>): string => {
    if (node.kind === 'leaf') return printLeaf(node.value);
    const inner = node.children.map(print);
    return `${heading(node)}( ${inner.join(' ')}${inner.length > 0 ? ' ' : ''})`;
  };
  if (expression.kind !== 'all') return print(expression);
  return expression.children.map(print).join(' ');
}

/** The expression as lines with tabs, for an ebuild: a group with more than one item on lines of its own. */
export function printExpressionLines<T>(
  expression: Group<T>,
  printLeaf: (value: T) => string,
  indent = '\t',
): string {
  const lines: string[] = [];
  const print = (node: Expression<T>, before: string): void => {
    if (node.kind === 'leaf') {
      lines.push(before + printLeaf(node.value));
      return;
    }
    const [only, ...more] = node.children;
    if (only?.kind === 'leaf' && more.length === 0) {
      lines.push(`${before}${heading(node)}( ${printLeaf(only.value)} )`);
      return;
    }
    lines.push(`${before}${heading(node)}(`);
    for (const child of node.children) print(child, before + indent);
    lines.push(`${before})`);
  };
  for (const child of expression.kind === 'all' ? expression.children : [expression]) print(child, '');
  return lines.join('\n');
}
