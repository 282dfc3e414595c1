import type { CatalogueTable } from './entry.ts';

/** Codes CHN001 to CHN999. */
export const channelCodes = {
  CHN001: {
    severity: 'error',
    blame: 'world',
    title: 'messages cannot be carried',
    why: 'Manager and builders talk through Redis (or Valkey), and it did not take a message in time: it is stopped, stuck, out of memory, behind a broken network, or refuses the password.',
    next: 'Look at the cause that is named and repair it. Nothing needs to be started again: connections come back by themselves, and what was asked is asked again.',
    sample: {
      broken: "'systemctl stop redis' while builders are at work",
      fixed: "'systemctl start redis'",
    },
  },
  CHN002: {
    severity: 'error',
    blame: 'world',
    title: 'a call is not answered in time',
    why: 'The other side was asked several times and did not answer: it is not running, is not connected to the same Redis, works for a farm of another name, or has too much to do.',
    next: "Look whether the other side runs ('packmill status', its own log) and whether both name the same Redis and the same farm.",
    sample: {
      broken: "'packmill builder' while no manager runs",
      fixed: "'packmill manager' running as well",
    },
  },
  CHN003: {
    severity: 'error',
    blame: 'bug',
    title: 'the other side fails on a call for a reason of its own',
    why: 'The program that was called met an error that it has no word for. Its own log has the details.',
    next: "Look into the log of the other side at this time, and report what stands there as a bug of packmill's.",
    sample: {
      broken: 'a manager that divides by zero when it is asked for work',
      fixed: 'the same manager with the bug repaired',
    },
  },
  CHN004: {
    severity: 'error',
    blame: 'world',
    title: 'the other side does not know what it is asked for',
    why: 'Manager and builder are of different versions: one asks for something that the other has no code for.',
    next: 'Install the same version of packmill on both sides.',
    sample: {
      broken: 'a builder of packmill 3 that asks a manager of packmill 2',
      fixed: 'both of packmill 3',
    },
  },
} as const satisfies CatalogueTable;
