import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upkeepPackagesSchema, upkeepReplySchema, type WireSchema } from '../../src/api/index.ts';
import { keptSource, packageOf } from './kept-source.ts';
import { problemOf, type ServedFarm, serveFarm } from './served-farm.ts';

let farm: ServedFarm;
beforeAll(async () => {
  farm = await serveFarm();
});
afterAll(() => farm.close());
beforeEach(() => {
  farm.service.kept = [keptSource('recipes', [packageOf('foo'), packageOf('bar')])];
  farm.service.calls.length = 0;
});

describe('recipe sources that keep themselves up to date, over HTTP', () => {
  it.each([
    ['/api/upkeep', upkeepReplySchema],
    ['/api/upkeep/recipes/packages', upkeepPackagesSchema],
  ] as readonly (readonly [string, WireSchema])[])(
    '%s is JSON of its contract, with a tag that saves sending it again',
    async (path, schema) => {
      const answer = await farm.get(path);
      expect(answer.status).toBe(200);
      schema.parse(await answer.json());
      const tag = answer.headers.get('etag') ?? '';
      expect((await farm.get(path, { 'if-none-match': tag })).status).toBe(304);
      farm.service.kept = [keptSource('recipes', [packageOf('foo')], { paused: true })];
      expect((await farm.get(path, { 'if-none-match': tag })).status).toBe(200);
    },
  );

  it('answers 404 for a source that nobody looks after', async () => {
    const answer = await farm.get('/api/upkeep/other/packages');
    expect([answer.status, (await problemOf(answer)).code]).toEqual([404, 'CIF001']);
    const run = await farm.post('/api/upkeep/other/run', {}, 'operator-token');
    expect([run.status, (await problemOf(run)).code]).toEqual([404, 'CIF001']);
  });

  it('puts runs in the line for operators alone', async () => {
    for (const path of ['run', 'pause']) {
      const body = path === 'run' ? {} : { paused: true };
      expect((await farm.post(`/api/upkeep/recipes/${path}`, body)).status).toBe(401);
      expect((await farm.post(`/api/upkeep/recipes/${path}`, body, 'builder-token')).status).toBe(403);
    }
    expect(farm.service.calls).toEqual([]);
    const bodies = [
      {},
      { kind: 'on-commit' },
      { kind: 'trigger', trigger: 'daily' },
      { packages: ['c++utilities'] },
    ];
    for (const body of bodies)
      expect((await farm.post('/api/upkeep/recipes/run', body, 'operator-token')).status).toBe(200);
    const paused = await farm.post('/api/upkeep/recipes/pause', { paused: true }, 'operator-token');
    expect(await paused.json()).toEqual({ source: 'recipes', paused: true });
    expect(farm.service.calls.map(({ args }) => args[1])).toEqual([
      { kind: 'on-schedule' },
      { kind: 'on-commit' },
      { kind: 'trigger', trigger: 'daily' },
      { kind: 'on-schedule', packages: ['c++utilities'] },
      true,
    ]);
  });

  it.each([
    [{ kind: 'trigger' }],
    [{ trigger: 'daily' }],
    [{ kind: 'trigger', trigger: '--help' }],
    [{ packages: ['--all'] }],
    [{ packages: [] }],
    [{ kind: 'everything' }],
    [{ kind: 'trigger', trigger: 'daily', packages: ['foo'] }],
  ])('refuses %j before anybody is asked', async (body) => {
    const answer = await farm.post('/api/upkeep/recipes/run', body, 'operator-token');
    expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'HTP001']);
    expect(farm.service.calls).toEqual([]);
  });
});
