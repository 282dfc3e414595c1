import type { Classification } from './classify-change.ts';

/** Who stood behind a recipe, as its forge or the AUR says; undefined: not known. */
export interface ReviewFacts {
  readonly package: string;
  readonly maintainersBefore?: readonly string[] | undefined;
  readonly maintainersAfter?: readonly string[] | undefined;
  /** Expressions of CI_PKGBUILD_CHANGE_ALLOW_REGEX. */
  readonly allow?: readonly string[] | undefined;
  /** Both sides come from a recipe repository, so that hooks in `.CI` are part of the change. */
  readonly comparesHooks?: boolean | undefined;
}

/** What a finding is about, in the order of the report. */
export const findingTopics = [
  'suspicious',
  'maintainers',
  'install-time',
  'build-time',
  'sources',
  'checksums',
  'keys',
  'dependencies',
  'metadata',
  'files',
] as const;
export type FindingTopic = (typeof findingTopics)[number];

/** One line of the report. */
export interface Finding {
  readonly topic: FindingTopic;
  /** `alarm` deserves a look before anything else. */
  readonly weight: 'alarm' | 'notice';
  /** Words of ours only. */
  readonly what: string;
  /** What it is about, in the words of the recipe: on one line, control characters made visible, cut when long. */
  readonly shown?: string;
  readonly file?: string;
  /** Of the new text; of the old one for what is gone. */
  readonly line?: number;
}

export interface ChangeReport extends Classification {
  readonly package: string;
  /** By topic, alarms first. */
  readonly findings: readonly Finding[];
}
