import { describe, expect, it } from 'vitest';
import { problem } from '../../diagnostics/index.ts';
import type { Outcome, Step, StepEnd } from '../../model/index.ts';
import { explainFailure, judge } from './judge.ts';

const step = (name: string): Step => ({
  name,
  user: 'builder',
  changesRoot: false,
  network: 'none',
  mounts: [],
  environment: {},
  workingDirectory: '/',
  command: [],
  timeoutMs: undefined,
});
const end = (name: string, is: StepEnd): string => {
  const verdict = judge('foo', step(name), is, { published: ['foo-1-1-any.pkg.tar.zst'] });
  if (verdict === 'continue') return verdict;
  return verdict.kind === 'failed' ? `failed ${verdict.problem.code}` : verdict.kind;
};
const exited = (code: number): StepEnd => ({ kind: 'exited', code });

describe('the end of a step', () => {
  it.each([
    [0, 'continue'],
    [13, 'already-built'],
    [123, 'skipped'],
    [124, 'timed-out'],
    [1, 'failed BLD001'],
    [137, 'failed BLD001'],
  ])('with exit code %i of the build is %s', (code, verdict) => {
    expect(end('build', exited(code))).toBe(verdict);
  });
  it('tells a skip of prepare from its failure', () => {
    expect(end('interfere', exited(123))).toBe('skipped');
    expect(end('interfere', exited(1))).toBe('failed BLD007');
  });
  it('has a result of its own for each way to be stopped', () => {
    expect(end('build', { kind: 'timed-out', limitMs: 1 })).toBe('timed-out');
    expect(end('build', { kind: 'out-of-memory', limitBytes: 1 })).toBe('failed BLD010');
    expect(end('build', { kind: 'too-much-output', limitBytes: 1 })).toBe('failed BLD011');
    expect(end('build', { kind: 'signalled', signal: 'SIGKILL' })).toBe('failed BLD012');
    expect(end('build', { kind: 'canceled' })).toBe('canceled');
    expect(end('fetch', exited(1))).toBe('failed BLD002');
    expect(end('dependencies', exited(1))).toBe('failed BLD008');
  });
});

describe('a failure explained by its log', () => {
  const plain: Outcome = { kind: 'failed', problem: problem('BLD001', { what: 'x' }) };
  const codeFor = (tail: string): string => {
    const outcome = explainFailure('foo', plain, tail, '');
    return outcome.kind === 'failed' ? outcome.problem.code : outcome.kind;
  };
  it('names the cause that the log gives away', () => {
    expect(codeFor("touch: cannot touch '/usr/x': Read-only file system")).toBe('BLD014');
    expect(codeFor('curl: (6) Could not resolve host: example.org')).toBe('BLD016');
    expect(codeFor('cat: /home/me/key: No such file or directory')).toBe('BLD015');
    expect(codeFor('make: *** [all] Error 1')).toBe('BLD001');
  });
  it.each([
    ['/build/recipe/PKGBUILD: line 11: meson: command not found', 'meson'],
    ['./bootstrap: 3: exec: autoreconf: not found', 'autoreconf'],
    ['make: bison: No such file or directory\nmake: *** [Makefile:3: y.c] Error 127', 'bison'],
    ['env: \u2018python3\u2019: No such file or directory', 'python3'],
  ])('names the program that %j did not find', (line, program) => {
    const tail = `${line}\n==> ERROR: A failure occurred in build().\n    Aborting...\n`;
    const outcome = explainFailure('foo', plain, tail, '');
    expect(outcome.kind === 'failed' && outcome.problem).toMatchObject({
      code: 'BLD019',
      what: expect.stringContaining(`'${program}'`),
    });
  });
  it('does not blame a missing program that the build survived', () => {
    const survived = `configure: line 3: foo: command not found\n${'compiling\n'.repeat(30)}`;
    expect(codeFor(`${survived}x.c:1: error: no\n==> ERROR: A failure occurred in build().`)).toBe('BLD001');
  });
  it('does not take a missing folder for a missing program', () => {
    const tail =
      'PKGBUILD: line 6: /build/work/x/pkg/x/y: No such file or directory\n==> ERROR: A failure occurred';
    expect(codeFor(tail)).toBe('BLD001');
  });
  it('tells what is wrong with a source', () => {
    const fetch: Outcome = { kind: 'failed', problem: problem('BLD002', { what: 'x' }) };
    const explain = (tail: string) => {
      const outcome = explainFailure('foo', fetch, tail, '');
      return outcome.kind === 'failed' ? `${outcome.problem.code} ${outcome.problem.what}` : '';
    };
    expect(explain('    a.tar.gz ... FAILED (invalid public key 8ED3)\n')).toBe(
      "BLD020 'foo' has a source whose signature does not hold: invalid public key 8ED3",
    );
    expect(explain('    a.tar.gz ... FAILED\n==> ERROR: One or more files did not pass')).toBe(
      "BLD021 'foo' has another checksum for 'a.tar.gz' than the file that was fetched",
    );
    expect(explain('==> ERROR: gone.tar.gz was not found')).toBe('BLD002 x');
  });
  it('leaves other outcomes alone', () => {
    const skipped: Outcome = { kind: 'skipped', reason: 'x' };
    expect(explainFailure('foo', skipped, 'Read-only file system', 'y')).toBe(skipped);
  });
});
