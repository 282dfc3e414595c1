import type { CatalogueTable } from './entry.ts';

/** Codes LOG001 to LOG999. */
export const logsCodes = {
  LOG001: {
    severity: 'error',
    blame: 'world',
    title: 'the manager has more of a log than the builder wrote',
    why: 'A builder sends the log of an attempt to the manager as it grows. Only this builder writes to it, so more than it wrote is the log of something else, or the builder has lost a part of its own.',
    next: "Nothing of the manager's log is changed. Look whether two builders share one name, or whether the builder's disk was restored from a backup; then build the job again for a new log.",
    sample: {
      broken: "the spool folder of a builder put back from yesterday's backup in the middle of a build",
      fixed: 'the same build begun again, which gets a log of its own',
    },
  },
  LOG002: {
    severity: 'error',
    blame: 'usage',
    title: 'what is to be looked for in logs cannot be looked for',
    why: 'A search needs some text, or a regular expression as JavaScript knows them.',
    next: 'Correct the expression, or look for it as plain text.',
    sample: {
      broken: "packmill logs hello --search 'error: (' --regex",
      fixed: "packmill logs hello --search 'error: ('",
    },
  },
  LOG003: {
    severity: 'error',
    blame: 'world',
    title: 'too many searches of logs wait',
    why: 'Few searches run at a time, so that they do not take the processors from builds; the others wait, and only so many of them.',
    next: 'Try again in a few seconds.',
    sample: {
      broken: 'forty browsers that search large logs in the same second',
      fixed: 'the same search again when the others are through',
    },
  },
} as const satisfies CatalogueTable;
