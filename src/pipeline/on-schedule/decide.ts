import type { Classification } from '../../review/index.ts';

/** What was found out about one package, as far as deciding needs it. */
export interface Findings {
  /** Files of the folder that would change, `.CI/config` included. */
  readonly changesFiles: boolean;
  /** Whether the change is more than our own `.CI/config`: somebody else's work. */
  readonly changesRecipe: boolean;
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
  | { readonly kind: 'review'; readonly because: string }
  /** Nothing to commit; build it. */
  | { readonly kind: 'schedule'; readonly because: string }
  /** Something to build, and a trigger that has to come first. */
  | { readonly kind: 'wait'; readonly because: string }
  | { readonly kind: 'nothing' };

/** What happens to a package (specification 7.12 to 7.14). */
export function decide(findings: Findings, policy: ReviewPolicy): Decision {
  if (findings.changesFiles) {
    const review = reviewReason(findings, policy);
    if (review !== undefined) return { kind: 'review', because: review };
    return { kind: 'commit', schedules: findings.onTrigger === undefined, because: commitReason(findings) };
  }
  if (!findings.hasNewCommits && !findings.isFirstBuild) return { kind: 'nothing' };
  const because = findings.hasNewCommits ? 'new upstream commits' : 'never built before';
  if (findings.onTrigger !== undefined)
    return { kind: 'wait', because: `${because}, built on trigger '${findings.onTrigger}'` };
  return { kind: 'schedule', because };
}

function reviewReason(findings: Findings, policy: ReviewPolicy): string | undefined {
  if (!findings.changesRecipe) return undefined;
  if (findings.isVersionCheck) return policy.nvcheckerReview ? 'found by a version check' : undefined;
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
