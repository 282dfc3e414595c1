import { once } from 'node:events';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import {
  answerPath,
  cachingManager,
  compareSymbols,
  connectManager,
  countingManager,
  datafilesOf,
  loggingManager,
  type ManagerOptions,
  makeIndex,
  managerInput,
  memorySource,
  mockManager,
  openManager,
  type PySymbol,
  ResourceManager,
  sameSymbol,
  serveManager,
} from '../../src/python-resources/index.ts';
import { dumpsSpec, node, requests, type SmallWorld, smallWorld, stdlib } from './small-world.ts';

let world: SmallWorld;
const open: ResourceManager[] = [];
beforeAll(() => {
  world = smallWorld();
});
afterAll(() => {
  for (const manager of open) manager.close();
  world.remove();
});

function manager(options: Partial<ManagerOptions> = {}): ResourceManager {
  const made = new ResourceManager({ ...managerInput(world.manifest, world.index), ...options });
  open.push(made);
  return made;
}

const problem = (code: string, what?: string) => ({
  problem: expect.objectContaining({
    code,
    ...(what === undefined ? {} : { what: expect.stringContaining(what) }),
  }),
});

describe('a manager', () => {
  it('F1: keeps the path that was asked for and finds the canonical one in another distribution', async () => {
    const symbol = await manager().pathSymbol('requests.compat.JSONDecodeError');
    expect(symbol).toEqual({
      distribution: requests,
      path: 'requests.compat.JSONDecodeError',
      canonical: { distribution: stdlib, path: 'json.decoder.JSONDecodeError' },
      node: { toplevel: 'json', index: 4 },
    });
    expect(await manager().kind(symbol)).toBe('type');
    const bases = await manager().bases(symbol);
    expect(bases.map((base) => base.canonical.path)).toEqual(['builtins.ValueError']);
    expect((await manager().type(symbol))?.canonical.path).toBe('builtins.type');
  });

  it('F2: says that no distributions match where a reference leads out of the index', async () => {
    await expect(manager().pathSymbol('json.codecs.open')).rejects.toMatchObject(
      problem('MPY331', "no distributions match 'codecs.open'"),
    );
    await expect(manager().pathSymbol('jsn.dumps')).rejects.toMatchObject({
      problem: { code: 'MPY330', next: "Perhaps 'json' is meant." },
    });
    await expect(manager().pathSymbol('json.dmups')).rejects.toMatchObject({
      problem: { code: 'MPY331', next: "Perhaps 'dumps' is meant." },
    });
  });

  it('F3: ends references that lead in a circle', async () => {
    const one = { name: 'one', version: '1' };
    const two = { name: 'two', version: '1' };
    const source = memorySource([
      {
        distribution: one,
        resources: { SymbolGraph: new Map([['a', [node('a', 'module', { children: { x: 'b.x' } })]]]) },
      },
      {
        distribution: two,
        resources: { SymbolGraph: new Map([['b', [node('b', 'module', { children: { x: 'a.x' } })]]]) },
      },
    ]);
    const index = makeIndex([
      [one, ['a', 'b']],
      [two, ['a', 'b']],
    ]);
    await expect(manager({ source, index }).pathSymbol('a.x')).rejects.toMatchObject(problem('MPY335'));
  });

  it('F4: finds a top-level in the index without reading a datafile', async () => {
    const lazy = manager({
      source: {
        ...datafilesOf(world.manifest),
        graph: () => {
          throw new Error('read');
        },
      },
    });
    const symbol = await lazy.newSymbol(requests, 'requests');
    expect(symbol.canonical).toEqual({ distribution: requests, path: 'requests' });
    expect(await lazy.isLoaded(requests)).toBe(false);
    await expect(lazy.newSymbol(requests, 'json')).rejects.toMatchObject(problem('MPY333'));
    await expect(lazy.newSymbol({ name: 'requests', version: '1' }, 'requests')).rejects.toMatchObject(
      problem('MPY332', "'requests==1' is not in the manifest"),
    );
  });

  it('F5: says which attribute is not found', async () => {
    const one = manager();
    const dumps = await one.pathSymbol('json.dumps');
    await expect(one.childSymbol(dumps, 'child')).rejects.toMatchObject(
      problem('MPY334', "attribute 'child' not found in 'json.dumps'"),
    );
    const json = await one.pathSymbol('requests.compat.json');
    expect(await one.children(json)).toEqual([
      'JSONDecodeError',
      'JSONEncoder',
      'codecs',
      'decoder',
      'dumps',
    ]);
    expect(await one.childSymbol(json, 'dumps')).toMatchObject({
      distribution: requests,
      path: 'requests.compat.json.dumps',
      canonical: { distribution: stdlib, path: 'json.dumps' },
    });
  });

  it('F6: has the signature of a function by any of its names', async () => {
    const one = manager();
    for (const path of ['json.dumps', 'requests.dumps', 'requests.compat.json.dumps'])
      expect(await one.argSpec(await one.pathSymbol(path)), path).toEqual(dumpsSpec);
    const init = await one.pathSymbol('requests.Plain.__init__');
    expect(init.canonical.path).toBe('builtins.object.__init__');
    expect((await one.argSpec(init))?.origin).toBe('stub');
    expect(await one.argSpec(await one.pathSymbol('requests.get'))).not.toBeNull();
    expect(await one.argSpec(await one.pathSymbol('json.decoder'))).toBeNull();
  });

  it('F7: answers with room for one distribution only', async () => {
    const small = manager({ cacheSize: 1 });
    for (let round = 0; round < 3; round += 1) {
      expect((await small.pathSymbol('json.dumps')).canonical.path).toBe('json.dumps');
      expect([await small.isLoaded(stdlib), await small.isLoaded(requests)]).toEqual([true, false]);
      const get = await small.pathSymbol('requests.get');
      expect([await small.isLoaded(stdlib), await small.isLoaded(requests)]).toEqual([false, true]);
      expect(get.canonical.path).toBe('requests.api.get');
      const decode = await small.pathSymbol('requests.compat.JSONDecodeError');
      expect(await small.kind(decode)).toBe('type');
    }
  });

  it('drops what goes beyond its memory, except what is in use', async () => {
    const small = manager({ cacheBytes: 1 });
    await small.pathSymbol('json.dumps');
    await small.pathSymbol('requests.get');
    expect([await small.isLoaded(stdlib), await small.isLoaded(requests)]).toEqual([false, true]);
    expect(small.loadedBytes).toBeGreaterThan(1);
    small.reset();
    expect(small.loadedBytes).toBe(0);
  });

  it('F8: drops after half an hour what nobody asked for, and loads it again', async () => {
    const clock = new VirtualClock();
    const one = manager({ clock });
    await one.pathSymbol('json.dumps');
    await clock.advance(29 * 60_000);
    expect(await one.isLoaded(stdlib)).toBe(true);
    await clock.advance(2 * 60_000);
    expect(await one.isLoaded(stdlib)).toBe(false);
    expect((await one.pathSymbol('json.dumps')).path).toBe('json.dumps');
    expect(await one.isLoaded(stdlib)).toBe(true);
  });

  it('F9: tries a datafile three times, with pauses, and names what it cannot load', async () => {
    const other = smallWorld();
    try {
      const file = other.manifest[1]?.paths.get('SymbolGraph') ?? '';
      truncateSync(file, 20);
      const clock = new VirtualClock();
      const { manager: one, loaded } = openManager({
        ...managerInput(other.manifest, other.index),
        preload: 'all',
        clock,
      });
      open.push(one);
      let settled = false;
      const ended = loaded.finally(() => {
        settled = true;
      });
      ended.catch(() => {});
      await clock.advance(5_000);
      await clock.advance(9_000);
      expect(settled).toBe(false);
      await clock.advance(1_000);
      await expect(ended).rejects.toMatchObject(problem('MPY338', "'requests==2.28.1' cannot be loaded"));
      expect((await one.pathSymbol('json.dumps')).path).toBe('json.dumps');
    } finally {
      other.remove();
    }
  });

  it('D5: uses nothing of a graph that is cut off anywhere', async () => {
    const other = smallWorld();
    try {
      const file = other.manifest[0]?.paths.get('SymbolGraph') ?? '';
      const bytes = readFileSync(file);
      for (let length = 0; length < bytes.length; length += 37) {
        writeFileSync(file, bytes.subarray(0, length));
        const { graph } = datafilesOf(other.manifest);
        expect(() => graph(stdlib)).toThrow(/^MPY30/);
      }
      rmSync(file);
      const gone = manager({ ...managerInput(other.manifest, other.index), attempts: 1 });
      await expect(gone.pathSymbol('json.dumps')).rejects.toMatchObject(
        problem('MPY331', 'there is no datafile'),
      );
    } finally {
      other.remove();
    }
  });

  it('says why a distribution cannot be loaded', async () => {
    const elsewhere = world.manifest.map((entry) => ({
      ...entry,
      paths: new Map([['SymbolGraph', 's3://b/x.blob']]),
    }));
    const { graph } = datafilesOf(elsewhere);
    expect(() => graph(stdlib)).toThrow(/^MPY319 /);
    const one = manager({ ...managerInput(elsewhere, world.index), attempts: 1 });
    await expect(one.canonicalSymbols(stdlib)).rejects.toMatchObject(
      problem(
        'MPY336',
        "'builtin-stdlib==3.11.7' cannot be loaded: 's3://b/x.blob' cannot be read from here",
      ),
    );
  });

  it('loads one datafile once for all that ask at the same time', async () => {
    let reads = 0;
    const source = datafilesOf(world.manifest);
    const counting = manager({
      source: {
        ...source,
        graph: (distribution) => {
          reads += 1;
          return source.graph(distribution);
        },
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => counting.pathSymbol('json.dumps')));
    expect(reads).toBe(1);
  });

  it('answers how calls look in other code', async () => {
    const one = manager();
    const dumps = await one.pathSymbol('json.dumps');
    expect(await one.cumulativeNumArgsFrequency(dumps, 0)).toBe(1);
    expect(await one.cumulativeNumArgsFrequency(dumps, 1)).toBe(0.95);
    expect(await one.cumulativeNumArgsFrequency(dumps, 3)).toBeNull();
    expect(await one.numArgsFrequency(dumps, 2)).toBe(0.3);
    expect(await one.numArgsFrequency(dumps, 7)).toBe(0);
    expect(await one.keywordArgFrequency(dumps, 'indent')).toBe(40);
    expect(await one.truthyReturnTypes(dumps)).toMatchObject([
      { sources: 3, symbol: { path: 'builtins.str' } },
    ]);
  });

  it('D1: finds every canonical symbol by its own path', async () => {
    const one = manager();
    const symbols = await one.canonicalSymbols(requests);
    expect(symbols.map(({ path }) => path)).toContain('requests.compat');
    expect(await one.toplevelsOf(stdlib)).toEqual(['builtins', 'json']);
  });

  it('knows top-levels by what is told of them, without loading', async () => {
    const docs = { html: '', text: 'HTTP for humans' };
    const one = manager({
      toplevelFacts: new Map([['requests\n2.28.1', new Map([['requests', { docs, counts: null }]])]]),
    });
    const symbol = await one.pathSymbol('requests');
    expect([await one.kind(symbol), await one.documentation(symbol)]).toEqual(['module', docs]);
    expect(await one.isLoaded(requests)).toBe(false);
  });

  it('warns of kinds of datafiles that it does not know, and loads the rest', async () => {
    const strange = world.manifest.map((entry) => ({
      ...entry,
      paths: new Map([...entry.paths, ['Horoscope', '/x'] as const]),
    }));
    const told: string[] = [];
    const one = manager(managerInput(strange, world.index, ({ code }) => told.push(code)));
    expect((await one.pathSymbol('json.dumps')).path).toBe('json.dumps');
    expect(told).toEqual(['MPY313']);
  });
});

describe('wrappers of a manager', () => {
  it('keep answers for a while, and no errors', async () => {
    const clock = new VirtualClock();
    const { manager: counted, stats } = countingManager(manager());
    const cached = cachingManager(counted, { clock, keepMs: 1000, entries: 2 });
    const calls = (): number => stats().get('pathSymbol')?.calls ?? 0;
    await cached.pathSymbol('json.dumps');
    await cached.pathSymbol('json.dumps');
    expect(calls()).toBe(1);
    await clock.advance(1001);
    await cached.pathSymbol('json.dumps');
    expect(calls()).toBe(2);
    for (let round = 0; round < 2; round += 1)
      await expect(cached.pathSymbol('json.nope')).rejects.toMatchObject(problem('MPY331'));
    expect(stats().get('pathSymbol')).toMatchObject({ calls: 4, troubles: 2, repeated: 2 });
    await cached.pathSymbol('requests');
    await cached.pathSymbol('builtins');
    await cached.pathSymbol('json.dumps');
    expect(calls()).toBe(7);
  });

  it('tell of each call how it ended', async () => {
    const told: string[] = [];
    const logged = loggingManager(manager(), ({ method, args, trouble }) =>
      told.push(`${method} ${String(args[0])} ${trouble ?? 'ok'}`),
    );
    await logged.pathSymbol('json.dumps');
    await expect(logged.pathSymbol('json.x')).rejects.toThrow();
    expect(told).toEqual(['pathSymbol json.dumps ok', 'pathSymbol json.x MPY331']);
  });

  it('answer other processes over a socket with the same values and problems', async () => {
    const own = manager();
    const socket = join(world.folder, 'm.sock');
    const server = await serveManager(own, socket);
    const { manager: remote, close } = await connectManager(socket);
    try {
      const dumps = await remote.pathSymbol('requests.dumps');
      expect(dumps).toEqual(await own.pathSymbol('requests.dumps'));
      expect(await remote.signatureStats(dumps)).toEqual(await own.signatureStats(dumps));
      expect(await answerPath(remote, 'json.dumps')).toEqual(await answerPath(own, 'json.dumps'));
      await expect(remote.pathSymbol('jsn.dumps')).rejects.toMatchObject(problem('MPY330'));
      await expect(serveManager(own, socket)).rejects.toMatchObject(problem('MPY337'));
      const calls = [
        '{"jsonrpc":"2.0","id":"a","method":"nosuch"}',
        '{"id":7,"method":"toplevels","params":{}}',
      ];
      expect(
        await linesOf(socket, [...calls, '{"jsonrpc":"2.0","id":"b","method":"distributions"}']),
      ).toEqual([
        { jsonrpc: '2.0', id: 'a', error: { code: -32601, message: "no method 'nosuch'" } },
        { jsonrpc: '2.0', id: 7, error: { code: -32600, message: 'not a call' } },
        { jsonrpc: '2.0', id: 'b', result: await own.distributions() },
      ]);
    } finally {
      await server.close();
    }
    await expect(remote.pathSymbol('json.dumps')).rejects.toMatchObject(problem('MPY337'));
    close();
    await expect(connectManager(join(world.folder, 'none.sock'))).rejects.toMatchObject(problem('MPY337'));
  });
});

/** What a program that knows the protocol alone gets for some lines, in the order in which they were sent. */
async function linesOf(socket: string, lines: readonly string[]): Promise<readonly unknown[]> {
  const connection = createConnection(socket);
  const answers: unknown[] = [];
  for (const line of lines) {
    connection.write(`${line}\n`);
    const [data] = await once(connection, 'data');
    answers.push(JSON.parse(String(data)));
  }
  connection.destroy();
  return answers;
}

describe('a mock manager', () => {
  it('has a distribution for each top-level, and the builtins', async () => {
    const mock = mockManager([
      { path: 'foo.bar.f', kind: 'function', returns: ['builtins.str'], counts: { imports: 3 } },
      { path: 'foo.C', kind: 'type', bases: ['builtins.dict'] },
      { path: 'foo.g', alias: 'foo.bar.f' },
      { path: 'baz.h', alias: 'foo.bar.f' },
    ]);
    open.push(mock);
    const byAlias = await mock.pathSymbol('baz.h');
    expect(byAlias.canonical).toEqual({ distribution: { name: 'foo', version: '1.0' }, path: 'foo.bar.f' });
    expect((await mock.returnTypes(byAlias)).map(({ path }) => path)).toEqual(['builtins.str']);
    const bases = await mock.bases(await mock.pathSymbol('foo.C'));
    expect(bases.map(({ path }) => path)).toEqual(['builtins.dict']);
    expect(await mock.kind(await mock.pathSymbol('foo.bar'))).toBe('module');
    expect((await mock.symbolCounts(await mock.pathSymbol('foo.bar.f')))?.imports).toBe(3);
    expect((await mock.children(await mock.pathSymbol('builtins'))).length).toBeGreaterThan(60);
    expect((await mock.pathSymbol('foo.g')).canonical.path).toBe('foo.bar.f');
  });
});

describe('symbols', () => {
  it('are ordered by distribution, number of parts, and parts', () => {
    const at = (distribution: typeof stdlib, path: string): PySymbol => ({
      ...{ distribution, path },
      ...{ canonical: { distribution, path }, node: { toplevel: 'x', index: 0 } },
    });
    const list = [at(requests, 'a'), at(stdlib, 'json.a'), at(stdlib, 'z'), at(stdlib, 'json.B')];
    expect(list.sort(compareSymbols).map(({ path }) => path)).toEqual(['z', 'json.B', 'json.a', 'a']);
    expect([
      sameSymbol(at(stdlib, 'z'), at(stdlib, 'z')),
      sameSymbol(at(stdlib, 'z'), at(requests, 'z')),
    ]).toEqual([true, false]);
  });
});
