import { type Problem, problem } from '../diagnostics/index.ts';
import { parseShell } from '../formats/shell/index.ts';
import type { ChangeReason } from './change-reason.ts';
import { compareRecipes, type RecipeText, type TextVerdict } from './compare-recipes.ts';
import { PosixExpression } from './posix-expression.ts';
import { skeletonOf } from './skeleton.ts';

/** Reads CI_PKGBUILD_CHANGE_ALLOW_REGEX, already split at its semicolons. */
export function readAllowList(allow: readonly string[]): {
  readonly expressions: readonly PosixExpression[];
  readonly problems: readonly Problem[];
} {
  const expressions: PosixExpression[] = [];
  const problems: Problem[] = [];
  for (const text of allow) {
    // an empty expression would match every line
    const read = text === '' ? 'it is empty' : PosixExpression.read(text);
    if (typeof read !== 'string') expressions.push(read);
    else {
      const what = `'${text.slice(0, 80)}' in 'CI_PKGBUILD_CHANGE_ALLOW_REGEX' is no expression: ${read}`;
      problems.push(problem('REV002', { what }));
    }
  }
  return { expressions, problems };
}

/**
 * The verdict when lines of which one expression matches the old and the new form count as unchanged; undefined when
 * that is not enough. An allowed line may change values only: with it the recipe has to keep its shape, so that no
 * expression opens the door for commands, substitutions, elements or quotes that run on into other lines.
 */
export function allowLines(
  before: RecipeText,
  after: RecipeText,
  expressions: readonly PosixExpression[],
): TextVerdict | undefined {
  if (expressions.length === 0) return undefined;
  const [old, now] = [before.text.split('\n'), after.text.split('\n')];
  if (old.length !== now.length) return undefined;
  const allowed: ChangeReason[] = [];
  const mixed = now.map((line, index) => {
    const was = old[index] as string;
    if (was === line || !expressions.some((one) => one.matches(was) && one.matches(line))) return line;
    const what = 'the line differs as the list of allowed changes permits';
    allowed.push({ file: 'PKGBUILD', line: index + 1, rule: 'allowed', what });
    return was;
  });
  if (allowed.length === 0) return undefined;
  const text = mixed.join('\n');
  const shell = parseShell(text, 'PKGBUILD');
  if (shell.problems.length > 0) return undefined;
  const rest = compareRecipes(before, { text, shell });
  if (rest.size === 'major' || skeletonOf(shell) !== skeletonOf(after.shell)) return undefined;
  return { size: 'minor', reasons: [...allowed, ...rest.reasons] };
}
