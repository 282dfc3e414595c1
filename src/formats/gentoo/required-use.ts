import type { Place } from '../../diagnostics/index.ts';
import {
  type Condition,
  countedChildren,
  holds,
  printExpression,
  type SatisfiedOptions,
  satisfied,
} from './algebra.ts';
import type { ExpressionOptions } from './dependencies.ts';
import { type Eapi, eapiRules } from './eapi.ts';
import {
  type Dialect,
  type Expression,
  type Group,
  placeInText,
  type ReadExpression,
  readExpression,
} from './expression.ts';
import { isUseFlagName } from './names.ts';

/** REQUIRED_USE (PMS 8.2): items are flags that have to be enabled, or not. PMS021, PMS030 and PMS031. */
export function parseRequiredUse(
  text: string,
  { place, eapi }: ExpressionOptions,
): ReadExpression<Condition> {
  const rules = eapiRules(eapi);
  const dialect: Dialect<Condition> = {
    emptyGroups: true,
    groups: rules.atMostOneOf ? ['||', '^^', '??'] : ['||', '^^'],
    readLeaf({ text: word, at }, _, report) {
      const negated = word.startsWith('!');
      const flag = word.slice(negated ? 1 : 0);
      if (!rules.requiredUse) report('PMS021', at, { what: `EAPI ${eapi} has no REQUIRED_USE` });
      if (isUseFlagName(flag)) return { flag, negated };
      report('PMS030', at, { what: `'${flag}' is not the name of a USE flag` });
      return undefined;
    },
  };
  return readExpression(text, dialect, place);
}

const printFlag = ({ flag, negated }: Condition): string => `${negated ? '!' : ''}${flag}`;

/** The opposite of `parseRequiredUse`, on one line. */
export function printRequiredUse(expression: Group<Condition>): string {
  return printExpression(expression, printFlag);
}

/** A demand of REQUIRED_USE that a set of flags does not meet. */
export interface RequiredUseViolation {
  /** The demand as text. */
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
  /** A full sentence: what is demanded, why it applies, and what is the case. */
  readonly why: string;
}

const list = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const quoted = (nodes: readonly Expression<Condition>[]): string[] =>
  nodes.map((node) => `'${printRequiredUse({ kind: 'all', children: [node], at: 0 })}'`);

const reason = (conditions: readonly Condition[]): string =>
  conditions.length === 0
    ? ''
    : ` because ${list(
        conditions.map(({ flag, negated }) => `'${flag}' is ${negated ? 'off' : 'on'}`),
        'and',
      )}`;

const demands = { any: 'At least one of', one: 'Exactly one of', 'at-most-one': 'At most one of' } as const;

function violationOfGroup(
  node: Group<Condition>,
  conditions: readonly Condition[],
  options: SatisfiedOptions<Condition>,
): RequiredUseViolation | undefined {
  if (node.kind === 'all' || satisfied(node, options)) return undefined;
  const { counted, met } = countedChildren(node, options);
  const now = met.length === 0 ? 'none is' : `${list(quoted(met), 'and')} ${met.length === 1 ? 'is' : 'are'}`;
  const text = printRequiredUse({ kind: 'all', children: [node], at: 0 });
  if (counted.length === 0)
    return { text, at: node.at, why: `A choice among nothing is never met${reason(conditions)}.` };
  return {
    text,
    at: node.at,
    why: `${demands[node.kind]} ${list(quoted(counted), 'and')} has to hold${reason(conditions)}; ${now}.`,
  };
}

function violationsOf(
  node: Expression<Condition>,
  conditions: readonly Condition[],
  options: SatisfiedOptions<Condition>,
): RequiredUseViolation[] {
  if (node.kind === 'leaf') {
    if (options.holds(node.value)) return [];
    const { flag, negated } = node.value;
    const why = `'${flag}' has to be ${negated ? 'off' : 'on'}${reason(conditions)}.`;
    return [{ text: printFlag(node.value), at: node.at, why }];
  }
  if (node.kind === 'use') {
    if (!holds(node, options.flags)) return [];
    const inner = [...conditions, { flag: node.flag, negated: node.negated }];
    return node.children.flatMap((child) => violationsOf(child, inner, options));
  }
  if (node.kind === 'all') return node.children.flatMap((child) => violationsOf(child, conditions, options));
  const violation = violationOfGroup(node, conditions, options);
  return violation ? [violation] : [];
}

/** Everything that REQUIRED_USE demands and these enabled flags do not give (PMS 7.3.4); nothing when it is met. */
export function explainRequiredUse(
  expression: Group<Condition>,
  flags: ReadonlySet<string>,
  eapi?: Eapi,
): RequiredUseViolation[] {
  const options = { flags, holds: (condition: Condition) => holds(condition, flags), eapi };
  return violationsOf(expression, [], options);
}

/** Where a violation stands, when the text that was read begins at `place`. */
export function placeOfViolation(violation: RequiredUseViolation, text: string, place: Place): Place {
  return placeInText(text, Math.max(violation.at, 0), place);
}
