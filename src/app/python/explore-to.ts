import { fault, ProblemError } from '../../diagnostics/index.ts';
import { pathExists, renameEntry, writeWhole } from '../../host/index.ts';
import type { BuildItem, ExecutorWork } from '../../python-build/index.ts';
import {
  explore,
  type PythonCage,
  type PythonEnvironment,
  troubleProblem,
} from '../../python-explorer/index.ts';

/** Where and how a distribution of a build is explored. */
export interface ExploredPlace {
  readonly cage: PythonCage;
  readonly environment: PythonEnvironment;
  /** Limit of the exploration. */
  readonly timeoutMs: number | undefined;
  readonly rules: 'packmill' | 'original';
}

/** Explores a distribution of a build to the files of its target. Throws what the explorer says when nothing could be explored. */
export async function exploreTo(
  { cage, environment, timeoutMs, rules }: ExploredPlace,
  target: {
    readonly item: BuildItem;
    readonly files: { readonly output: string; readonly log: string };
    readonly work: Pick<ExecutorWork, 'say'>;
  },
): Promise<void> {
  const { distribution, toplevels } = target.item;
  const { output, log } = target.files;
  const { say } = target.work;
  const { summary, succeeded, durationMs, peakMemoryBytes, end } = await explore({
    ...{ environment, distribution, output, cage },
    options: {
      ...{ toplevels, rules, fresh: true },
      ...(timeoutMs === undefined ? {} : { limits: { timeoutMs } }),
    },
  });
  for (const { code, what, why } of summary.troubles)
    say(`[WARN] ${code} ${what} ${why.split('\n').at(-1) ?? ''}`.trimEnd());
  const nodes = summary.toplevels.reduce((sum, one) => sum + one.nodes, 0);
  say(
    `[STATS] ${JSON.stringify({ toplevels: summary.toplevels.length, nodes, durationMs, peakMemoryBytes, end })}`,
  );
  if (pathExists(`${output}.log`)) renameEntry(`${output}.log`, log);
  else writeWhole(log, '');
  if (succeeded) return;
  const trouble = summary.troubles.at(-1);
  if (trouble !== undefined) throw new ProblemError(troubleProblem(trouble, output));
  throw fault('MPY002', { what: `nothing of '${distribution.name}' was explored` });
}
