import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laboratory, type ReadGraph, written } from './laboratory.ts';

/** Metadata of a distribution that is installed in the way of wheels. */
const info = (name: string, record: readonly string[]): Record<string, string> => ({
  [`${name}-1.0.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n\nText.\n`,
  [`${name}-1.0.dist-info/RECORD`]: record.map((path) => `${path},,\n`).join(''),
});

const tpk = `
"""A package of samples."""
import functools
from json.decoder import BACKSLASH
from tpkx import K, three, large as big, shown
from .decorated import g, wrapped
from . import inner

def deco(f):
    def wrapper(*a):
        return f(*a)
    return wrapper

def f(a: int, b: str = "x", *c, d: float = 1.5, **e) -> bool:
    "Says f."

def only(a, /, b, *, c=(1, 2), d=functools.partial):
    pass

async def coroutine(x): pass

def generator():
    yield 1

class Outer:
    "An outer class."
    y = None
    z: int = 3
    large = big
    class Inner:
        def deep(self): "Deep."
    @classmethod
    def make(cls, a): return cls()
    @staticmethod
    def stat(a, b=()): pass
    @property
    def prop(self) -> str: "A property."
    def inherited(self): "Documented above."
    def __init__(self, v=...): pass

class Child(Outer):
    def inherited(self): pass

part = functools.partial(f, 1)
lam = lambda q, r=2: q
cached = functools.lru_cache(f)
foreign = shown.method
instance = Outer()
instances_type = type(instance)
secret: "Outer" = Outer()
`;

const files = {
  ...info('tpk', [
    'tpk/__init__.py',
    'tpk/decorated.py',
    'tpk/inner.py',
    '../../bin/tpk',
    'tpk-1.0.dist-info/RECORD',
  ]),
  'tpk/__init__.py': tpk,
  'tpk/decorated.py':
    'import functools\ndef deco(f):\n    def wrapper(*a):\n        return f(*a)\n    return wrapper\n' +
    'def wrapping(f):\n    @functools.wraps(f)\n    def wrapper(*a):\n        return f(*a)\n    return wrapper\n' +
    '@deco\ndef g(x, y): pass\n@wrapping\ndef wrapped(x, y=1): pass\n',
  'tpk/inner.py': 'class Base:\n    a: int\n\nclass Typed(Base):\n    pass\n',
  'tpk/inner.pyi': 'class Base:\n    a: int\n    def __init__(self, a: int = ...) -> None: ...\n',
  'tpk/typed.py': 'def over(a, b=None): pass\ndef noted(a, b=1): pass\n',
  'tpk/typed.pyi':
    'from typing import overload\n@overload\ndef over(a: int) -> int: ...\n@overload\ndef over(a: str, b: str) -> str: ...\n' +
    'def noted(a: int, b: int = ...) -> str: ...\n',
  ...info('tpkx', ['tpkx.py']),
  'tpkx.py':
    'class K: pass\nthree = 3\nlarge = 12345\nclass shown:\n    def method(self): pass\n    instance_value = large\n',
  ...info('nsp', ['nsp/inner/__init__.py']),
  'nsp/inner/__init__.py': 'A = object()\n',
};

let laboratory: Laboratory;
let site: string;
let graph: ReadGraph;

beforeAll(async () => {
  laboratory = new Laboratory();
  site = laboratory.files('site', files);
  ({ graph } = await laboratory.explore('tpk', [site]));
}, 30_000);

afterAll(() => laboratory.remove());

describe('what is found in samples', () => {
  it('B19 finds top-levels in RECORD, where there is no top_level.txt', () => {
    expect(Array.from(graph.shards.keys())).toEqual(['tpk']);
    expect(graph.troubles).toEqual([]);
    expect(graph.complete).toBe(true);
  });

  it('B12 records what a decorator without wraps hides', () => {
    const g = graph.at('tpk.g');
    expect(g).toMatchObject({ canonical: 'tpk.decorated.g', kind: 'function' });
    expect(written(g?.signature)).toBe('*a');
    expect(written(g?.undecorated)).toBe('x, y');
    expect(written(graph.at('tpk.wrapped')?.signature)).toBe('x, y=1');
    expect(graph.at('tpk.wrapped')?.undecorated).toBeNull();
  });

  it('B13 keeps annotations, defaults and their types', () => {
    const f = graph.at('tpk.f');
    expect(written(f?.signature)).toBe('a: int, b: str=x, *c, d: float=1.5, **e -> bool');
    expect(f?.signature?.parameters[1]).toMatchObject({ defaultText: 'x', defaultType: 'builtins.str' });
    expect(f?.signature?.from).toBe('source');
    expect(f?.docstring).toBe('Says f.');
    expect(f?.source).toMatchObject({ path: 'tpk/__init__.py', line: 14 });
    expect(written(graph.at('tpk.only')?.signature)).toBe('a, /, b, *, c=(1, 2), d=functools.partial');
  });

  it('B14 compares parts of names: tpkx is not in tpk', async () => {
    expect(graph.at('tpk.K')).toMatchObject({ reference: 'tpkx.K', kind: null, origin: { name: 'tpkx' } });
    const original = (await laboratory.explore('tpk', [site], { rules: 'original' })).graph;
    expect(original.at('tpk.K')?.reference).toBeNull();
    const valid = original.validated();
    expect(valid.at('tpk.K')?.reference).toBe('tpkx.K');
    expect(valid.troubles.map(({ code }) => code)).toContain('MPY024');
  });

  it('B15 follows imports in the package itself', () => {
    expect(graph.at('tpk.BACKSLASH')?.reference).toBe('json.decoder.BACKSLASH');
  });

  it('B16 refers to None', () => {
    expect(graph.at('tpk.Outer.y')?.reference).toBe('builtins.None');
  });

  it('B17 has kinds, receivers and names of bindings', () => {
    const kinds = ['make', 'stat', 'Inner'].map((name) => graph.at(`tpk.Outer.${name}`)?.kind);
    expect(kinds).toEqual(['function', 'function', 'type']);
    expect(graph.at('tpk.part')?.kind).toBe('function');
    expect(graph.at('tpk.lam')?.kind).toBe('function');
    expect(written(graph.at('tpk.Outer.make')?.signature)).toBe('cls, a');
    expect(graph.at('tpk.Outer.make')?.traits).toEqual(['classmethod']);
    expect(graph.at('tpk.Outer.stat')?.traits).toEqual(['staticmethod']);
    expect(graph.at('tpk.Outer.prop')?.traits).toEqual(['property']);
    expect(graph.at('tpk.coroutine')?.traits).toEqual(['async']);
    expect(graph.at('tpk.generator')?.traits).toEqual(['generator']);
    expect(graph.at('tpk.lam')?.canonical).toBeNull();
    expect(graph.validated().at('tpk.lam')?.canonical).toBe('tpk.lam');
    expect(written(graph.at('tpk.lam')?.signature)).toBe('q, r=2');
  });

  it('tells documentation of its own from that of others', () => {
    expect(graph.at('tpk.Child.inherited')).toMatchObject({
      docstring: 'Documented above.',
      docInherited: true,
    });
    expect(graph.at('tpk.Outer.inherited')).toMatchObject({
      docstring: 'Documented above.',
      docInherited: false,
    });
    // the documentation of a class is none of its instances
    expect(graph.at('tpk.instance')).toMatchObject({ kind: 'object', docstring: '' });
    expect(graph.at('tpk')?.docstring).toBe('A package of samples.');
  });

  it('keeps annotations of names and values of constants', () => {
    expect(graph.at('tpk')?.annotations.get('secret')).toBe('"Outer"');
    expect(graph.at('tpk.Outer')?.annotations.get('z')).toBe('int');
    expect(graph.at('tpk.Outer.z')?.value).toBe('3');
  });

  it('B21 tracks what was imported, but no small number', () => {
    expect(graph.at('tpk.Outer.large')?.reference).toBe('tpkx.large');
    expect(graph.at('tpk.foreign')?.reference).toBe('tpkx.shown.method');
    expect(graph.at('tpk.three')?.reference).toBeNull();
    const type = graph.at('tpk.instance')?.type;
    expect(graph.shard('tpk').nodes.get(type ?? -1)?.canonical).toBe('tpk.Outer');
  });

  it('reads stubs: what they say of parameters, and overloads', () => {
    const over = graph.at('tpk.typed.over');
    expect(over?.overloads.map((one) => written(one))).toEqual(['a: int -> int', 'a: str, b: str -> str']);
    expect(written(over?.signature)).toBe('a, b=None');
    const noted = graph.at('tpk.typed.noted')?.signature;
    expect(written(noted)).toMatch(/^a: int, b: int=.* -> str$/);
    expect(noted?.from).toBe('stub');
  });

  it('B18 explores a namespace package', async () => {
    const namespace = (await laboratory.explore('nsp', [site])).graph;
    expect(namespace.at('nsp')?.kind).toBe('module');
    const valid = namespace.validated();
    const internal = Array.from(valid.shard('nsp').nodes.values()).filter(
      ({ reference }) => reference === null,
    );
    expect(internal.map(({ canonical }) => canonical).sort()).toEqual(['nsp', 'nsp.inner', 'nsp.inner.A']);
  });

  it('B1 without metadata and names there is nothing to explore', async () => {
    const { exploration, graph: none } = await laboratory.explore('nosuch', [site]);
    expect(exploration.succeeded).toBe(false);
    expect(exploration.end).toEqual({ kind: 'exited', code: 1 });
    expect(exploration.summary.troubles.map(({ what }) => what)).toEqual([
      "unable to get metadata of 'nosuch'",
      "unable to find any toplevel names of 'nosuch'",
    ]);
    expect(none.shards.size).toBe(0);
  });

  it('B2 a top-level that is not there fails with a trace', async () => {
    const { exploration } = await laboratory.explore('nosuch', [site], { toplevels: ['nosuchmod'] });
    expect(exploration.succeeded).toBe(false);
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY001', 'MPY004', 'MPY008']);
    expect(exploration.summary.troubles[1]?.why).toContain("No module named 'nosuchmod'");
  });

  it('the text alone gives names, signatures and references without running anything', async () => {
    const text = (await laboratory.explore('tpk', [site], { static: 'only' })).graph.validated();
    expect(written(text.at('tpk.f')?.signature)).toBe('a: int, b: str=x, *c, d: float=1.5, **e -> bool');
    expect(written(text.at('tpk.decorated.g')?.signature)).toBe('x, y');
    expect(text.at('tpk.K')?.reference).toBe('tpkx.K');
    expect(text.at('tpk.g')?.canonical).toBe('tpk.decorated.g');
    expect(text.at('tpk.Outer.Inner.deep')?.docstring).toBe('Deep.');
    const [base] = text.at('tpk.Child')?.bases ?? [];
    expect(text.shard('tpk').nodes.get(base ?? -1)?.canonical).toBe('tpk.Outer');
    expect(written(text.at('tpk.Outer')?.signature)).toBe('v=...');
    expect(text.at('tpk.Outer.prop')?.kind).toBe('descriptor');
  });
});
