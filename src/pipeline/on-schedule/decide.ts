import type { Classification } from '../../review/index.ts';

/** What was found out about one package, as far as deciding needs it. */
export interface Findings {
  /** Somebody else's work, or our own rewriting of the recipe, differs from what is committed. */
  readonly changesRecipe: boolean;
  /** A rebuild for libraries: a change of `.CI/config` alone. */
  readonly isRebuild: boolean;
  readonly classification: Classification;
  /** Found by a version check (specification 7.10). */
  readonly isVersionCheck: boolean;
  /** Watched commits that moved since they were last noted. */
  readonly hasNewCommits: boolean;
  /** Never published, and its commits were noted for the first time (specification 7.7). */
  readonly isFirstBuild: boolean;
  readonly onTrigger: string | undefined;
  /** Accounts and sources that the change would have to be trusted for; empty: nobody stands in the way. */
  readonly untrusted: readonly string[];
}

export interface ReviewPolicy {
  readonly humanReview: boolean;
  readonly nvcheckerReview: boolean;
}

export type Decision =
  /** Files go to the branch; `schedules` is false when only a trigger builds the package. */
  | { readonly kind: 'commit'; readonly schedules: boolean; readonly because: string }
  /** The recipe goes to a branch of its own. A rebuild of what there is needs nobody's eyes: `rebuild` is its commit. */
  | {
      readonly kind: 'review';
      readonly because: string;
      readonly rebuild: { readonly schedules: boolean } | undefined;
    }
  /** Nothing to commit; build it. */
  | { readonly kind: 'schedule'; readonly because: string }
  /** Something to build, and a trigger that has to come first. */
  | { readonly kind: 'wait'; readonly because: string }
  | { readonly kind: 'nothing' };

/** What happens to a package (specification 7.12 to 7.14). */
export function decide(findings: Findings, policy: ReviewPolicy): Decision {
  const schedules = findings.onTrigger === undefined;
  if (findings.changesRecipe || findings.isRebuild) {
    const because = reviewReason(findings, policy);
    if (because === undefined) return { kind: 'commit', schedules, because: commitReason(findings) };
    return { kind: 'review', because, rebuild: findings.isRebuild ? { schedules } : undefined };
  }
  if (!findings.hasNewCommits && !findings.isFirstBuild) return { kind: 'nothing' };
  const because = findings.hasNewCommits ? 'new upstream commits' : 'never built before';
  if (schedules) return { kind: 'schedule', because };
  return { kind: 'wait', because: `${because}, built on trigger '${findings.onTrigger}'` };
}

/** Whether a decision has the package built now. */
export function isToBuild(decision: Decision | undefined): boolean {
  switch (decision?.kind) {
    case 'schedule':
      return true;
    case 'commit':
      return decision.schedules;
    case 'review':
      return decision.rebuild?.schedules === true;
    default:
      return false;
  }
}

function reviewReason(findings: Findings, policy: ReviewPolicy): string | undefined {
  if (!findings.changesRecipe) return undefined;
  if (findings.isVersionCheck && policy.nvcheckerReview) return 'found by a version check';
  if (!policy.humanReview || findings.classification.size !== 'major') return undefined;
  if (findings.untrusted.length === 0) return undefined;
  const [first] = findings.classification.reasons;
  const what = first ? `${first.file}${first.line ? `:${first.line}` : ''}: ${first.what}` : 'a major change';
  return `${what}; not trusted: ${findings.untrusted.join(', ')}`;
}

function commitReason({ changesRecipe, classification, isVersionCheck }: Findings): string {
  if (!changesRecipe) return 'rebuild';
  return isVersionCheck ? 'new version' : `${classification.size} change`;
}
