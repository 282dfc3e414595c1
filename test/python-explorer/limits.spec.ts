import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGraphEvent, graphNode } from '../../src/formats/python-graph/index.ts';
import {
  explore,
  standardFolderOf,
  troubleProblems,
  validateGraph,
} from '../../src/python-explorer/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';
import { Laboratory, python } from './laboratory.ts';

const program = join(import.meta.dirname, '../../bin/packmill');
const metadata = (name: string, more = ''): string => `Name: ${name}\nVersion: 1.0\n${more}\n`;

let laboratory: Laboratory;
let site: string;

beforeAll(() => {
  laboratory = new Laboratory();
  site = laboratory.files('site', {
    'regicide-1.0.dist-info/METADATA': metadata('regicide'),
    'regicide-1.0.dist-info/RECORD': 'able.py,,\nregicide.py,,\n',
    'able.py': 'X = 1\n',
    'regicide.py': 'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n',
    'leak-1.0.dist-info/METADATA': metadata('leak'),
    'leak-1.0.dist-info/top_level.txt': 'leak\n',
    'leak.py':
      'import os\nfor name in ("explore.log", "facts.json"):\n    os.unlink("/out/" + name)\n    os.symlink("/etc/hostname", "/out/" + name)\n',
    'usurper-1.0.dist-info/METADATA': metadata('usurper'),
    'usurper-1.0.dist-info/top_level.txt': 'usurper\n',
    'usurper.py':
      'import os\nos.unlink("/out/graph.jsonl")\nos.symlink("/etc/hostname", "/out/graph.jsonl")\n',
    'gossip-1.0.dist-info/METADATA': metadata('gossip'),
    'gossip-1.0.dist-info/top_level.txt': 'gossip\n',
    'gossip.py': `import json
row = {"trouble": {"code": "MPY003", "what": "w" * 5000, "toplevel": None, "at": None, "why": "y" * 5000}}
with open("/out/graph.jsonl", "a") as file:
    for _ in range(1000):
        file.write(json.dumps(row) + "\\n")
    file.write('{"trouble": {"what": "' + "z" * 5_000_000 + '"}\\n')
X = 1
`,
    'flask-1.0.dist-info/METADATA': metadata('Flask'),
    'flask-1.0.dist-info/top_level.txt': 'flask\n',
    'flask/__init__.py':
      'pushed = []\nclass Flask:\n    def __init__(self, name): pass\n    def test_request_context(self): return self\n    def push(self): pushed.append(1)\n',
    'user-1.0.dist-info/METADATA': metadata('user', 'Requires-Dist: flask (>=1.0)\n'),
    'user-1.0.dist-info/top_level.txt': 'user\n',
    'user/__init__.py': 'import flask\n',
    'user/views.py': 'from flask import pushed\nassert pushed, "no request"\nVIEW = object()\n',
    'django-1.0.dist-info/METADATA': metadata('Django'),
    'django-1.0.dist-info/top_level.txt': 'django\n',
    'django/__init__.py': 'X = 1\n',
    'sealed-1.0.dist-info/METADATA': metadata('sealed'),
    'sealed-1.0.dist-info/RECORD': 'sealed.py,,\n',
    'sealed.py': 'X = 1\n',
    'needy-1.0.dist-info/METADATA': metadata('needy'),
    'needy-1.0.dist-info/RECORD': 'needy.py,,\n',
    'needy.py': 'import nobody_has_this\n',
    'pytest.py': 'X = 1\n',
    'six.py': 'X = 1\n',
  });
  chmodSync(join(site, 'sealed-1.0.dist-info/RECORD'), 0o000);
});
afterAll(() => laboratory.remove());

describe('limits and preparations', () => {
  it('a list of what is not entered is kept to', async () => {
    const { exploration } = await laboratory.explore('nothing', [site], {
      toplevels: ['test', 'twisted.web'],
    });
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY001', 'MPY003']);
  });

  it('metadata that an ordinary user may not read are told', async () => {
    const { exploration } = await laboratory.explore('sealed', [site]);
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY002']);
    expect(exploration.summary.troubles[0]?.why).toMatch(
      /sealed-1\.0\.dist-info\/RECORD': Permission denied/,
    );
  });

  it('a top-level that cannot be imported is told with the end of its trace', async () => {
    const { exploration } = await laboratory.explore('needy', [site]);
    expect(exploration.summary.troubles).toMatchObject([
      { code: 'MPY004' },
      { code: 'MPY008', why: "ModuleNotFoundError: No module named 'nobody_has_this'" },
    ]);
  });

  it('nodes have a limit, and what came before it is kept', async () => {
    const limits = { nodes: 6 };
    const { exploration, graph } = await laboratory.explore('builtin-stdlib', [], {
      toplevels: ['json'],
      limits,
    });
    expect(exploration.summary.toplevels).toEqual([{ toplevel: 'json', nodes: 6, complete: false }]);
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY009']);
    expect(graph.at('json')?.kind).toBe('module');
  });

  it('an explorer that is killed leaves what it wrote', async () => {
    const { exploration, graph } = await laboratory.explore('regicide', [site], { jobs: 1 });
    expect(exploration.succeeded).toBe(true);
    expect(exploration.summary.complete).toBe(false);
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY010']);
    expect(graph.at('able.X')?.value).toBe('1');
    expect(graph.troubles.map(({ code }) => code)).toContain('MPY021');
  });

  it('the record of a graph is gone when one that was cut short took its place', async () => {
    const turning = (text: string): string =>
      laboratory.files('turning', {
        'turning-1.0.dist-info/METADATA': metadata('turning'),
        'turning-1.0.dist-info/RECORD': 'able.py,,\nturning.py,,\n',
        'able.py': 'X = 1\n',
        'turning.py': text,
      });
    const ask = (place: string) =>
      explore({
        environment: { python, prefixes: [], site: [place] },
        distribution: { name: 'turning', version: '1.0' },
        output: join(laboratory.folder, 'turning.json'),
        cage: laboratory.cage,
      });
    const good = await ask(turning('Y = 1\n'));
    expect([good.recorded, good.summary.complete]).toEqual([false, true]);
    const cut = await ask(turning('import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n'));
    expect([cut.recorded, cut.succeeded, cut.summary.complete]).toEqual([false, true, false]);
    const again = await ask(turning('Y = 1\n'));
    expect([again.recorded, again.summary.complete]).toEqual([false, true]);
  });

  it('of any number of troubles that a graph tells the first are kept, shortened, and the others are counted', async () => {
    const { exploration } = await laboratory.explore('gossip', [site]);
    const { troubles, leftOut } = exploration.summary;
    expect(troubles).toHaveLength(200);
    // what the explorer itself writes at that moment may fall on one of them
    expect(leftOut.troubles).toBeGreaterThan(790);
    expect(troubleProblems(exploration.summary, 'graph.json').at(-1)?.code).toBe('MPY015');
    expect(new Set(troubles.map(({ what, why }) => `${what.length} ${why.length}`))).toEqual(
      new Set(['2000 2000']),
    );
  });

  it('what changes while it is explored is explored again the next time', async () => {
    const place = laboratory.files('moving', {
      'moving-1.0.dist-info/METADATA': metadata('moving'),
      'moving-1.0.dist-info/RECORD': 'moving.py,,\n',
      'moving.py': 'X = 1\n',
    });
    class Changing extends BubblewrapDriver {
      override async run(...args: Parameters<BubblewrapDriver['run']>) {
        const end = await super.run(...args);
        writeFileSync(join(place, 'moving.py'), 'X = 2\n');
        return end;
      }
    }
    const sandbox = new Changing({ folder: join(laboratory.folder, 'sandbox'), hidden: [] });
    const ask = () =>
      explore({
        environment: { python, prefixes: [], site: [place] },
        distribution: { name: 'moving', version: '1.0' },
        output: join(laboratory.folder, 'moving.json'),
        cage: { ...laboratory.cage, sandbox },
      });
    const recorded = [];
    for (let round = 0; round < 3; round += 1) recorded.push((await ask()).recorded);
    expect(recorded).toEqual([false, false, true]);
  });

  it('the standard library of an interpreter is found without running it', async () => {
    const { exploration } = await laboratory.explore('able', [site]);
    const environment = { python, prefixes: [], site: [] };
    expect(standardFolderOf(environment, { kind: 'host' })).toBe(exploration.summary.standardFolder);
    const root = laboratory.files('root', { 'usr/bin/python3.9': '', 'usr/lib/python3.9/os.py': '' });
    symlinkSync('python3.9', join(root, 'usr/bin/python3'));
    expect(standardFolderOf(environment, { kind: 'folder', path: root })).toBe('/usr/lib/python3.9');
    const python39 = { python: `${root}/usr/bin/python3`, prefixes: [`${root}/usr`], site: [] };
    expect(standardFolderOf(python39, { kind: 'host' })).toBe(`${root}/usr/lib/python3.9`);
    expect(standardFolderOf(environment, { kind: 'image', name: 'python' })).toBeUndefined();
    expect(
      standardFolderOf({ ...environment, python: '/nowhere/python3' }, { kind: 'host' }),
    ).toBeUndefined();
  });

  it('links that were put into its folder lead nowhere', async () => {
    const { output, exploration } = await laboratory.explore('leak', [site]);
    expect(exploration.succeeded).toBe(true);
    expect(exploration.summary.standardFolder).toBe('');
    expect(readFileSync(`${output}.log`, 'utf8')).toBe('');
    await expect(laboratory.explore('usurper', [site])).rejects.toThrow('MPY011');
  });

  it('frameworks are prepared for what needs them, and what does not fit is told', async () => {
    const { graph } = await laboratory.explore('user', [site]);
    expect(graph.at('user.views.VIEW')?.kind).toBe('object');
    const { exploration } = await laboratory.explore('django', [site]);
    expect(exploration.summary.troubles.map(({ code }) => code)).toEqual(['MPY007']);
    expect(exploration.succeeded).toBe(true);
  });

  it('an interpreter that is none is told', async () => {
    const asked = (path: string) =>
      explore({
        environment: { python: path, prefixes: [], site: [] },
        distribution: { name: 'builtin-stdlib', version: '' },
        output: join(laboratory.folder, 'none.json'),
        cage: laboratory.cage,
      });
    await expect(asked('/bin/false')).rejects.toThrow('MPY011');
    await expect(asked('python3')).rejects.toThrow('MPY011');
    expect(existsSync(join(laboratory.folder, 'none.json'))).toBe(false);
  });

  it('B20 the standard library is what the interpreter says, whatever is installed beside it', () => {
    const probe = join(import.meta.dirname, '../../src/python-explorer/probe');
    const ask = `
import json, sys
sys.path[:0] = [${JSON.stringify(probe)}, ${JSON.stringify(site)}]
from packmill_probe.request import Request
from packmill_probe.supervisor import Supervisor
asked = Request({"distribution": {"name": "builtin-stdlib"}, "output": "", "site": [${JSON.stringify(site)}]})
print(json.dumps(Supervisor(asked, None, sys.stderr).toplevels()))`;
    const names: string[] = JSON.parse(
      execFileSync(python, ['-B', '-c', ask], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    expect(names).toContain('json');
    expect(names).toContain('_json');
    for (const name of ['pytest', 'six', 'pip', 'setuptools', 'test', 'antigravity', 'winreg']) {
      expect(names).not.toContain(name);
    }
  });
});

describe('making files valid', () => {
  const lines = (toplevel: string): string =>
    [
      '{"graph":"packmill-python","schema":2,"state":"raw","distribution":{"name":"a","version":"1"},"rules":"packmill"}',
      JSON.stringify({ shard: toplevel }),
      encodeGraphEvent({ event: 'node', node: graphNode({ id: 0, kind: 'module', canonical: toplevel }) }),
      JSON.stringify({ shardEnd: toplevel, root: 0, complete: true }),
      '{"end":true}\n',
    ].join('\n');

  it('of any number of troubles the first are in the report, and all are in the graph', async () => {
    const [input, output] = [
      join(laboratory.folder, 'many.json'),
      join(laboratory.folder, 'many.valid.json'),
    ];
    const trouble = { code: 'MPY003', what: 'w'.repeat(5000), toplevel: null, at: null, why: '' };
    const many = `${encodeGraphEvent({ event: 'trouble', trouble })}\n`.repeat(1000);
    writeFileSync(input, lines('a').replace('{"end":true}\n', `${many}{"end":true}\n`));
    const report = await validateGraph(input, output);
    expect([report.troubles.length, report.leftOut.troubles]).toEqual([200, 800]);
    expect(readFileSync(output, 'utf8').match(/MPY003/g)).toHaveLength(1000);
  });

  it('C5 refuses a top-level with a dot, and writes nothing', async () => {
    const [input, output] = [
      join(laboratory.folder, 'dotted.json'),
      join(laboratory.folder, 'dotted.valid.json'),
    ];
    writeFileSync(input, lines('a.b'));
    await expect(validateGraph(input, output)).rejects.toThrow('MPY022');
    expect(existsSync(output)).toBe(false);
  });

  it('C6 is done shard by shard: a document is made valid in a heap that could not hold it', () => {
    const [input, output] = [
      join(laboratory.folder, 'long.json'),
      join(laboratory.folder, 'long.valid.json'),
    ];
    // the document of the original explorer, twelve shards of 4 MB each with texts that nobody reads
    const members = Object.fromEntries(Array.from({ length: 2_999 }, (_, at) => [`m${at}`, at + 2]));
    const shard = (top: string): string => {
      const node = (id: number) => ({
        ...{
          id,
          canonical_name: id === 1 ? top : null,
          classification: id === 1 ? 'module' : 'object',
          type_id: 9,
        },
        ...{ docstring: `doc ${id}`, str: 's'.repeat(600), repr: 'r'.repeat(700), source: ['x'.repeat(60)] },
        members: id === 1 ? members : {},
      });
      return JSON.stringify(
        Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [at + 1, node(at + 1)])),
      );
    };
    const tops = Array.from({ length: 12 }, (_, at) => `top${at}`);
    writeFileSync(
      input,
      `{"pip-package":"long","pip-version":"1","shards":{${tops.map((top) => `"${top}":${shard(top)}`).join(',')}},` +
        `"rootIDs":${JSON.stringify(Object.fromEntries(tops.map((top) => [top, 1])))}}`,
    );
    expect(statSync(input).size).toBeGreaterThan(48e6);
    const module = join(import.meta.dirname, '../../src/python-explorer/index.ts');
    const script = `import { validateGraph } from ${JSON.stringify(module)};
      const { shards } = await validateGraph(...${JSON.stringify([input, output])});
      console.log(shards.length, shards.every(({ nodesAfter }) => nodesAfter === 3000));`;
    const words = ['--max-old-space-size=48', '--max-semi-space-size=4', '--input-type=module-typescript'];
    const said = execFileSync(process.execPath, [...words, '-e', script], { encoding: 'utf8' });
    expect(said).toBe('12 true\n');
  });

  it('refuses what is no graph, and writes a report beside what is one', async () => {
    const [input, output] = [
      join(laboratory.folder, 'plain.json'),
      join(laboratory.folder, 'plain.valid.json'),
    ];
    writeFileSync(input, 'nothing');
    await expect(validateGraph(input, output)).rejects.toThrow('MPY020');
    writeFileSync(input, lines('a'));
    const report = await validateGraph(input, output);
    expect(report).toMatchObject({ distribution: { name: 'a' }, complete: true, troubles: [] });
    expect(readFileSync(output, 'utf8')).toBe(
      lines('a')
        .replace('"raw"', '"valid"')
        .replace(/"rules"/, '"python":{"implementation":"","version":""},"rules"'),
    );
    expect(JSON.parse(readFileSync(`${output}.report.json`, 'utf8'))).toEqual(report);
  });
});

describe('packmill py explore', () => {
  const packmill = (words: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [program, ...words], (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });

  it('A7 explores what it can, writes down what it cannot, and does nothing twice', async () => {
    const out = join(laboratory.folder, 'graphs');
    const words = ['py', 'explore', 'user', 'nosuch', 'six==9', '--site', site, '--out', out];
    const first = await packmill(words);
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/^user 1\.0: 1 top-levels, \d+ nodes, /);
    expect(first.out).toMatch(/nosuch: failed \(explore\)/);
    expect(first.err).toContain('MPY002 ');
    const failures = JSON.parse(readFileSync(join(out, 'failures.json'), 'utf8'));
    expect(failures.map((row: { asked: string; stage: string }) => [row.asked, row.stage])).toEqual([
      ['nosuch', 'explore'],
      ['six==9', 'explore'],
    ]);
    expect(existsSync(join(out, 'user__1.0.valid.json'))).toBe(true);
    const again = await packmill(['--json', 'py', 'explore', 'user', '--site', site, '--out', out]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject([
      { state: 'recorded', distribution: { name: 'user', version: '1.0' } },
    ]);
  });

  it('tells a wrong folder', async () => {
    const { code, err } = await packmill([
      'py',
      'explore',
      'x',
      '--site',
      '/nonexistent',
      '--out',
      laboratory.folder,
    ]);
    expect([code, err.includes('MPY013')]).toEqual([2, true]);
  });
});
