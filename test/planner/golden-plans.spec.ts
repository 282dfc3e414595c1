import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareVersions, satisfies } from '../../src/formats/pacman/index.ts';
import { checkPlan, emptyInventory, explainJob, makePlan, renderPlanText } from '../../src/planner/index.ts';
import { discover, loadAll } from '../../src/recipes/pkgbuild/index.ts';

const shelf = join(import.meta.dirname, '..', '..', 'testdata', 'plans');

/** The plan of `recipes/` in a case and the explanation of every job, as text without absolute paths. */
async function planText(folder: string): Promise<string> {
  const { folders, problems } = discover([join(folder, 'recipes')]);
  const loaded = await loadAll(folders, { arch: 'x86_64' });
  const plan = makePlan({
    recipes: loaded.map(({ recipe }) => recipe).filter((recipe) => recipe !== undefined),
    inventory: emptyInventory,
    policy: { officialNames: new Set() },
    target: 'local',
    arch: 'x86_64',
    satisfies,
    compareVersions,
    durations: new Map(),
    problems: [...problems, ...loaded.flatMap((row) => row.problems)],
  });
  expect(checkPlan(plan)).toEqual([]);
  const explained = plan.jobs.flatMap(({ id }) => ['', ...(explainJob(plan, id) ?? [])]);
  return `${renderPlanText(plan)}${explained.join('\n')}\n`.replaceAll(`${folder}/`, '');
}

describe('golden plans', () => {
  it.each(readdirSync(shelf))("plans '%s' as its plan.txt says (UPDATE_GOLDEN=1 writes it)", async (name) => {
    const text = await planText(join(shelf, name));
    const file = join(shelf, name, 'plan.txt');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
  });
});
