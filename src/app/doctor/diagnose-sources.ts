import { findProgram, probeProgram, readSystemFacts, type SystemFacts } from '../../host/index.ts';

/** Where the doctor gets its facts; tests bring their own. */
export interface DoctorSources {
  readonly machine: SystemFacts;
  readonly find: typeof findProgram;
  readonly ask: typeof probeProgram;
}

/** The running machine. */
export const realSources = (): DoctorSources => ({
  machine: readSystemFacts(),
  find: findProgram,
  ask: probeProgram,
});
