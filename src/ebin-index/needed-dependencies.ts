import {
  type Atom,
  type Expression,
  formatAtom,
  type Group,
  leaves,
  parseDependencies,
  printExpression,
} from '../formats/gentoo/index.ts';
import { isOperator } from './dependency-items.ts';
import { together } from './tree-expression.ts';

/** The atoms of a text that are wanted, under their conditions; a choice with a wanted atom is kept whole. */
function filtered(text: string, isWanted: (atom: Atom) => boolean): string {
  const visit = (node: Expression<Atom>): Expression<Atom>[] => {
    if (node.kind === 'leaf') return isWanted(node.value) ? [node] : [];
    if (node.kind !== 'all' && node.kind !== 'use') return leaves(node).some(isWanted) ? [node] : [];
    const children = node.children.flatMap(visit);
    return children.length === 0 ? [] : [{ ...node, children }];
  };
  const value: Group<Atom> | undefined = parseDependencies(text, {
    place: { file: 'metadata' },
    eapi: '8',
  }).expression;
  return printExpression(together(value?.children.flatMap(visit) ?? []), formatAtom);
}

/** What has to be there for `:=` to be bound (specification 4.6). */
export function operatorDependencies(text: string): string {
  return filtered(text, isOperator);
}

/** Accounts that own something in the content (specification 4.6). */
export function accountDependencies(text: string): string {
  return filtered(text, ({ category, blocker }) => !blocker && /^acct-(user|group)$/.test(category));
}
