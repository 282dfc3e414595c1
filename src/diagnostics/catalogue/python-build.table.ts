import type { CatalogueTable } from './entry.ts';

/** Codes MPY200 to MPY249: setting up and running a build of Python resources. */
export const pythonBuildCodes = {
  MPY200: {
    severity: 'error',
    blame: 'recipe',
    title: 'an entry of a list of distributions is not understood',
    why: 'A line is a name, or a name and a version with two equals signs between them; entries in YAML have fields of their own. The entry is left out, the others count.',
    next: 'Correct the entry.',
    sample: { broken: 'requests==2.18.4==1', fixed: 'requests==2.18.4' },
  },
  MPY201: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a distribution is in a list twice',
    why: 'Both would have one Dockerfile. The first one counts.',
    next: 'Remove one of the two.',
    sample: { broken: 'Keras==2.2.4 and keras==2.2.4', fixed: 'Keras==2.2.4' },
  },
  MPY202: {
    severity: 'error',
    blame: 'recipe',
    title: 'a Dockerfile calls no explorer',
    why: 'Which distribution a Dockerfile explores stands in its entrypoint. This one is left out.',
    next: 'Give it an entrypoint as those in dockerfiles/all have.',
    sample: {
      broken: 'FROM debian',
      fixed: 'ENTRYPOINT ["python", "-m", "packmill_probe", "foo", "1.0", "foo__1.0.json", "foo__1.0.log"]',
    },
  },
  MPY203: {
    severity: 'error',
    blame: 'usage',
    title: 'a list of distributions or a folder of Dockerfiles is not there',
    why: 'The Dockerfiles are made from it.',
    next: 'Correct the path.',
    sample: { broken: 'packmill py setup pip-pakages', fixed: 'packmill py setup pip-packages' },
  },
  MPY204: {
    severity: 'error',
    blame: 'usage',
    title: 'a folder is not set up for builds of Python resources',
    why: 'What is built is selected by Dockerfiles in dockerfiles/build.',
    next: 'Run packmill py setup there, or name another folder with --dir.',
    sample: {
      broken: 'packmill py build in an empty folder',
      fixed: 'packmill py setup, then packmill py build',
    },
  },
  MPY205: {
    severity: 'error',
    blame: 'recipe',
    title: 'a distribution cannot be had',
    why: 'No site has it in this version, there is no archive of it, and no index was named or the index does not have it.',
    next: 'Name a site, a folder with archives or an index that has it, or take its Dockerfile out of dockerfiles/build.',
    sample: { broken: 'packmill py build', fixed: 'packmill py build --site /usr/lib/python3/dist-packages' },
  },
  MPY206: {
    severity: 'error',
    blame: 'recipe',
    title: 'too few distributions were built',
    why: 'Failures of single distributions stop no others and are written to build/failures.json. Here they are more than allowed.',
    next: 'Read build/failures.json, and take out of dockerfiles/build what cannot be built.',
    sample: { broken: 'one of two fails, with --strict', fixed: 'one of two fails, without --strict' },
  },
} as const satisfies CatalogueTable;
