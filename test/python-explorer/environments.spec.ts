import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, type InstallSource, installDistribution } from '../../src/python-explorer/index.ts';
import { Laboratory, python } from './laboratory.ts';

let laboratory: Laboratory;
let wheels: string;
let server: Server;
let index: string;
let runs = 0;

const install = async (source: InstallSource): Promise<Installed & { readonly target: string }> => {
  runs += 1;
  const target = join(laboratory.folder, `installed-${runs}`);
  const environment = { python, prefixes: [], site: [] };
  return { ...(await installDistribution({ cage: laboratory.cage, environment, source, target })), target };
};
const archive = (name: string): InstallSource => ({ kind: 'archive', path: join(wheels, name) });

beforeAll(async () => {
  laboratory = new Laboratory();
  wheels = join(laboratory.folder, 'wheels');
  mkdirSync(wheels);
  execFileSync(python, [join(import.meta.dirname, 'make_wheels.py'), wheels]);
  const file = 'good-1.0-py3-none-any.whl';
  server = createServer((request, response) => {
    if (request.url === '/simple/good/') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!DOCTYPE html><html><body><a href="/files/${file}">${file}</a></body></html>`);
    } else if (request.url === `/files/${file}`) response.end(readFileSync(join(wheels, file)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
});

afterAll(() => {
  server.close();
  laboratory.remove();
});

describe('distributions on their way into an environment', () => {
  it('a wheel is unpacked, and explored', async () => {
    const { distribution, target } = await install(archive('good-1.0-py3-none-any.whl'));
    expect(distribution).toEqual({ name: 'good', version: '1.0' });
    expect(existsSync(join(target, 'beside.py'))).toBe(true);
    const { graph } = await laboratory.explore('good', [target]);
    expect(Array.from(graph.shards.keys()).sort()).toEqual(['beside', 'good']);
    expect(graph.at('good.f')?.docstring).toBe('Says it.');
  });

  it.each([
    ['changed', /changed\.py is not what RECORD says/],
    ['outside', /leads out of the wheel/],
    ['added', /more\.py is not in RECORD/],
    ['bare', /has 0 \.dist-info folders/],
    ['cut', /broken/],
    ['flipped', /broken/],
    ['old', /is for py2-none-any/],
  ])("a wheel that is broken, such as '%s', is told and leaves nothing", async (name, why) => {
    const tag = name === 'old' ? 'py2' : 'py3';
    const { problem, target } = await install(archive(`${name}-1.0-${tag}-none-any.whl`));
    expect(problem?.code).toBe('MPY012');
    expect(problem?.why).toMatch(why);
    expect(existsSync(target)).toBe(false);
  });

  it('a folder with a project is built from a copy', async () => {
    const path = laboratory.files('project', {
      'setup.py': 'from setuptools import setup\nsetup(name="built", version="2.0", py_modules=["built"])\n',
      'built.py': 'def made(x): pass\n',
    });
    const { distribution, problem, target } = await install({ kind: 'folder', path });
    expect(problem).toBeUndefined();
    expect(distribution).toEqual({ name: 'built', version: '2.0' });
    expect(existsSync(join(target, 'built.py'))).toBe(true);
    expect(existsSync(join(path, 'build'))).toBe(false);
  });

  it('an index gives what is locked by its hash, and nothing else', async () => {
    const distribution = { name: 'good', version: '1.0' };
    const bytes = readFileSync(join(wheels, 'good-1.0-py3-none-any.whl'));
    const sum = createHash('sha256').update(bytes).digest('hex');
    const good = await install({ kind: 'index', distribution, index, hashes: [`sha256:${sum}`] });
    expect(good.distribution).toEqual(distribution);
    const other = `sha256:${'0'.repeat(64)}`;
    const bad = await install({ kind: 'index', distribution, index, hashes: [other] });
    expect(bad.problem?.why).toMatch(/HASH|hash/);
  });

  it('a file that is not there is the mistake of who named it', async () => {
    await expect(install(archive('none.whl'))).rejects.toThrow('MPY013');
    symlinkSync('nowhere.whl', join(wheels, 'astray.whl'));
    await expect(install(archive('astray.whl'))).rejects.toThrow('MPY013');
  });
});
