/**
 * How much a finding asks of people: `act` somebody has to do something before or soon after the move, `differs`
 * the same repository behaves differently, `note` good to know.
 */
export type ImportWeight = 'act' | 'differs' | 'note';

/** One way in which packmill differs from the pipelines that a Chaotic-style repository had. */
export interface ImportRule {
  readonly weight: ImportWeight;
  readonly title: string;
  /** What the old pipelines did, and what packmill does. */
  readonly was: string;
  readonly is: string;
  /** What to do about it, where there is something. */
  readonly next?: string;
}
