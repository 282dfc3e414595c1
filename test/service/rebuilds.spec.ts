import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RebuildView } from '../../src/api/index.ts';
import { libraryRecipe, programRecipe } from '../linked-recipes.ts';
import { ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

let farm: ServiceFixture;
let manager: StartedProgram;
const both = 'int draw(void){return 1;} int erase(void){return 2;}';

function write(name: string, text: string): void {
  mkdirSync(join(farm.recipes, name), { recursive: true });
  writeFileSync(join(farm.recipes, name, 'PKGBUILD'), text);
}
const quill = (version: string, soname: number, code = both): void =>
  write('quill', libraryRecipe('quill', { version, soname, code }));

/** What the manager says of a rebuild, once it has come to a state. */
async function rebuildIn(state: RebuildView['state']): Promise<RebuildView> {
  for (;;) {
    const [newest] = await farm.json<RebuildView[]>('/api/rebuilds');
    if (newest?.state === state) return newest;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function post(path: string, body: unknown, withToken = true): Promise<Response> {
  const { token } = JSON.parse(readFileSync(join(farm.farm, 'state', 'manager.json'), 'utf8')) as {
    token: string;
  };
  return await fetch(`${farm.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(withToken ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  });
}

beforeAll(async () => {
  farm = await ServiceFixture.make('rebuild: { abi: preview }\ntargets: { demo: { abi: auto } }');
  quill('1.0', 1);
  write('pen', programRecipe('pen', 'int draw(void); int main(void){return draw();}', 'quill'));
  write('brush', programRecipe('brush', 'int erase(void); int main(void){return erase();}', 'quill'));
  manager = await farm.up(1);
  await farm.do('schedule', '--wait', 'quill', 'pen', 'brush');
});
afterAll(() => farm?.dispose());

it('a manager builds by itself what a result breaks, and publishes all of it in one generation', async () => {
  await farm.hasPublished('brush 1.0-1');
  quill('2.0', 2);
  await farm.do('schedule', '--wait', 'quill');
  const done = await rebuildIn('published');
  expect(done.held.map(({ base }) => base)).toContain('quill');
  expect(farm.published()).toEqual(['brush-1.0-1.1', 'pen-1.0-1.1', 'quill-2.0-1']);
  const generations = await farm.json<{ number: number; reason: string }[]>(
    '/api/repositories/demo/x86_64/generations',
  );
  expect(generations[0]).toMatchObject({ number: done.generation });
  for (const name of ['quill 2.0-1', 'pen 1.0-1.1', 'brush 1.0-1.1'])
    expect(generations[0]?.reason).toContain(name);
  const changes = await farm.json(
    `/api/repositories/demo/x86_64/changes?from=${generations[1]?.number}&to=${done.generation}`,
  );
  expect(changes).toMatchObject({
    changes: [
      { name: 'brush', kind: 'raised' },
      { name: 'pen' },
      { name: 'quill', from: '1.0-1', to: '2.0-1' },
    ],
    libraries: [{ name: 'libquill.so.1', package: 'quill', fate: 'gone' }],
  });
});

it('one that is to ask waits for a decision, which takes a token, and goes back where it is told to', async () => {
  await manager.stop('SIGTERM');
  farm.settings('rebuild: { abi: preview }');
  manager = await farm.up(1);
  quill('2.1', 2, 'int draw(void){return 1;}');
  await farm.do('schedule', '--wait', 'quill');
  const waiting = await rebuildIn('waiting');
  expect(waiting).toMatchObject({
    held: [{ base: 'quill', version: '2.1-1' }],
    rebuild: [{ base: 'brush', because: [{ symbols: ['erase'] }] }],
  });
  await manager.says(/rebuild \d+ waits for a decision: quill would break brush/);
  expect(farm.published()).toContain('quill-2.0-1');
  const decide = `/api/rebuilds/${waiting.id}/decide`;
  expect((await post(decide, { decision: 'drop' }, false)).status).toBe(401);
  expect((await post('/api/rebuilds/999/decide', { decision: 'drop' })).status).toBe(404);
  expect(await farm.do('rebuild', 'drop', String(waiting.id))).toBe('');
  await rebuildIn('dropped');
  expect((await post(decide, { decision: 'go' })).status).toBe(404);
  expect(farm.published()).toEqual(['brush-1.0-1.1', 'pen-1.0-1.1', 'quill-2.0-1']);
  const generations = await farm.json<{ number: number }[]>('/api/repositories/demo/x86_64/generations');
  const before = generations[1]?.number;
  const back = await post('/api/repositories/demo/x86_64/rollback', { generation: before });
  expect(await back.json()).toMatchObject({ number: before, visible: true });
  expect(farm.published()).toContain('quill-1.0-1');
});
