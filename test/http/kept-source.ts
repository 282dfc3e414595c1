import type { UpkeepPackage, UpkeepPackages, UpkeepRun, UpkeepView } from '../../src/api/index.ts';

export const startedMs = 1_700_000_000_000;

export function runOf(kind: UpkeepRun['kind'], more: Partial<UpkeepRun> = {}): UpkeepRun {
  return {
    kind,
    by: 'timer',
    startedMs,
    endedMs: startedMs + 5_000,
    outcome: 'done',
    problem: null,
    scheduled: [],
    warnings: 0,
    ...more,
  };
}

export function packageOf(name: string, more: Partial<UpkeepPackage> = {}): UpkeepPackage {
  return {
    name,
    state: 'fresh',
    follows: 'aur',
    trigger: null,
    checkedMs: startedMs,
    updatedMs: null,
    failures: 0,
    error: null,
    nextTryMs: null,
    review: null,
    ...more,
  };
}

/** A source as the service shows it. */
export function keptSource(
  source: string,
  packages: readonly UpkeepPackage[],
  more: Partial<UpkeepView> = {},
): { view: UpkeepView; packages: UpkeepPackages } {
  const view: UpkeepView = {
    source,
    url: `https://git.example/${source}.git`,
    branch: 'main',
    commit: 'a'.repeat(40),
    paused: false,
    running: null,
    last: [runOf('on-schedule')],
    next: [{ kind: 'on-schedule', atMs: startedMs + 1_800_000 }],
    problem: null,
    packages: { fresh: packages.length },
    ...more,
  };
  return {
    view,
    packages: {
      source,
      commit: view.commit,
      recipesUrl: `https://git.example/${source}/-/tree/main/`,
      packages: [...packages],
    },
  };
}
