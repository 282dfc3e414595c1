import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeIndex,
  decodeManifest,
  encodeManifest,
  managerInput,
  openManager,
  readManifest,
} from '../../src/python-resources/index.ts';
import { type SmallWorld, smallWorld } from './small-world.ts';

const program = join(import.meta.dirname, '../../bin/packmill');

let world: SmallWorld;
beforeAll(() => {
  world = smallWorld();
});
afterAll(() => world.remove());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function packmill(words: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...words], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}
const manifestWork = (words: readonly string[], input?: string): Promise<Ran> =>
  packmill(['py', 'manifest', ...words], input);

describe('packmill py query', () => {
  it('tells people and machines what a path is', async () => {
    const words = ['py', 'query', 'json.dumps', '--manifest', world.manifestFile];
    const [people, machines] = await Promise.all([packmill(words), packmill(['--json', ...words])]);
    expect(people.out).toContain(
      '  kind       function\n  name       json.dumps in builtin-stdlib==3.11.7\n',
    );
    expect(people.out).toContain('\n\n  Serialize ``obj`` to a JSON formatted ``str``.\n');
    expect(JSON.parse(machines.out)).toMatchObject({ kind: 'function', returnTypes: ['builtins.str'] });
    const lost = await packmill(['py', 'query', 'json.dmups', '--manifest', world.manifestFile]);
    expect([lost.code, lost.err.includes("Perhaps 'dumps' is meant")]).toEqual([2, true]);
  });

  it('asks a manager of another process, and makes an index where there is none', async () => {
    const manifest = join(world.folder, 'data', 'manifest.json');
    writeFileSync(manifest, readFileSync(world.manifestFile));
    const socket = join(world.folder, 'q.sock');
    const server = spawn(process.execPath, [
      program,
      'py',
      'serve',
      '--socket',
      socket,
      '--manifest',
      manifest,
    ]);
    try {
      await new Promise<void>((resolve, reject) => {
        server.stderr.on('data', (text) => String(text).includes('answers at') && resolve());
        server.once('close', () => reject(new Error('the manager ended')));
      });
      const answer = await packmill(['py', 'query', 'requests', '--socket', socket]);
      expect(answer.out).toContain('  members    Plain compat dumps get\n');
    } finally {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGINT');
      await ended;
    }
    expect(existsSync(socket)).toBe(false);
  });
});

describe('packmill py manifest', () => {
  it('merges, extracts and takes kinds out, to a file or to standard output', async () => {
    const merged = await manifestWork(
      ['merge', world.manifestFile, '-'],
      encodeManifest(world.manifest.slice(1)),
    );
    expect(merged.out).toBe(readFileSync(world.manifestFile, 'utf8'));
    const out = join(world.folder, 'one.json');
    const extracted = await manifestWork(['extract', world.manifestFile, 'requests', '2.28.1', '-o', out]);
    expect([extracted.code, extracted.out]).toEqual([0, '']);
    expect(readManifest(out)).toEqual(world.manifest.slice(1));
    const reduced = await manifestWork(['removekey', out, 'ArgSpec']);
    expect(reduced.err).toContain('removed from 1 distributions');
    expect(reduced.out).not.toContain('"ArgSpec"');
  });

  it('E3: ends with an error and writes nothing when it cannot', async () => {
    const out = join(world.folder, 'none.json');
    const wrong = [
      ['rewrite', world.manifestFile, '/elsewhere', '/srv', '-o', out],
      ['extract', world.manifestFile, 'nosuch', '-o', out],
      ['removekey', world.manifestFile, 'Nosuch', '-o', out],
      ['merge', join(world.folder, 'nosuch.json'), '-o', out],
    ];
    const codes = ['MPY314', 'MPY315', 'MPY316', 'MPY318'];
    const ends = await Promise.all(wrong.map((words) => manifestWork(words)));
    for (const [index, { code, out: said, err }] of ends.entries()) {
      expect(code).not.toBe(0);
      expect(said).toBe('');
      expect(err).toContain(codes[index]);
    }
    expect(existsSync(out)).toBe(false);
  });

  it('E4: copies datafiles to where a rewritten manifest has them, by a link where that goes', async () => {
    const second = join(world.folder, 'second.json');
    await manifestWork([
      'rewrite',
      world.manifestFile,
      join(world.folder, 'data'),
      join(world.folder, 'copy'),
      '-o',
      second,
    ]);
    const copied = await manifestWork(['copydata', world.manifestFile, second]);
    expect(copied.out).toBe('9 copied, 0 were there\n');
    const [from, to] = [world.manifest, readManifest(second)].map(
      (one) => one[0]?.paths.get('SymbolGraph') ?? '',
    );
    expect(statSync(to ?? '').ino).toBe(statSync(from ?? '').ino);
    expect((await manifestWork(['copydata', world.manifestFile, second])).out).toBe(
      '0 copied, 9 were there\n',
    );
    const lacking = await manifestWork(['copydata', world.manifestFile, '-'], '');
    expect(lacking.err).toContain('MPY317');
    expect(lacking.err).toContain("'builtin-stdlib==3.11.7' has no place for 'ArgSpec'");
  });

  it('F10: manifest and index that are embedded in a module are the bytes of their files, and answer', async () => {
    const module = join(world.folder, 'release.mjs');
    const index = join(world.folder, 'distidx.json');
    const ran = await manifestWork(['embed', world.manifestFile, index, '-o', module]);
    expect(ran).toEqual({ code: 0, out: '', err: '' });
    const embedded = (await import(module)) as { readonly manifest: string; readonly index: string };
    expect(Buffer.from(embedded.manifest).equals(readFileSync(world.manifestFile))).toBe(true);
    expect(Buffer.from(embedded.index).equals(readFileSync(index))).toBe(true);
    const { manager } = openManager(
      managerInput(
        decodeManifest(embedded.manifest, { file: 'release.mjs' }),
        decodeIndex(embedded.index, 'release.mjs'),
      ),
    );
    expect((await manager.pathSymbol('requests.get')).canonical.path).toBe('requests.api.get');
    manager.close();
    // a module has no folder that a place could count from
    const relative = join(world.folder, 'relative.json');
    writeFileSync(relative, readFileSync(world.manifestFile, 'utf8').replaceAll(`"${world.folder}/`, '"'));
    const refused = await manifestWork(['embed', relative, index, '-o', join(world.folder, 'none.mjs')]);
    expect([refused.code, refused.err.includes('MPY312')]).toEqual([2, true]);
    expect(existsSync(join(world.folder, 'none.mjs'))).toBe(false);
  });
});
