import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, KeptFarm, repositorySettings } from './kept-farm.ts';
import type { StartedProgram } from './started-program.ts';

let kept: KeptFarm;
let gate: string;
afterEach(async () => {
  rmSync(gate, { force: true });
  await kept.dispose();
});

/** A farm whose remote takes no push while the gate is there, so that a run stands still. */
async function standing(upkeep = 'every: never, look: 200ms'): Promise<StartedProgram> {
  kept = await KeptFarm.make(upkeep);
  gate = join(kept.remote.folder, 'gate');
  kept.push({ ...repositorySettings, ...folderOf('first') });
  kept.remote.hook('pre-receive', `while [ -e '${gate}' ]; do sleep 0.1; done`);
  writeFileSync(gate, '');
  const manager = await kept.farm.up();
  await kept.stands(({ running }) => running !== null);
  await until(() => runsOf(manager.pid).length > 0);
  return manager;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Processes of runs that a manager has started. */
function runsOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return words.includes('ci') && Number(/\) \S (\d+)/.exec(stat)?.[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('a run of the upkeep', () => {
  it('keeps no request waiting, and there is never a second one of its source', async () => {
    const manager = await standing();
    expect((await kept.farm.stats()).active.count).toBe(0);
    const words = JSON.parse(await kept.farm.do('--json', 'upkeep', 'run', 'recipes', '--kind', 'on-commit'));
    const again = JSON.parse(await kept.farm.do('--json', 'upkeep', 'run', 'recipes', '--kind', 'on-commit'));
    expect([words.ahead, again.ahead]).toEqual([1, 1]);
    expect(runsOf(manager.pid).length).toBe(1);
    rmSync(gate);
    await kept.stands(({ last, running }) => running === null && last[0]?.by === 'hand');
  });

  it('that is killed is told of, and done again', async () => {
    const manager = await standing();
    const [pid] = runsOf(manager.pid);
    process.kill(pid as number, 'SIGKILL');
    const { problem } = await kept.stands((view) => view.problem !== null);
    expect(problem).toMatchObject({ code: 'CIF005', what: expect.stringContaining('was killed') });
    rmSync(gate);
    await kept.stands((view) => view.problem === null && view.last[0]?.outcome === 'done');
    expect(kept.remote.tip('refs/tags/scheduled')).toBe(kept.remote.tip('refs/heads/main'));
  });

  it('that takes too long is ended, and done again', async () => {
    const manager = await standing('every: never, look: 200ms, timeout: 4s');
    const { problem, last } = await kept.stands((view) => view.problem !== null);
    expect([problem?.code, last[0]?.outcome]).toEqual(['CIF002', 'later']);
    rmSync(gate);
    await kept.stands((view) => view.problem === null && view.last[0]?.outcome === 'done');
    await until(() => runsOf(manager.pid).length === 0);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends with its manager (%s), and the next one does it again',
    async (signal) => {
      const manager = await standing();
      const [pid] = runsOf(manager.pid);
      await manager.stop(signal);
      await until(() => !existsSync(`/proc/${pid}`));
      rmSync(gate);
      await kept.farm.up();
      const view = await kept.stands(({ commit }) => commit === kept.remote.tip('refs/heads/main'));
      expect(view.last[0]).toMatchObject({ kind: 'on-commit', outcome: 'done', scheduled: ['first'] });
      expect(kept.remote.tip('refs/tags/scheduled')).toBe(view.commit);
    },
  );
});
