import { describe, expect, it } from 'vitest';
import type { ArgSpec, ArgSpecArg } from '../formats/pyresources/index.ts';
import { CorpusRow } from './corpus-row.ts';
import { accepts, type FindSymbol, type PooledCalls, poolCalls } from './pooled-calls.ts';
import { popularSignatures, signatureStats } from './popular-signatures.ts';
import { readSeenCalls, type SeenCall } from './seen-calls.ts';

const arg = (word: string): ArgSpecArg => {
  const [, star = '', name = '', value = ''] = /^(\*?)(\w+)=?(.*)$/u.exec(word) ?? [];
  return {
    ...{ name, defaultType: '', defaultValue: value, keywordOnly: star !== '' },
    ...{ positionalOnly: false, types: [], annotation: '' },
  };
};
const spec = (words: string, more: Partial<ArgSpec> = {}): ArgSpec => ({
  args: words.split(' ').filter(Boolean).map(arg),
  ...{ vararg: '', kwarg: '', returns: '', origin: 'source' },
  ...more,
});
const find: FindSymbol = ({ path }) =>
  path === 'unknown' ? undefined : { distribution: { name: 'd', version: '1' }, parts: path.split('.') };
const value = (count: number, type: string, sources: object): object => ({
  ...{ Count: count, Syms: type === '' ? [] : [{ Path: type }], SrcStrs: sources },
});
const callsOf = (calls: readonly object[]): readonly SeenCall[] =>
  readSeenCalls(CorpusRow.of({ Func: { Path: 'd.f' }, Calls: calls })).calls;
const pool = (calls: readonly object[], argSpec?: ArgSpec): PooledCalls =>
  poolCalls(callsOf(calls), argSpec, find);
const written = (calls: readonly object[], argSpec?: ArgSpec): readonly string[] =>
  popularSignatures(pool(calls, argSpec), argSpec).map(({ args, languageDetails }) =>
    [
      ...args.map((one) => one?.name),
      ...(languageDetails.python?.kwargs ?? []).map((one) => `${one?.name}=`),
    ].join(' '),
  );
const by = (count: number, ...names: readonly string[]): object => ({
  Count: count,
  Positional: names.map((name) => [value(count, 'builtins.str', { [name]: count })]),
});

describe('calls', () => {
  it('that a signature does not accept do not count', () => {
    const call = (places: number, ...names: readonly string[]): SeenCall => ({
      ...{ count: 1, positional: Array.from({ length: places }, () => []) },
      keywords: new Map(names.map((name) => [name, []])),
    });
    const f = spec('a b=1 *c=2');
    expect(
      [call(2), call(3), call(1, 'b'), call(1, 'a'), call(1, 'x'), call(0, 'c')].map((one) =>
        accepts(f, one),
      ),
    ).toEqual([true, false, true, false, false, true]);
    expect(accepts(spec('a', { vararg: 'more' }), call(9))).toBe(true);
    expect(accepts(spec('a', { kwarg: 'kw' }), call(1, 'x'))).toBe(true);
    // the receiver is given by nobody
    expect(accepts(spec('self a'), call(2))).toBe(false);
  });

  it('of one shape are one pattern, wherever they stand', () => {
    expect(pool([by(1, 'x'), by(5, 'x', 'y'), by(3, 'z')]).patterns.map(({ count }) => count)).toEqual([
      5, 4,
    ]);
  });
});

describe('popular signatures', () => {
  it('end below a fiftieth of all calls, and after five', () => {
    expect(written([by(98, 'url'), by(2, 'url', 'data')])).toEqual(['url', 'url data']);
    expect(written([by(990, 'url'), by(10, 'url', 'data')])).toEqual(['url']);
    const many = [1, 2, 3, 4, 5, 6, 7].map((count) => by(10, ...'abcdefg'.slice(0, count)));
    expect(written(many).length).toBe(5);
  });

  it('have at least the arguments that are needed, each with a name of its own', () => {
    expect(written([by(1, 'a'), by(1, 'a', 'b')], spec('x y z=1'))).toEqual(['x y']);
    expect(written([by(1, 'same', 'same')])).toEqual([]);
  });

  it('call an argument by its parameter, else by what is mostly written, with three letters if there is a tie', () => {
    const one = (sources: object): object => ({
      Count: 4,
      Positional: [[value(4, 'builtins.str', sources)]],
    });
    expect(written([one({ longer: 2, url: 2, a: 2 })])).toEqual(['url']);
    expect(written([one({ None: 9, self: 8, 'f(x)': 7, name: 1 })])).toEqual(['name']);
    expect(written([one({ '"text"': 4 })])).toEqual([]);
    expect(written([one({ other: 4 })], spec('path mode=1'))).toEqual(['path']);
  });

  it('need more than a rare name for an argument, save the first', () => {
    const rare = (count: number): object => ({
      ...{ Count: 100, Positional: [[], [value(100, '', { '1': 100 - count, odd: count })]] },
    });
    const first = by(200, 'url');
    expect(written([first, rare(3)])).toEqual(['url']);
    expect(written([first, rare(4)])).toEqual(['url', 'url odd']);
    expect(written([{ Count: 100, Positional: [[value(100, '', { '1': 99, odd: 1 })]] }])).toEqual(['odd']);
  });

  it('do not restate a signature with one parameter at most', () => {
    expect(written([by(9, 'x')], spec('x'))).toEqual([]);
    expect(written([by(9, 'x')], spec('self x=1'))).toEqual([]);
    expect(written([by(9, 'x'), by(8)], spec('x=1'))).toEqual(['x', '']);
    expect(written([by(9, 'x')], spec('x y=1'))).toEqual(['x']);
  });

  it('have four types and three examples of each, texts in quotes, and the types of the interpreter by their names', () => {
    const types = ['builtins.str', 'builtins.function', 'a.B', 'a.C', 'a.D', 'unknown'];
    const values = types.map((type, at) => value(10 - at, type, { e1: 4, e2: 3, 'e3\n    e': 2, e4: 1 }));
    const [signature] = popularSignatures(
      pool([{ Count: 60, Positional: [values] }], spec('x y=1')),
      spec('x y=1'),
    );
    expect(signature?.args[0]?.types.map((type) => [type?.id.id, type?.name, type?.examples])).toEqual([
      ['builtins.str', 'str', ['"e1"', '"e2"', '"e3e"']],
      ['types.FunctionType', 'FunctionType', ['e1', 'e2', 'e3e']],
      ['a.B', 'B', ['e1', 'e2', 'e3e']],
      ['a.C', 'C', ['e1', 'e2', 'e3e']],
    ]);
    const sum = signature?.args[0]?.types.reduce((all, type) => all + (type?.frequency ?? 0), 0);
    expect(sum).toBeCloseTo(1);
  });
});

describe('statistics of arguments', () => {
  it('are shared by place and name, and the five most frequent types are kept', () => {
    const types = ['a.A', 'a.B', 'a.C', 'a.D', 'a.E', 'a.F'];
    const calls = [
      { Count: 6, Positional: [types.map((type, at) => value(6 - at, type, {}))] },
      { Count: 4, Keyword: { x: [value(4, 'a.F', {})] } },
      { Count: 99, Positional: [[], [], []] },
    ];
    const stats = signatureStats(pool(calls, spec('x y=1')));
    expect(stats.count).toBe(10);
    expect(stats.positional.map(({ name, count }) => [name, count])).toEqual([['x', 25]]);
    expect(stats.argsByName.get('x')?.types.map(({ path, count }) => `${path} ${count}`)).toEqual([
      ...['a.A 6', 'a.B 5', 'a.F 5', 'a.C 4', 'a.D 3'],
    ]);
    expect(stats.positional[0]).toEqual(stats.argsByName.get('x'));
  });
});
