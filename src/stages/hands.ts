import type { Problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { RootSessions } from '../sandbox/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { StagePlan } from './contract.ts';
import type { StagePublisher } from './publish.ts';
import type { StageState } from './state.ts';

/** What happens while a target is built. */
export type StageEvent =
  | { readonly kind: 'begin'; readonly plan: StagePlan; readonly key: string }
  | { readonly kind: 'phase'; readonly phase: 'fetch' | 'unpack' | 'capture' | 'publish' }
  | { readonly kind: 'step'; readonly element: string; readonly number: number; readonly count: number }
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** What builds of stages are made with. */
export interface StageHands {
  readonly state: StageState;
  readonly store: ObjectStore;
  readonly sessions: RootSessions;
  readonly publisher: StagePublisher;
  readonly clock: Clock;
  readonly onEvent: (event: StageEvent) => void;
  readonly signal: AbortSignal | undefined;
}
