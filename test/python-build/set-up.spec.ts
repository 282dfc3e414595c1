import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSelection } from '../../src/python-build/index.ts';
import { Farmyard } from './farmyard.ts';

const list = 'requests==2.18.4\nKeras==2.2.4\na==1==2\n# c\n\n';
const makefile = join(import.meta.dirname, '../../templates/python/Makefile');

let yard: Farmyard;
beforeEach(() => {
  yard = new Farmyard();
});
afterEach(() => yard.end());

test('A1: make without a target prints a guide and makes nothing', () => {
  const folder = yard.path('linked');
  mkdirSync(folder);
  symlinkSync(makefile, join(folder, 'Makefile'));
  const said = execFileSync('make', { cwd: folder, encoding: 'utf8' });
  expect(said).toContain('make -j32 -k -d build');
  expect(said).toContain('cp -p -u dockerfiles/all/* dockerfiles/build/');
  expect(readdirSync(folder)).toEqual(['Makefile']);
});

test('A2: make setup writes a Dockerfile for each line that is understood, and the special ones', () => {
  const folder = yard.path('linked');
  mkdirSync(folder);
  symlinkSync(makefile, join(folder, 'Makefile'));
  yard.write(join(folder, 'pip-packages'), list);
  // the program is found by the link: it need not be in the PATH
  execFileSync('make', ['setup'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  expect(readdirSync(join(folder, 'dockerfiles/all')).sort()).toEqual([
    'builtin-stdlib__3',
    'keras__2.2.4',
    'requests__2.18.4',
  ]);
  expect(readdirSync(join(folder, 'dockerfiles/build'))).toEqual([]);
  const { problems } = yard.setUp(list);
  expect(problems).toMatchObject([
    { code: 'MPY200', what: "'a==1==2' is not of the form 'name==version'", place: { line: 3 } },
  ]);
});

test('A3 and A4: a Dockerfile installs for Python 3, else for Python 2, and calls the explorer', () => {
  yard.setUp(list);
  const [from, run, entry] = (yard.text('dockerfiles/all/requests__2.18.4') ?? '').split('\n');
  expect(from).toBe('FROM packmill/python-import-exploration');
  expect(run).toBe(
    'RUN pip3 install requests==2.18.4 || (pip2 install requests==2.18.4 && pyenv global 2.7.16)',
  );
  const call = JSON.parse(entry?.replace('ENTRYPOINT ', '') ?? '') as string[];
  expect(call.slice(-4)).toEqual(['requests', '2.18.4', 'requests__2.18.4.json', 'requests__2.18.4.log']);
  const keras = yard.text('dockerfiles/all/keras__2.2.4') ?? '';
  expect(keras).toContain('pip3 install Keras==2.2.4');
  expect(keras).toContain('"Keras", "2.2.4", "keras__2.2.4.json", "keras__2.2.4.log"');
  expect(readSelection(keras, 'x/keras__2.2.4')).toEqual({
    stem: 'keras__2.2.4',
    distribution: { name: 'Keras', version: '2.2.4' },
    toplevels: [],
    python: '/root/.pyenv/shims/python',
  });
});

test('A5: what was edited stays, unless it is forced, and special files keep their times', () => {
  yard.setUp(list);
  yard.write(yard.path('dockerfiles/all/keras__2.2.4'), 'edited');
  const special = yard.path('dockerfiles/all/builtin-stdlib__3');
  const before = statSync(special).mtimeMs;
  expect(yard.setUp(list)).toMatchObject({
    written: [],
    kept: ['requests__2.18.4', 'keras__2.2.4', 'builtin-stdlib__3'],
  });
  expect(yard.text('dockerfiles/all/keras__2.2.4')).toBe('edited');
  yard.setUp(list, true);
  expect(yard.text('dockerfiles/all/keras__2.2.4')).toContain('Keras==2.2.4');
  expect(statSync(special).mtimeMs).toBe(before);
  expect(existsSync(yard.path('dockerfiles/build'))).toBe(true);
});
