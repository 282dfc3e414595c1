import type { CatalogueTable } from './entry.ts';

/** Codes INC001 to INC099: files that are made from files. */
export const incrementalCodes = {
  INC001: {
    severity: 'error',
    blame: 'usage',
    title: 'targets need each other',
    why: 'Each target is made after what it needs. In a circle there is none to begin with.',
    next: 'Take one of the named inputs away, or make it an output of a target outside of the circle.',
    sample: { broken: 'a needs b, b needs a', fixed: 'a needs b, b needs c' },
  },
  INC002: {
    severity: 'error',
    blame: 'recipe',
    title: 'an input is not there and no target makes it',
    why: 'A target was to be made from a file that does not exist.',
    next: 'Put the file there, or correct its name.',
    sample: {
      broken: 'graph.json from a file that was removed',
      fixed: 'graph.json from a file that is there',
    },
  },
  INC003: {
    severity: 'error',
    blame: 'usage',
    title: 'two targets have one name or one output',
    why: 'It would depend on their order which of the two is kept.',
    next: 'Give each target a name and outputs of its own.',
    sample: { broken: 'foo and FOO, both made into foo__1.json', fixed: 'one of the two' },
  },
  INC004: {
    severity: 'error',
    blame: 'recipe',
    title: 'a target cannot be made',
    why: 'What makes it has failed. What was there before is left as it was.',
    next: 'Read the log beside the target.',
    sample: { broken: 'a disk that fills up', fixed: 'a disk with room' },
  },
  INC005: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no target of that name',
    why: 'Targets are asked for by their names or by the files that they make.',
    next: 'Correct the name: docs/python-build.md lists the targets of packmill py build.',
    sample: { broken: 'packmill py build manifst.json', fixed: 'packmill py build build/manifest.json' },
  },
  INC006: {
    severity: 'error',
    blame: 'bug',
    title: 'an output was not made',
    why: 'A target was made without an error, and one of its outputs is not there.',
    next: 'Report it, with the log beside the target.',
    sample: { broken: 'a target without its output', fixed: 'a target with all of its outputs' },
  },
  INC008: {
    severity: 'error',
    blame: 'usage',
    title: 'another process builds here',
    why: 'Two builds in one folder would undo what the other does.',
    next: 'Wait for it to end, or end it.',
    sample: { broken: 'packmill py build, twice at the same time', fixed: 'one after the other' },
  },
} as const satisfies CatalogueTable;
