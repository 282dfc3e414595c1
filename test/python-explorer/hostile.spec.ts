import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exploration } from '../../src/python-explorer/index.ts';
import { Laboratory, type ReadGraph } from './laboratory.ts';

/** Packages that do what they should not; each has a good module beside the bad one. */
const packages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sub_exits: { bad: 'import sys\nsys.exit(3)', good: 'def ok(): pass' },
  sub_raises: { bad: 'raise RuntimeError("no")', good: 'def ok(): pass' },
  package_exits: { 'bad/__init__': 'import sys\nsys.exit(7)', 'bad/inner': 'X = 1', good: 'def ok(): pass' },
  os_exits: { bad: 'import os\nos._exit(0)', good: 'def ok(): pass' },
  crashes: { bad: 'import ctypes\nctypes.string_at(0)', good: 'def ok(): pass' },
  loops: { bad: 'while True: pass', good: 'def ok(): pass' },
  loops_in_getattr: {
    bad: 'class Meta(type):\n    def __dir__(cls):\n        return ["a"]\n    def __getattr__(cls, name):\n        while True: pass\nclass Lazy(metaclass=Meta): pass',
    good: 'def ok(): pass',
  },
  top_exits: { __init__: 'import os\nos._exit(5)', good: 'def ok(): pass' },
  threads: {
    good: 'import threading, time\ndef work():\n    while True: time.sleep(0.01)\nfor _ in range(4):\n    threading.Thread(target=work).start()\ndef ok(): pass',
  },
  network: {
    bad: 'import urllib.request\nurllib.request.urlopen("http://192.0.2.1/", timeout=20)',
    good: 'def ok(): pass',
  },
  forks: {
    good: 'import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True: time.sleep(1)\ndef ok(): pass',
  },
  closes: { bad: 'import os\nos.closerange(0, 3)', good: 'def ok(): pass' },
  shuts: { bad: 'import os\nos.closerange(3, 1000)', good: 'def ok(): pass' },
  odd_names: {
    bad: 'import os\nclass M(type):\n    def __getattribute__(cls, name): os._exit(11)\nglobals()["a\\nb\\x1b[31m"] = M("x", (), {})',
    good: 'def ok(): pass',
  },
  builtin_thief: {
    bad: 'import builtins\nbuiltins.len = None\nbuiltins.open = None\nbuiltins.isinstance = lambda *a: 1 / 0',
    good: 'def ok(): pass',
  },
  stolen_modules: {
    bad: 'import sys\nfor name in ("json", "inspect", "os", "ast"):\n    sys.modules[name] = None',
    good: 'def ok(): pass',
  },
  liars: {
    good: `
class Liar:
    def __getattribute__(self, name): raise SystemExit(1)
    def __repr__(self): raise KeyboardInterrupt
    def __str__(self): raise ValueError
    def __eq__(self, other): raise RuntimeError
    def __hash__(self): raise RuntimeError
    def __bool__(self): raise RuntimeError
    def __dir__(self): raise RuntimeError
liar = Liar()
class Meta(type):
    def __getattribute__(cls, name): raise RuntimeError(name)
    def __instancecheck__(cls, other): raise RuntimeError
    def __subclasscheck__(cls, other): raise RuntimeError
class Evil(metaclass=Meta):
    def visible(self): pass
class Pretender:
    @property
    def __class__(self): return int
pretender = Pretender()
def takes(a=liar, b=pretender, c=Evil): pass
class Texts(str):
    def __len__(self): raise RuntimeError
    def startswith(self, *a): raise RuntimeError
named = type("named", (), {Texts("odd"): 1})
named.__doc__ = Texts("doc")
sig = lambda: None
class Signed:
    __signature__ = "nonsense"
class Missing(type):
    def __dir__(cls): return ["gone"]
    def __getattr__(cls, name): raise KeyError(name)
class Lacking(metaclass=Missing): pass
class Stopper(type):
    def __dir__(cls): return ["gone"]
    def __getattr__(cls, name): raise KeyboardInterrupt
class Stopping(metaclass=Stopper): pass
def ok(): pass
`,
  },
  cycles: {
    good: 'import sys\nme = sys.modules[__name__]\nclass A: pass\nA.A = A\nA.module = me\nlist_of_itself = []\nlist_of_itself.append(list_of_itself)\ndef f(x=list_of_itself): pass\nf.f = f\nf.__wrapped__ = f\ndef ok(): pass',
  },
  surrogates: {
    good: 'A = "\\ud800 alone"\nB = "\\U0001f600"\nclass C: pass\nC.__doc__ = "doc \\udfff"\ndef ok(): pass',
  },
  replaced_modules: {
    bad: 'import sys\nclass Odd:\n    def __bool__(self): raise RuntimeError\n    def __getattr__(self, name): raise KeyError(name)\nsys.modules[__name__] = Odd()',
    good: 'def ok(): pass',
  },
  prints: { good: 'print("x" * 30_000_000)\ndef ok(): pass' },
  enum: { __init__: 'BACKPORT = 1', good: 'def ok(): pass' },
  deep: {
    good: 'def make(n):\n    top = cls = type("C", (), {})\n    for _ in range(n):\n        inner = type("C", (), {})\n        cls.inner = inner\n        cls = inner\n    return top\nTop = make(3000)\ndef ok(): pass',
  },
  huge: {
    good: 'for i in range(20000):\n    globals()["name_%d" % i] = object()\nDOC = "x" * 10_000_000\n__doc__ = "y" * 10_000_000\ndef ok(): pass',
  },
  odd_members: {
    good: 'globals()["__proto__"] = 1\nclass C:\n    constructor = 1\nsetattr(C, "toString", 2)\nsetattr(C, "1", 3)\nsetattr(C, "a.b", 4)\ndef ok(): pass',
  },
};

let laboratory: Laboratory;
let graph: ReadGraph;
let exploration: Exploration;

beforeAll(async () => {
  laboratory = new Laboratory();
  const files: Record<string, string> = {
    'hostile-1.0.dist-info/METADATA': 'Name: hostile\nVersion: 1.0\n\n',
    'hostile-1.0.dist-info/top_level.txt': Object.keys(packages).join('\n'),
  };
  for (const [name, modules] of Object.entries(packages)) {
    files[`${name}/__init__.py`] = '';
    for (const [module, text] of Object.entries(modules)) files[`${name}/${module}.py`] = text;
  }
  const site = laboratory.files('site', files);
  const limits = { stepMs: 2_000, retries: 3 };
  ({ graph, exploration } = await laboratory.explore('hostile', [site], { jobs: 8, limits }));
}, 120_000);

afterAll(() => laboratory.remove());

const troublesOf = (toplevel: string) =>
  exploration.summary.troubles.filter((trouble) => trouble.toplevel === toplevel);

describe('packages that do what they should not', () => {
  it('the exploration comes to its own end', () => {
    expect(exploration.end).toEqual({ kind: 'exited', code: 0 });
    expect(graph.complete).toBe(true);
    expect(Array.from(graph.shards.keys()).sort()).toEqual(
      Object.keys(packages)
        .filter((name) => name !== 'top_exits')
        .sort(),
    );
  });

  it.each(Object.keys(packages).filter((name) => name !== 'top_exits'))(
    "what is good of '%s' is found",
    (name) => {
      expect(graph.at(`${name}.good.ok`)).toMatchObject({ kind: 'function', canonical: `${name}.good.ok` });
      expect(graph.shard(name).complete).toBe(true);
    },
  );

  it.each([
    ['sub_exits', 'MPY005', /SystemExit: 3/],
    ['sub_raises', 'MPY004', /RuntimeError: no/],
    ['network', 'MPY004', /URLError|unreachable/],
    ['package_exits', 'MPY005', /SystemExit: 7/],
  ])("B3 B4 the import of a module of '%s' is told as %s", (name, code, why) => {
    expect(troublesOf(name)).toMatchObject([{ code, at: `${name}.bad` }]);
    expect(troublesOf(name)[0]?.why).toMatch(why);
    expect(graph.at(`${name}.bad`)).toBeUndefined();
  });

  it.each([
    ['os_exits', 'os_exits.bad', /status 0/],
    ['crashes', 'crashes.bad', /SIGSEGV/],
    ['loops', 'loops.bad', /does not end/],
    ['loops_in_getattr', 'loops_in_getattr.bad.Lazy', /does not end/],
    ['shuts', 'shuts.bad', /closes the files of the explorer/],
    ['odd_names', 'odd_names.bad.a\nb\u001b[31m', /of 'odd_names\.bad\.a\\nb\\x1b\[31m' ends/],
  ])("'%s' is begun anew without '%s'", (name, at, what) => {
    expect(troublesOf(name)).toMatchObject([{ code: 'MPY006', at }]);
    expect(troublesOf(name)[0]?.what).toMatch(what);
    expect(graph.at(at)).toBeUndefined();
  });

  it('a top-level that ends the interpreter itself is left out', () => {
    expect(troublesOf('top_exits').map(({ code }) => code)).toEqual(['MPY006', 'MPY008']);
  });

  it('objects that lie are told by their real class', () => {
    expect(graph.at('liars.good.liar')?.kind).toBe('object');
    expect(graph.at('liars.good.Evil.visible')?.kind).toBe('function');
    const type = graph.at('liars.good.pretender')?.type;
    expect(graph.shard('liars').nodes.get(type ?? -1)?.canonical).toBe('liars.good.Pretender');
    expect(graph.at('liars.good.takes')?.signature?.parameters.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('what leads to itself is there once', () => {
    expect(graph.at('cycles.good.A.A')).toBe(graph.at('cycles.good.A'));
    expect(graph.at('cycles.good.me')).toBe(graph.at('cycles.good'));
  });

  it('a module that the explorer has too is that of the distribution', () => {
    expect(graph.at('enum.BACKPORT')?.value).toBe('1');
  });

  it('texts are cut and are Unicode', () => {
    expect(graph.at('surrogates.good.A')?.value).toBe('\ufffd alone');
    expect(graph.at('surrogates.good.B')?.value).toBe('\u{1f600}');
    expect(graph.at('surrogates.good.C')?.docstring).toBe('doc \ufffd');
    expect(graph.at('huge.good.DOC')?.value?.length).toBe(256);
    expect(graph.at('huge.good')?.docstring.length).toBe(65_536);
    expect(graph.at('huge.good')?.members.size).toBeGreaterThan(20_000);
  });

  it('names are only names', () => {
    expect(graph.at('odd_members.good.C')?.members.has('toString')).toBe(true);
    expect(graph.at('odd_members.good.C')?.members.has('a.b')).toBe(true);
    expect(graph.at('odd_members.good.C.1')?.value).toBe('3');
  });

  it('every shard can be made valid, and is then left as it is', () => {
    const valid = graph.validated();
    expect(valid.validated().troubles).toEqual([]);
    expect(valid.shards.size).toBe(graph.shards.size);
    const deepest = Array.from(valid.shard('deep').nodes.values()).filter(({ kind }) => kind === 'type');
    expect(deepest.length).toBeGreaterThan(90);
    expect(troublesOf('deep').map(({ code }) => code)).toEqual(['MPY014']);
  });
});
