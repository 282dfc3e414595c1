import type { ChangeReport, ReviewFacts } from './change-report.ts';
import { classifyChange } from './classify-change.ts';
import type { RecipeFolder } from './recipe-folder.ts';

/** What a reviewer has to know of a change: see docs/review.md. Never throws. */
export function reviewChange(before: RecipeFolder, after: RecipeFolder, facts: ReviewFacts): ChangeReport {
  const verdict = classifyChange(before, after, { allow: facts.allow ?? [] });
  return { ...verdict, package: facts.package, findings: [] };
}
