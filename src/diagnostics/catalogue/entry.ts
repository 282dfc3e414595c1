import type { Blame, Severity } from '../problem.ts';

/** What the catalogue says of one code. A code is never given a second meaning and never used again once retired. */
export interface CatalogueEntry {
  readonly severity: Severity;
  readonly blame: Blame;
  /** The heading in `docs/errors.md` and of `packmill explain CODE`. */
  readonly title: string;
  /** The name that the specification of a format or a tool gives it, for reports in that specification's words. */
  readonly alias?: string;
  /** Full sentences: what the rule is and why it exists. */
  readonly why: string;
  /** Full sentences: what to do; shown with every occurrence that brings no better advice. */
  readonly next: string;
  /** A small broken input or situation that leads to the code, and the same without the fault. */
  readonly sample: { readonly broken: string; readonly fixed: string };
}

/** A table of codes; each area of the house has one. */
export type CatalogueTable = Readonly<Record<string, CatalogueEntry>>;
