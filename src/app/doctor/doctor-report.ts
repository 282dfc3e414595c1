import type { Family, ProgramRow } from './program-table.ts';

/** `missing` and `too-old` matter when the program is required; `unknown`: it is there and tells no version. */
export type ProgramFinding = 'ok' | 'unknown' | 'too-old' | 'missing';

export interface ProgramReport extends Pick<ProgramRow, 'name' | 'need' | 'feature' | 'why'> {
  readonly finding: ProgramFinding;
  readonly path?: string;
  readonly version?: string;
  readonly minimum?: string;
  /** Command that installs it on the running distribution; absent where we do not know the distribution. */
  readonly install?: string;
  /** The same for every distribution we know. */
  readonly packages: Readonly<Record<Family, string>>;
}

export interface KernelReport {
  readonly name: 'user namespaces' | 'overlayfs' | 'cgroup';
  readonly ok: boolean;
  readonly required: boolean;
  /** What was seen, for people. */
  readonly detail: string;
  readonly feature: string;
  /** What to do, present when it is not ok. */
  readonly next?: string;
}

/** The state of a machine as far as packmill depends on it. */
export interface DoctorReport {
  /** True when everything that is required is there and new enough. */
  readonly ready: boolean;
  readonly runtime: string;
  readonly kernel: string;
  readonly distribution: { readonly name: string; readonly family?: Family };
  readonly programs: readonly ProgramReport[];
  readonly features: readonly KernelReport[];
  /** One command for all that is missing or too old and not `later`; absent when nothing is, or on unknown ground. */
  readonly install?: string;
}
