import { type Code, type Occurrence, problem } from '../diagnostics/index.ts';
import { compareVersions } from '../formats/pacman/index.ts';
import type { ShellAssignment } from '../formats/shell/index.ts';
import { outlineRecipe, type RecipeOutline, replaceValue, scalars, type TextEdit } from './recipe-outline.ts';
import type { RecipeTexts, Rewrite } from './recipe-texts.ts';
import { srcinfoValue } from './srcinfo-edit.ts';

type Refusal = Extract<Rewrite, { kind: 'refused' }>;

/** A rewrite that does not happen. */
export function refused(code: Code, occurrence: Occurrence): Refusal {
  return { kind: 'refused', problem: problem(code, occurrence) };
}

/** A new version that may be written into a recipe. */
export interface VersionPlan {
  readonly outline: RecipeOutline;
  readonly oldVersion: string;
}

export const isRefusal = (plan: VersionPlan | Refusal): plan is Refusal => 'kind' in plan;

/**
 * Looks whether a version may go into a recipe: that it is one (UPS014), that it is another one and not older by pacman's
 * order (UPS015), and that the recipe has plain lines for it (UPS013).
 */
export function planVersion(
  { pkgbase, pkgbuild, srcinfo }: RecipeTexts,
  to: { readonly version: string; readonly force?: boolean | undefined },
): VersionPlan | Refusal | 'unchanged' {
  const { version } = to;
  const outline = outlineRecipe(pkgbuild);
  const what = `'${pkgbase}' cannot be updated to '${version}'`;
  const old = srcinfo === undefined ? undefined : srcinfoValue(srcinfo, 'pkgver');
  const ownVersion =
    typeof outline === 'string' ? undefined : scalars(outline.assignments, 'pkgver')[0]?.value.literal;
  const oldVersion = old ?? ownVersion;
  if (oldVersion !== undefined && oldVersion.replace(/^v/, '') === version) return 'unchanged';
  if (!/^[A-Za-z0-9][A-Za-z0-9._+~]*$/.test(version)) return refused('UPS014', { what });
  if (typeof outline === 'string') return refused('UPS013', { what, why: outline });
  const trouble = versionTrouble(outline);
  if (trouble !== undefined) return refused('UPS013', { what, why: trouble });
  if (oldVersion === undefined)
    return refused('UPS013', { what, why: 'It does not say which version it has.' });
  if (!to.force && compareVersions(version, oldVersion) < 0) {
    const older = `'${pkgbase}' has '${oldVersion}' and upstream the older '${version}'`;
    return refused('UPS015', { what: older });
  }
  return { outline, oldVersion };
}

/** Why pkgver cannot be written; undefined when it can. */
function versionTrouble({ assignments, conditional }: RecipeOutline): string | undefined {
  if (conditional.some(({ name }) => name === 'pkgver')) return 'Its pkgver is set under a condition.';
  if (scalars(assignments, 'pkgver').length === 0) return "It has no line 'pkgver='.";
  const isPlain = (one: ShellAssignment): boolean => one.operator === '=' && one.value?.literal !== undefined;
  const computed = assignments.find((one) => one.name === 'pkgver' && !isPlain(one));
  return computed && `Its pkgver is computed: '${computed.raw}'.`;
}

/** The edits of all lines that set pkgver and pkgrel. */
export function versionEdits({ assignments }: RecipeOutline, version: string): readonly TextEdit[] {
  return [
    ...scalars(assignments, 'pkgver').map(({ value }) => replaceValue(value, version)),
    ...scalars(assignments, 'pkgrel').map(({ value }) => replaceValue(value, '1')),
  ];
}

/**
 * The rewrite, once the new text has been read again and says what was to be written: a line may stand where nobody
 * expects one, as in the body of a here-document.
 */
export function checkedRewrite(
  pkgbase: string,
  rewrite: Extract<Rewrite, { kind: 'rewritten' }>,
  expected: Readonly<Record<string, string>>,
): Rewrite {
  const outline = outlineRecipe(rewrite.pkgbuild);
  const isWritten = ([name, value]: readonly [string, string]): boolean =>
    typeof outline !== 'string' && scalars(outline.assignments, name).at(-1)?.value.literal === value;
  if (Object.entries(expected).every(isWritten)) return rewrite;
  const why = 'The lines of its version and commit do not stand by themselves.';
  return refused('UPS013', { what: `'${pkgbase}' cannot be updated to '${rewrite.version}'`, why });
}
