import type { Cell, Definition } from './definitions.ts';
import type { Knowledge, Want } from './knowledge.ts';
import type { Condition } from './nodes.ts';
import { type Choice, errorResult, headOf, type Result } from './results.ts';

/** Whether a condition holds: an answer, the error of the element that it asks, or what has to be known first. */
type Verdict =
  | { readonly holds: boolean; readonly absent?: string; readonly error?: Result }
  | { readonly want: Want };

/**
 * Which of several definitions counts (section 6): the one whose condition holds, or the one without a condition. Two that
 * hold are E10, whichever they are (Q30). What a condition asks are definitions without conditions.
 */
export function chooseDefinition(knowledge: Knowledge, cell: Cell, user: Cell | undefined): Choice | Want {
  const { plain } = cell;
  const holding: Definition[] = plain ? [plain] : [];
  const absent: string[] = [];
  for (const one of cell.conditional) {
    const verdict = conditionHolds(knowledge, one.node.scope.when as Condition, user ?? cell);
    if ('want' in verdict) return verdict.want;
    if (verdict.error) return { definition: undefined, error: verdict.error, absent: undefined };
    if (verdict.absent !== undefined) absent.push(verdict.absent);
    if (verdict.holds) holding.push(one);
  }
  const [first, second] = holding;
  const missing = absent.length === 0 ? undefined : absent;
  if (!first || !second) return { definition: first, error: undefined, absent: missing };
  const said = holding.map(({ node }) => node.scope.when?.text ?? 'no condition');
  const trouble = {
    code: 'MTR030' as const,
    what: `'${cell.name}' has more than one definition that counts`,
    site: headOf(second),
    why: `These conditions hold at the same time: ${said.map((text) => `'${text}'`).join(', ')}.`,
  };
  return { definition: undefined, error: errorResult([trouble]), absent: missing };
}

/** Whether a condition holds now. */
export function conditionHolds(
  knowledge: Knowledge,
  { name, values }: Condition,
  user: Cell | undefined,
): Verdict {
  knowledge.onUse?.(user, name);
  const cell = knowledge.definitions.get(name);
  if (!cell?.plain) return { holds: false, absent: name };
  if (!values) return { holds: true };
  const want: Want = { cell, mode: 'text', lax: false };
  const result = knowledge.known(want);
  if (!result) return { want };
  if (result.kind === 'error') return { holds: false, error: result };
  return { holds: result.kind === 'text' && values.includes(result.text) };
}
