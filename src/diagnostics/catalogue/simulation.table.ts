import type { CatalogueTable } from './entry.ts';

/** Codes SIM001 to SIM999: what is asked of simulations. */
export const simulationCodes = {
  SIM001: {
    severity: 'error',
    blame: 'usage',
    title: 'a builder of a simulation cannot be read',
    why: 'Builders are told by slots, and what else they have: 4, 8x2@2, big:16@9+gpu/aarch64*1.5, +4, -big.',
    next: "Correct it; 'packmill simulate --help' says what each part means.",
    sample: { broken: 'packmill simulate --builders four', fixed: 'packmill simulate --builders 4' },
  },
  SIM002: {
    severity: 'error',
    blame: 'usage',
    title: 'there is nothing to simulate',
    why: 'The farm has no such plan, none since that time, or no open job.',
    next: "'packmill status' names the newest plan; --history takes a time far enough back.",
    sample: { broken: 'packmill simulate 99999', fixed: 'packmill simulate 12' },
  },
  SIM003: {
    severity: 'error',
    blame: 'usage',
    title: 'the simulation is too large',
    why: 'A simulation works while others wait for the manager, so that the number of jobs is bounded.',
    next: 'Take a later time for --history, or one plan.',
    sample: { broken: 'packmill simulate --history 400d', fixed: 'packmill simulate --history 7d' },
  },
} as const satisfies CatalogueTable;
