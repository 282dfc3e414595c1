import type { Classification } from './classify-change.ts';

/** Who stood behind a recipe, as its forge or the AUR says; undefined: not known. */
export interface ReviewFacts {
  readonly package: string;
  readonly maintainersBefore?: readonly string[] | undefined;
  readonly maintainersAfter?: readonly string[] | undefined;
  /** Expressions of CI_PKGBUILD_CHANGE_ALLOW_REGEX. */
  readonly allow?: readonly string[] | undefined;
}

/** What a finding is about, in the order of the report. */
export type FindingTopic =
  | 'suspicious'
  | 'maintainers'
  | 'install-time'
  | 'build-time'
  | 'sources'
  | 'checksums'
  | 'keys'
  | 'dependencies'
  | 'metadata'
  | 'files';

/** One line of the report. */
export interface Finding {
  readonly topic: FindingTopic;
  /** `alarm` deserves a look before anything else. */
  readonly weight: 'alarm' | 'notice';
  readonly what: string;
  readonly file?: string;
  readonly line?: number;
}

export interface ChangeReport extends Classification {
  readonly package: string;
  readonly findings: readonly Finding[];
}
