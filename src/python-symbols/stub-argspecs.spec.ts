import { describe, expect, it } from 'vitest';
import type { ArgSpec } from '../formats/pyresources/index.ts';
import { stubArgSpecs } from './stub-argspecs.ts';
import {
  isInVersion,
  readStubVersions,
  type StubEntry,
  type StubFunction,
  type StubParameter,
} from './stub-tree.ts';

/** `a, b=1, *, c` as parameters; `/` ends those by place alone. */
function def(name: string, text: string, more: Partial<StubFunction> = {}): StubFunction {
  const parameters: StubParameter[] = [];
  let isLate = false;
  for (const word of text.split(',').map((one) => one.trim())) {
    if (word === '') continue;
    const [, stars = '', label = '', , annotation = null, defaultText = null] =
      /^(\**)(\/|\w*)(:(\w+))?(?:=(.*))?$/u.exec(word) ?? [];
    if (label === '/')
      parameters.splice(
        0,
        parameters.length,
        ...parameters.map((one) => ({ ...one, kind: 'positional-only' as const })),
      );
    else if (stars === '*' && label === '') isLate = true;
    else {
      const kind =
        stars === '**'
          ? 'var-keyword'
          : stars === '*'
            ? 'var-positional'
            : isLate
              ? 'keyword-only'
              : 'positional-or-keyword';
      isLate ||= stars === '*';
      parameters.push({ name: label, kind, defaultText, annotation });
    }
  }
  return { kind: 'function', name, async: false, decorators: [], parameters, returns: null, ...more };
}

const shown = (spec: ArgSpec | undefined): string | undefined =>
  spec?.args
    .map(
      ({ name, defaultValue, keywordOnly }) =>
        `${keywordOnly ? 'kw:' : ''}${name}${defaultValue && `=${defaultValue}`}`,
    )
    .concat(spec.vararg && `*${spec.vararg}`, spec.kwarg && `**${spec.kwarg}`)
    .filter(Boolean)
    .join(' ');

const read = (...body: readonly StubEntry[]) =>
  stubArgSpecs([{ module: 'm', path: 'm.pyi', package: false, body }]);

describe('signatures of stubs', () => {
  it('D10 overloads become one signature, or none where names differ', () => {
    const { argSpecs, conflicts } = read(def('f', 'a'), def('f', 'a,b=...'), def('g', 'a'), def('g', 'b'));
    expect(shown(argSpecs.get('m.f'))).toBe('a b=...');
    expect(argSpecs.has('m.g')).toBe(false);
    expect(conflicts).toEqual([{ path: 'm.g', what: "the argument 1 is 'a' and 'b'" }]);
  });

  it('unites defaults, kinds and stars', () => {
    const { argSpecs } = read(
      ...[def('f', 'a=1,*,c'), def('f', 'a=2,*,d=3')],
      ...[def('g', 'a,*x'), def('g', 'a,*w,**k')],
      ...[def('h', 'a,b'), def('h', 'a,*,b')],
      ...[def('i', "a='',b='x'")],
    );
    expect(shown(argSpecs.get('m.f'))).toBe('a=... kw:c=... kw:d=3');
    expect(shown(argSpecs.get('m.g'))).toBe('a *w **k');
    expect(shown(argSpecs.get('m.h'))).toBe('a b=...');
    expect(shown(argSpecs.get('m.i'))).toBe('a="" b=x');
  });

  it('gives a class the signature of its maker without the receiver', () => {
    const body = [
      def('__init__', 'self,a'),
      def('__new__', 'cls,z'),
      def('__len__', 'self'),
      def('m', 'self,b=...'),
    ];
    const { argSpecs } = read({ kind: 'class', name: 'C', bases: [], body });
    expect(Array.from(argSpecs, ([path, spec]) => `${path}: ${shown(spec)}`)).toEqual([
      'm.C.__init__: self a',
      'm.C: a',
      'm.C.__new__: cls z',
      'm.C.m: self b=...',
    ]);
  });

  it('of two stubs of one module the first counts', () => {
    const module = (text: string) => ({ module: 'm', path: 'm.pyi', package: false, body: [def('f', text)] });
    expect(shown(stubArgSpecs([module('a'), module('b')]).argSpecs.get('m.f'))).toBe('a');
  });

  it('knows which versions have a module', () => {
    const spans = readStubVersions(
      '# comment\nasyncio: 3.4-\nasyncio.taskgroups: 3.11-\nimp: 3.0-3.11  # gone\n',
    );
    expect(isInVersion(spans, 'asyncio.taskgroups', [3, 10])).toBe(false);
    expect(isInVersion(spans, 'asyncio.events', [3, 10])).toBe(true);
    expect(isInVersion(spans, 'imp', [3, 11])).toBe(true);
    expect(isInVersion(spans, 'imp', [3, 12])).toBe(false);
    expect(isInVersion(spans, 'other', [3, 12])).toBe(true);
  });
});
