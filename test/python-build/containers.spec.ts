// `py build --containers`: images as Dockerfiles say. The engine is scripted, and speaks over a real socket; the explorer is the real one.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildResources, type ResourceBuildRequest } from '../../src/app/python/index.ts';
import { type Act, type EngineScript, ScriptedEngine } from '../sandbox/engine-recording/scripted-engine.ts';
import { Farmyard } from './farmyard.ts';

const program = join(import.meta.dirname, '../../bin/packmill');
const probe = join(import.meta.dirname, '../../src/python-explorer/probe/run.py');

let yard: Farmyard;
let engine: ScriptedEngine | undefined;
const socketBefore = process.env['DOCKER_SOCKET'];

beforeEach(() => {
  yard = new Farmyard();
  yard.setUp('able==1.0\nbaker==1.0\n');
});
afterEach(async () => {
  if (socketBefore === undefined) delete process.env['DOCKER_SOCKET'];
  else process.env['DOCKER_SOCKET'] = socketBefore;
  yard.end();
  await engine?.stop();
  engine = undefined;
});

const build = (): ReturnType<typeof buildResources> => {
  const request: ResourceBuildRequest = {
    ...{
      root: yard.root,
      sites: [],
      archives: [],
      index: undefined,
      python: '/usr/bin/python3',
      prefixes: [],
    },
    ...{ base: undefined, mode: 'content', legacy: false, share: 0, containers: true },
    options: { keepGoing: true },
  };
  return buildResources(request);
};

/** What a container would do: the interpreter tells its site, and the explorer runs here, with the paths of this machine. */
function act(words: readonly string[]): Act {
  if (words.includes('-c')) return { output: ['a warning\n', '["/site-of-image"]\n'] };
  const created = engine?.requests('POST /containers/create').at(-1)?.body;
  const mounts = created.HostConfig.Mounts as readonly { Source: string; Target: string }[];
  const sourceOf = (target: string): string => mounts.find((one) => one.Target === target)?.Source ?? '';
  const request = readFileSync(join(sourceOf('/job'), 'request.json'), 'utf8')
    .replaceAll('"/out/', `"${sourceOf('/out')}/`)
    .replaceAll('"/site-of-image"', `"${yard.site}"`);
  const here = join(yard.folder, 'request.json');
  writeFileSync(here, request);
  const ended = spawnSync('/usr/bin/python3', ['-S', '-s', '-B', probe, here], { encoding: 'utf8' });
  return { output: [ended.stderr], code: ended.status ?? 1 };
}

async function start(script: EngineScript = {}): Promise<ScriptedEngine> {
  engine = await ScriptedEngine.start({ act, ...script });
  process.env['DOCKER_SOCKET'] = engine.socketPath;
  return engine;
}

describe('packmill py build --containers', () => {
  it('A3 builds an image of each Dockerfile, explores it without network, and leaves no container', async () => {
    const built = new Map<string, string>();
    const running = await start({
      build: (tag, context) => {
        built.set(
          tag,
          execFileSync('tar', ['-xOf', '-', 'Dockerfile'], { input: context, encoding: 'utf8' }),
        );
        return [{ stream: 'Step 1/3 : FROM debian\n' }, { stream: 'Successfully built\n' }];
      },
    });
    yard.distribution('able', 'def double(x): return 2 * x\n');
    yard.select('able__1.0');
    const report = await build();
    expect(report.failures).toEqual([]);
    expect([...built.keys()]).toEqual(['packmill/python-import-exploration', 'able__1.0']);
    expect(built.get('able__1.0')).toBe(yard.text('dockerfiles/build/able__1.0'));
    expect(yard.text('build/dockerimages/able__1.0.image.log')).toContain('Step 1/3');
    expect(yard.kinds()).toEqual(['able==1.0: ArgSpec SymbolGraph SymbolTypes']);
    const bodies = running.requests('POST /containers/create').map(({ body }) => body);
    expect(bodies.every(({ HostConfig }) => HostConfig.NetworkMode === 'none')).toBe(true);
    expect([...running.containers.keys()]).toEqual([]);
    expect(running.violations).toEqual([]);
    expect((await build()).made).toEqual([]);
  });

  it('A7 an image that cannot be built is a failure of its distribution alone', async () => {
    await start({
      build: (tag) =>
        tag === 'baker__1.0'
          ? [
              { stream: 'Step 2/3' },
              { error: 'pip3 returned 1', errorDetail: { message: 'pip3 returned 1' } },
            ]
          : [{ stream: 'Successfully built' }],
    });
    yard.distribution('able', 'X = 1\n');
    yard.select('able__1.0', 'baker__1.0');
    const report = await build();
    expect(report.failures.map(({ stem, stage, code, why }) => [stem, stage, code, why])).toEqual([
      ['baker__1.0', 'image', 'MPY252', 'The engine says: pip3 returned 1'],
    ]);
    expect(yard.kinds()).toHaveLength(1);
  });

  it('is refused where no engine answers, with what to do', () => {
    yard.select('able__1.0');
    const socket = join(yard.folder, 'nobody.sock');
    const ended = spawnSync(process.execPath, [program, 'py', 'build', '--containers', '--dir', yard.root], {
      encoding: 'utf8',
      env: { ...process.env, DOCKER_SOCKET: socket },
    });
    expect([ended.status, ended.stderr]).toEqual([3, expect.stringMatching(/SBX033[\s\S]*next: /)]);
    expect(existsSync(join(yard.root, 'build/manifest.json'))).toBe(false);
  });
});
