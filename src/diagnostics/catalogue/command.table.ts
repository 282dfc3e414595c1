import type { CatalogueTable } from './entry.ts';

/** Codes CLI001 to CLI999: what people type. */
export const commandCodes = {
  CLI001: {
    severity: 'error',
    blame: 'usage',
    title: 'the command line is wrong',
    why: 'An option or command is unknown, or an argument is missing.',
    next: "See 'packmill --help' or 'packmill COMMAND --help'.",
    sample: { broken: 'packmill biuld .', fixed: 'packmill build .' },
  },
  CLI002: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no job of this name',
    why: 'No plan of this farm has a job with this name.',
    next: "See 'packmill status' for the names there are.",
    sample: { broken: 'packmill logs nowhere', fixed: 'packmill logs hello' },
  },
  CLI003: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no such code',
    why: 'The catalogue of problems has no entry of this name.',
    next: "See 'packmill explain list' for all codes.",
    sample: { broken: 'packmill explain XYZ999', fixed: 'packmill explain CLI003' },
  },
  CLI004: {
    severity: 'error',
    blame: 'usage',
    title: 'there is nothing of this name to dump',
    why: 'dump shows the live state of one part of the farm.',
    next: "See 'packmill dump list'.",
    sample: { broken: 'packmill dump everything', fixed: 'packmill dump queue' },
  },
  CLI006: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no recipe of this name',
    why: 'None of the folders that were named holds a recipe with this name.',
    next: "See 'packmill plan PATH' for the names there are.",
    sample: { broken: 'packmill build ./recipes --only fooo', fixed: 'packmill build ./recipes --only foo' },
  },
  CLI007: {
    severity: 'error',
    blame: 'usage',
    title: 'the repository has no such package',
    why: 'Nothing of this name is in the visible generation of the repository; nothing was changed.',
    next: "See 'packmill repo show' for the names there are.",
    sample: { broken: 'packmill repo remove fooo', fixed: 'packmill repo remove foo' },
  },
  CLI070: {
    severity: 'error',
    blame: 'bug',
    title: 'packmill has a fault',
    why: 'An error that packmill does not expect ended the command.',
    next: 'Report it with the text above; run with -v for the whole trace.',
    sample: { broken: '(none: every known case has its own code)', fixed: '(none)' },
  },
} as const satisfies CatalogueTable;
