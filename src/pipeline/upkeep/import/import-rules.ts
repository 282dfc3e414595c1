import { packageRules } from './package-rules.ts';
import { repositoryRules } from './repository-rules.ts';

export type { ImportRule } from './import-rule.ts';

/** All rules by name, in the order of reports: of the repository first, then of packages. */
export const importRules = { ...repositoryRules, ...packageRules };

export type ImportRuleName = keyof typeof importRules;

/** One rule that applies: to the repository as a whole, or to one package. */
export interface ImportFinding {
  readonly rule: ImportRuleName;
  readonly package?: string;
  readonly file?: string;
  readonly line?: number;
  /** What was found there, in one line. */
  readonly what: string;
}
