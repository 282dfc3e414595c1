import type { CatalogueTable } from './entry.ts';

/** Codes SYS001 to SYS999. */
export const hostCodes = {
  SYS001: {
    severity: 'error',
    blame: 'world',
    title: 'a program is missing',
    why: 'The work needs a program that is not installed, or that is not in one of the folders of PATH.',
    next: "Run 'packmill doctor': it lists every program that is missing and the command that installs it.",
    sample: {
      broken: "PATH without 'bsdtar', then a command that unpacks an archive",
      fixed: "'bsdtar' installed",
    },
  },
  SYS002: {
    severity: 'error',
    blame: 'world',
    title: 'a program could not be started',
    why: 'The system refused to start the program: it may be out of processes or memory, or the file may not be executable.',
    next: "Look at the system's message; free memory or processes, or repair the file, then repeat the command.",
    sample: { broken: "a 'git' without the execute permission", fixed: "the same file with 'chmod 755'" },
  },
  SYS003: {
    severity: 'error',
    blame: 'world',
    title: 'a program failed',
    why: 'A program that packmill runs for its own purposes ended with an error.',
    next: 'Read the end of its output below; repeat the command once the cause is gone.',
    sample: { broken: "a truncated 'root.tar.zst' given to 'bsdtar'", fixed: 'the complete archive' },
  },
  SYS004: {
    severity: 'error',
    blame: 'world',
    title: 'a file or folder cannot be used',
    why: 'The system refused to read, write, make or remove a file: permissions, a full disk, or a missing folder.',
    next: "Look at the path and the system's message, repair the cause, and repeat the command.",
    sample: {
      broken: "a farm below a folder that only 'root' may write to",
      fixed: 'a farm in a folder of your own',
    },
  },
  SYS008: {
    severity: 'error',
    blame: 'world',
    title: 'a server does not answer',
    why: 'A request over HTTP got no answer: there was no connection, it was broken off, or the time for it was up.',
    next: 'Look whether the server runs and whether the address is right. What packmill does by itself it tries again.',
    sample: {
      broken: "a manager's 'service.url' with the wrong port",
      fixed: 'the port that the manager listens on',
    },
  },
} as const satisfies CatalogueTable;
