import { type ChangeReport, type Finding, findingTopics, type ReviewFacts } from './change-report.ts';
import { classifyFiles } from './classify-change.ts';
import { newActions } from './executed-actions.ts';
import { fileFindings } from './file-findings.ts';
import { arrayFindings, maintainerFindings, scalarFindings } from './metadata-findings.ts';
import type { RecipeFolder } from './recipe-folder.ts';
import { viewRecipe } from './recipe-view.ts';
import { repositoryFindings, withRepository } from './repository-findings.ts';
import { checksumFindings, sourceFindings } from './source-findings.ts';
import { newSuspicions } from './suspicious.ts';

/**
 * What a reviewer has to know of a change: what it executes that the recipe did not, where it fetches from, whom it
 * trusts (docs/review.md). Other than `classifyChange` it looks at every file, so that its size is `none` only when
 * nothing differs. A recipe that is new is compared with an empty folder. Never throws.
 */
export function reviewChange(before: RecipeFolder, after: RecipeFolder, facts: ReviewFacts): ChangeReport {
  const verdict = classifyFiles(before, after, { allow: facts.allow ?? [] });
  const [old, now] = [viewRecipe(before), viewRecipe(after)];
  const findings = [
    ...newSuspicions(old, now),
    ...maintainerFindings(facts, old, now),
    ...newActions(old, now),
    ...(facts.comparesHooks ? repositoryFindings(before, after) : []),
    ...sourceFindings(old, now),
    ...checksumFindings(old, now),
    ...arrayFindings(old, now),
    ...scalarFindings(old, now),
    ...fileFindings(before, after),
  ];
  const whole = facts.comparesHooks ? withRepository(verdict, before, after) : verdict;
  return { ...whole, package: facts.package, findings: inOrder(findings) };
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ topic, weight }: Finding): number =>
    findingTopics.indexOf(topic) * 2 + (weight === 'alarm' ? 0 : 1);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}
