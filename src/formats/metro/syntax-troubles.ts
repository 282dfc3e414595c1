import type { Problem } from '../../diagnostics/index.ts';
import type { MetroFile } from './nodes.ts';
import type { Trouble } from './results.ts';
import { troubleProblem } from './trouble-problem.ts';

/** Mistakes of a file's own lines. */
export function syntaxTroubles(file: MetroFile): readonly Trouble[] {
  const troubles: Trouble[] = [];
  for (const node of file.nodes) {
    if (!node.slips) continue;
    for (const { code, what, from, to } of node.slips) {
      troubles.push({ code, what, site: { owner: { file, node }, from, to } });
    }
  }
  return troubles;
}

/** The same as problems, for a file that is looked at alone. */
export function syntaxProblems(file: MetroFile): readonly Problem[] {
  return syntaxTroubles(file).map((trouble) => troubleProblem(trouble, {}));
}
