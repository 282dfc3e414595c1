import { describe, expect, it } from 'vitest';
import { idOf, Scene } from './scene.ts';

describe('urgency', () => {
  it('changes the order in which queued jobs are given out, and leaves running ones alone', async () => {
    const scene = new Scene();
    await scene.admit({ a: {}, b: {}, c: {}, d: {} });
    const first = await scene.start();
    const others = ['a', 'b', 'c', 'd'].filter((name) => name !== first.name);
    const last = others.at(-1) ?? '';
    expect(await scene.dispatcher.hurry([idOf(last), idOf(first.name)], 5)).toEqual([idOf(last)]);
    expect(await scene.runAll()).toEqual([last, ...others.slice(0, -1)]);
    await first.end();
  });

  it('goes to what a job waits for as well, but lowers nothing there', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ x: {}, lib: {}, app: { needs: ['lib'] }, tool: { needs: ['app'] } });
    const urgencyOf = (name: string): number | undefined =>
      scene.database.jobs.ofPlan(plan).find(({ id }) => id === idOf(name))?.urgency;
    expect([...(await scene.dispatcher.hurry([idOf('tool')], 3))].sort()).toEqual(
      ['app', 'lib', 'tool'].map(idOf),
    );
    expect(['x', 'lib', 'app', 'tool'].map(urgencyOf)).toEqual([0, 3, 3, 3]);
    expect(await scene.dispatcher.hurry([idOf('tool')], 1)).toEqual([idOf('tool')]);
    expect(['x', 'lib', 'app', 'tool'].map(urgencyOf)).toEqual([0, 3, 3, 1]);
    expect(await scene.dispatcher.hurry([idOf('tool')], 1)).toEqual([]);
    expect(await scene.runAll()).toEqual(['lib', 'app', 'tool', 'x']);
  });
});
