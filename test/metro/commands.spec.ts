import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  diskFiles,
  formatFiles,
  graphDot,
  graphLines,
  openProgram,
  readValues,
} from '../../src/app/metro/index.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
let folder = '';
const write = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
/** Exit code and what was printed. */
const run = (...words: string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(packmill, words, { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-metro-'));
  write(
    'farm.conf',
    '[section path]\n: /srv\nmirror: $[]/m\n[collect ./$[t].conf]\n[section x]\nz: $[nope:zap]\n',
  );
  write('a.conf', 't2: A\nrun: [\n#!/bin/sh\necho $[path/mirror]\n]\nbad: $[path/mirorr]\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('packmill metro', () => {
  it('11.3: get prints the value alone, and ends with 1 for what is not there', () => {
    expect(run('metro', 'get', 'farm.conf', 'path/mirror')).toMatchObject({ code: 0, out: '/srv/m\n' });
    expect(run('metro', 'get', 'farm.conf', 'run', 't=a').out).toBe('#!/bin/sh\necho /srv/m\n');
    expect(run('metro', 'get', 'farm.conf', 'nope?').out).toBe('no\n');
    const missing = run('metro', 'get', 'farm.conf', 'path/miror', 't=a');
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toContain('MTR072');
    expect(missing.err).toContain("Did you mean 'path/mirror'?");
    expect(run('metro', 'get', 'farm.conf', 'bad', 't=a')).toMatchObject({ code: 1, out: '' });
  });

  it('dump --json is one object of texts, lists of lines and errors', () => {
    const { out, code } = run('metro', 'dump', 'farm.conf', '--json', 't=a');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      path: '/srv',
      'path/mirror': '/srv/m',
      'x/z': '',
      t: 'a',
      t2: 'A',
      run: ['#!/bin/sh', 'echo /srv/m'],
      bad: { error: 'UNDEFINED_REF' },
    });
    expect(run('metro', 'dump', 'farm.conf', 't:', 'a').out).toContain(
      'path/mirror: /srv/m\nx/z: # zapped\n',
    );
    expect(run('metro', 'dump', 'farm.conf', 't')).toMatchObject({ code: 2, out: '' });
  });

  it('check tells all mistakes of all files with place and next step', () => {
    const { code, out, err } = run('metro', 'check', 'farm.conf', '--with', 't=a');
    expect(code).toBe(1);
    expect(err).toMatch(/error MTR021 a\.conf:6:6: 'path\/mirorr' is not defined\n.*\n.*'path\/mirror'/);
    expect(out).toBe('farm.conf: 7 elements in 2 files, 1 errors, 0 warnings\n');
    expect(run('metro', 'check', 'farm.conf').err).toContain('MTR043');
  });

  it('explain prints the tree of provenance', () => {
    const { out } = run('metro', 'explain', 'farm.conf', 'run', 't=a');
    expect(out).toContain('run = 2 lines: #!/bin/sh ⏎ echo /srv/m\n    defined at a.conf:2:1\n');
    expect(out).toContain('collected by [collect ./$[t].conf] at farm.conf:4:10\n');
    expect(out).toContain('  path/mirror = /srv/m\n      defined at farm.conf:3:1\n      written: $[]/m\n');
  });

  it('diff compares what elements come to', () => {
    write('b.conf', 'path/mirror: /srv/m\nx/z:\nnew: 1\nt: $[path]\npath: /other\n');
    const { code, out } = run('metro', 'diff', 'farm.conf', 'b.conf', '--left', 't=a');
    expect(code).toBe(1);
    expect(out).toBe(
      [
        ...[
          'bad',
          '  - has no value: UNDEFINED_REF',
          'new',
          '  + 1',
          'path',
          '  - /srv',
          '  + /other',
          'run',
        ],
        ...['  - #!/bin/sh', '  - echo /srv/m', 't', '  - a', '  + /other', 't2', '  - A', ''],
      ].join('\n'),
    );
    expect(run('metro', 'diff', 'b.conf', 'b.conf')).toMatchObject({ code: 0, out: '' });
  });
});

describe('graphs of a program', () => {
  it('show which file collects which, and which element uses which', () => {
    const program = openProgram({ file: join(folder, 'farm.conf'), values: ['t=a'] });
    expect(graphLines(program, 'files').join('\n')).toContain(
      `  collects ${folder}/a.conf  [collect ./$[t].conf]`,
    );
    expect(graphLines(program, 'elements')).toContain('  uses path/mirorr  (not defined)');
    expect(graphDot(program, 'elements')).toContain('"run" -> "path/mirror";');
    expect(graphDot(program, 'files')).toContain('[label="./$[t].conf"]');
  });
});

describe('formatting files', () => {
  it('writes what changes, and leaves broken files alone', () => {
    const loose = write('loose', '\n\n  a:\t1   # c\r\n[section  s ]\nb: [\n x \n]');
    const broken = write('broken', 'a:  1\nhello\n');
    expect(formatFiles([loose, broken], true).map(({ state }) => state)).toEqual(['changed', 'broken']);
    expect(readFileSync(loose, 'utf8')).toContain('\t');
    expect(formatFiles([loose, broken], false).map(({ state }) => state)).toEqual(['changed', 'broken']);
    expect(readFileSync(loose, 'utf8')).toBe('a: 1   # c\n\n[section s]\nb: [\n x \n]\n');
    expect(formatFiles([loose], false)).toEqual([{ file: loose, state: 'same', problems: [] }]);
    expect(() => formatFiles([join(folder, 'nowhere')], true)).toThrow('MTR041');
    expect(() => formatFiles([folder], true)).toThrow('MTR042');
    expect(() => formatFiles([write('binary', new Uint8Array([0xff, 0, 1]))], true)).toThrow('MTR006');
  });
});

describe('hostile files', () => {
  it('do not lead out of the folder that may be read, by any path or link: MTR044', () => {
    write('outside/secret', 'stolen: 1\n');
    write('inside/text', 'fine: 1\n');
    symlinkSync('../outside/secret', join(folder, 'inside/link'));
    symlinkSync('../outside', join(folder, 'inside/folder'));
    const paths = [
      '../outside/secret',
      `${folder}/outside/secret`,
      './link',
      './folder/secret',
      './text',
      '/etc/passwd',
    ];
    const collects = paths.map((path) => `[collect ${path}]\n`).join('');
    const file = write('inside/root', `${collects}v: << ../outside/secret\n`);
    const program = openProgram({ file, values: [], roots: [join(folder, 'inside')] });
    expect(program.problems.map(({ code }) => code)).toEqual(Array(5).fill('MTR044'));
    expect(program.names()).toEqual(['v', 'fine']);
    expect(program.value('v')).toMatchObject({ kind: 'error', word: 'FILE_UNREADABLE' });
  });

  it('that are pipes, devices, folders or far too large are refused before they are read', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const large = write('large', '');
    truncateSync(large, 100 * 1024 * 1024);
    const files = diskFiles();
    const answers = ['pipe', '.', 'large', 'nowhere', 'farm.conf/x', 'n\0l'].map(
      (name) => files.read(join(folder, name)).kind,
    );
    expect(answers).toEqual(['not-file', 'not-file', 'too-large', 'missing', 'missing', 'missing']);
    expect(files.read('/dev/zero').kind).toBe('not-file');
  });
});

describe('values on a command line', () => {
  it("are 'name=value', or 'name:' and the value", () => {
    expect([...readValues(['a=b=c', 'path/x:', ' # v', 'e='])]).toEqual([
      ['a', 'b=c'],
      ['path/x', ' # v'],
      ['e', ''],
    ]);
    for (const words of [['a'], ['a:'], ['=b'], [':', 'x']])
      expect(() => readValues(words)).toThrow('MTR071');
  });
});
