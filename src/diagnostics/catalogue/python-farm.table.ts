import type { CatalogueTable } from './entry.ts';

/** Codes MPY250 to MPY269: Python resources as jobs of a farm, and exploration in containers. */
export const pythonFarmCodes = {
  MPY250: {
    severity: 'error',
    blame: 'recipe',
    title: 'a distribution has a name that no job can have',
    why: 'A job is called by the stem of its distribution, which is at most 240 letters, digits and _ + . - and begins with one of the first three.',
    next: 'Give its Dockerfile the name that packmill py setup would give it.',
    sample: { broken: 'dockerfiles/build/foo bar', fixed: 'dockerfiles/build/foo__1.0' },
  },
  MPY251: {
    severity: 'error',
    blame: 'recipe',
    title: 'the data of the symbols could not be made',
    why: 'Distributions that cannot be explored or made valid are left out and told; the build itself did not come to its end.',
    next: 'Look at the log of the job, which has all that the build said.',
    sample: { broken: 'a build that runs out of memory', fixed: 'the same with a higher sandbox.memory' },
  },
  MPY252: {
    severity: 'error',
    blame: 'recipe',
    title: 'the image of a distribution cannot be built',
    why: 'Its Dockerfile says what is installed, and the container engine did not come to the end of it. Other distributions go on.',
    next: 'Look at the log of the image, and correct the Dockerfile in dockerfiles/build.',
    sample: {
      broken: 'RUN pip3 install mysqlclient, without the headers of MySQL',
      fixed: 'RUN apt-get update && apt-get install -y libmysqlclient-dev before it',
    },
  },
  MPY253: {
    severity: 'error',
    blame: 'recipe',
    title: 'a path of a source leads out of it',
    why: 'A source may be kept by others. A link in it that leads elsewhere on the machine of the manager would show them what is there.',
    next: 'Put the files into the source, or name an absolute path in packmill.yaml.',
    sample: { broken: 'ln -s /etc/passwd pip-packages', fixed: 'a file pip-packages in the source' },
  },
} as const satisfies CatalogueTable;
