import type { FarmService, LogReading, ObjectIntake } from '../app/index.ts';
import type { Clock } from '../host/index.ts';
import type { HttpLimits, SymbolAnswers } from './http-options.ts';
import type { LiveStreams } from './live-streams.ts';
import type { FarmMetrics } from './metrics/farm-metrics.ts';
import type { SignIn } from './sign-in.ts';

/** What the routes work with. */
export interface RouteContext {
  readonly service: FarmService;
  readonly intake: ObjectIntake;
  readonly logReading: LogReading;
  readonly streams: LiveStreams;
  readonly signIn: SignIn;
  readonly metrics: FarmMetrics;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly pagesFolder: string;
  readonly webFolder: string;
  readonly symbols: SymbolAnswers | undefined;
}
