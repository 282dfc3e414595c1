import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distributionStem } from '../formats/python-graph/index.ts';
import { dockerfileFor, readSelection } from './dockerfile.ts';
import { readPackageList } from './package-list.ts';

test('lines have names, versions and comments; a distribution counts once', () => {
  const { packages, problems } = readPackageList(
    'requests==2.18.4 # pinned\n  six  \n\n#all\nSix\nb==\n==1\n',
    'pip-packages',
  );
  expect(packages.map(({ distribution }) => distribution)).toEqual([
    { name: 'requests', version: '2.18.4' },
    { name: 'six', version: '' },
  ]);
  expect(problems.map(({ code }) => code)).toEqual(['MPY200', 'MPY200', 'MPY201']);
});

test('YAML tells how each is installed', () => {
  const list = `
- {name: eventlet, version: 0.33.0, install: [{manager: apt, name: netbase}, {manager: pip}], extra_depends: [six]}
- {name: builtin-stdlib, version: 3}
- {name: empty, version: 1}
- {name: twice, version: 1, install: [{name: a}, {name: a, version: 2}]}
- {name: odd, version: 1, install: [{manager: pip, version: 3}]}
- {name: strange, version: 1, install: [{manager: brew}]}
- {name: old, python: python2, version: 1, install: [{manager: pip}]}
`;
  const { packages, problems } = readPackageList(list, 'packages.yaml');
  expect(packages.map(({ distribution }) => distribution.name)).toEqual(['eventlet', 'builtin-stdlib']);
  expect(problems.map(({ what }) => what)).toEqual([
    "nothing is installed for 'empty'",
    "a step of 'twice' is there twice",
    "a step of 'odd' has a version and no name",
    "the manager 'brew' of 'strange' is not known",
    "'old' wants 'python2', known is 'python3'",
  ]);
  const [eventlet, standard] = packages;
  if (eventlet === undefined || standard === undefined) throw new Error('two packages are missing');
  const stem = distributionStem(eventlet.distribution);
  expect(dockerfileFor(eventlet, 'base')).toBe(
    `FROM base
RUN apt-get update && apt-get install -y netbase
RUN pip3 install six
RUN pip3 install eventlet==0.33.0 || (pip2 install eventlet==0.33.0 && pyenv global 2.7.16)
ENTRYPOINT ["/root/.pyenv/shims/python", "-m", "packmill_probe", "eventlet", "0.33.0", "${stem}.json", "${stem}.log"]
`,
  );
  expect(dockerfileFor(standard)).not.toContain('RUN');
});

test('every Dockerfile that is written can be read, and other entrypoints are told', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,6}[A-Za-z0-9]$/);
  const version = fc.stringMatching(/^[0-9][A-Za-z0-9.+!]{0,8}$/);
  fc.assert(
    fc.property(name, version, (one, two) => {
      const { packages } = readPackageList(`${one}==${two}`, 'list');
      const [entry] = packages;
      if (entry === undefined) throw new Error(`'${one}==${two}' is not read`);
      const stem = distributionStem(entry.distribution);
      expect(readSelection(dockerfileFor(entry), `x/${stem}`)).toEqual({
        stem,
        distribution: { name: one, version: two },
        toplevels: [],
        python: '/root/.pyenv/shims/python',
      });
    }),
  );
  const keras =
    'ENTRYPOINT ["python", "-m", "m", "Keras", "1", "o", "l", \\\n "--toplevel", "keras", "k2", "--verbosity", "x"]';
  expect(readSelection(keras, 'keras__1')).toMatchObject({ toplevels: ['keras', 'k2'] });
  for (const text of [
    '',
    'ENTRYPOINT python',
    'ENTRYPOINT ["sh"]',
    'ENTRYPOINT ["x", "-m", "y"]',
    'ENTRYPOINT [1]',
  ]) {
    expect(readSelection(text, 'file')).toMatchObject({ problem: { code: 'MPY202' } });
  }
});
