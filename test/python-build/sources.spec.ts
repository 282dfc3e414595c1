import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeAnalysis, encodeAnalysis } from '../../src/python-build/analysis-file.ts';
import { readSources } from '../../src/python-build/read-stubs.ts';
import { type ReturnTable, sourceReturns } from '../../src/python-symbols/index.ts';

/** Functions that are called without arguments, in all ways that `read_stubs.py` looks at. */
const sample = `
import functools, os.path
from other import Elsewhere, maker
class Box:
    def me(self): return self
    def through(self): return self.me()
    @classmethod
    def new(cls): return cls()
    @property
    def size(self): return 3
    @staticmethod
    def plain(): return {}
    def annotated(self) -> "Box": return self
class Sub(Box):
    pass
def number(): return 1
def text(x=1): return f"{x}" if x else "none"
def percent(): return "%s" % 1
def joined(): return ",".join([])
def truth(x=None): return x is None
def negated(): return not []
def nothing(): pass
def falls(x=False):
    if x:
        return [1]
def both(x=True):
    if x:
        return (1, 2)
    else:
        return {1: 2}
def local():
    found = []
    for one in range(3):
        found.append(one)
    return found
def begins(x=1):
    found = None
    if x:
        found = 1
    return found
def matched(x=1):
    match x:
        case 1:
            return "one"
        case _:
            return [x]
def generator():
    yield 1
def lazy(): return (one for one in [])
def lambda_(): return lambda: 1
def loops():
    while True:
        for one in [1]:
            break
        return b""
def tried():
    try:
        return 1.5
    except ValueError:
        return None
    finally:
        number()
def made(): return Box()
def length(): return len([])
def ordered(): return sorted("ab")
def called(): return number()
def twice(): return called()
def walrus():
    return (found := {1})
def shadowed(number=str): return number()
def rebound():
    Box = str
    return Box()
@functools.lru_cache(maxsize=None)
def cached(): return 2j
def recursive(x=0): return recursive(1) if x == 0 else "end"
def nested():
    def inner(): return 1
    return "outer"
def with_():
    with open(os.devnull) as file:
        return "inside"
def other_class(): return Elsewhere()
def other_function(): return maker()
def imported():
    import json
    return json.dumps(1)
async def later(): return 1
def abstract(): raise NotImplementedError
`;

let folder: string;
let table: ReturnTable;
const lines: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-sources-'));
  mkdirSync(join(folder, 'pkg'));
  writeFileSync(join(folder, 'pkg/__init__.py'), sample);
  writeFileSync(join(folder, 'pkg/old.py'), 'print "x"\n');
  writeFileSync(join(folder, 'pkg/deep.py'), `x = ${'('.repeat(5000)}${')'.repeat(5000)}\n`);
  writeFileSync(join(folder, 'other.py'), 'class Elsewhere: pass\ndef maker(): return 1\n');
  const trees = [{ folder, only: ['pkg'] }];
  const read = await readSources({ key: 'pkg==1', trees, version: [3, 11], say: (line) => lines.push(line) });
  const [part] = read.get('pkg==1') ?? [];
  table = sourceReturns(part ?? { isStandard: false, modules: [] });
});
afterAll(() => rmSync(folder, { recursive: true }));

const typesOf = (name: string): readonly string[] => [...(table.get(`pkg.${name}`)?.keys() ?? [])].sort();

test('each function really returns what its text was seen to return', () => {
  const script = `
import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
import pkg
found = {}
for name, one in vars(pkg).items():
    if getattr(one, "__module__", "") != "pkg" or isinstance(one, type) or name in ("later", "abstract"):
        continue
    kind = type(one())
    rename = {"generator": "types.GeneratorType", "function": "types.FunctionType", "NoneType": "builtins.None.__class__"}
    found[name] = rename.get(kind.__name__, f"{kind.__module__}.{kind.__qualname__}")
json.dump(found, sys.stdout)
`;
  const real = JSON.parse(
    execFileSync('/usr/bin/python3', ['-B', '-c', script], { encoding: 'utf8' }),
  ) as Record<string, string>;
  // what may be done below it, what a parameter, a name bound anew, an import within, and another distribution give is not known from here
  const unknown = new Set(['nothing', 'shadowed', 'rebound', 'imported', 'other_function', 'other_class']);
  for (const [name, type] of Object.entries(real)) {
    if (unknown.has(name)) continue;
    expect(typesOf(name), name).toContain(type);
  }
  expect(Object.keys(real).length).toBeGreaterThan(25);
});

test('it sees all ways to return, and nothing where it cannot know', () => {
  expect(
    Object.fromEntries(
      ['falls', 'both', 'tried', 'loops', 'shadowed', 'rebound'].map((one) => [one, typesOf(one)]),
    ),
  ).toEqual({
    falls: ['builtins.None.__class__', 'builtins.list'],
    both: ['builtins.dict', 'builtins.tuple'],
    tried: ['builtins.None.__class__', 'builtins.float'],
    loops: ['builtins.bytes'],
    shadowed: [],
    rebound: [],
  });
  expect(typesOf('matched')).toEqual(['builtins.list', 'builtins.str']);
  expect(typesOf('begins')).toEqual(['builtins.int']);
  for (const name of ['later', 'abstract', 'imported', 'Sub']) expect(typesOf(name), name).toEqual([]);
  // what is no class there is left out when types are looked up among all distributions
  expect(typesOf('other_class')).toEqual(['other.Elsewhere']);
  for (const name of ['me', 'through', 'new', 'annotated'])
    expect(typesOf(`Box.${name}`), name).toEqual(['pkg.Box']);
  expect([typesOf('Box.size'), typesOf('Box.plain')]).toEqual([['builtins.int'], ['builtins.dict']]);
});

test('files that cannot be parsed are told, and the others count', () => {
  expect(
    lines.filter((line) => line.includes('MPY411')).map((line) => line.replace(/ cannot.*/, '')),
  ).toEqual(["[WARN] MPY411 'pkg/deep.py'", "[WARN] MPY411 'pkg/old.py'"]);
  expect(lines.at(-1)).toBe("[STATS] 1 files of 'pkg==1' were read");
});

test('what was parsed is the same again from its file, and a file that is cut off at any byte is told', async () => {
  const trees = [{ folder, only: ['other.py'] }];
  const read = await readSources({ key: 'other==1', trees, version: [3, 11], say: () => {} });
  const bytes = encodeAnalysis(read);
  expect(decodeAnalysis(bytes, 'file')).toEqual(read);
  for (let length = 0; length < bytes.length; length += 1)
    expect(() => decodeAnalysis(bytes.subarray(0, length), 'file')).toThrow('MPY412');
});
