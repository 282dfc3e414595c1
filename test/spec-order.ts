import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take the longest. Begun last, one of them would run alone while the other workers have nothing to do. */
const longest = [
  'test/pipeline/on-commit-killed.spec.ts',
  'test/faults/rounds.spec.ts',
  'test/end-to-end/three-builders.spec.ts',
  'test/end-to-end/day-in-the-life.spec.ts',
  'test/service/kits.spec.ts',
  'test/service/stages.spec.ts',
  'test/service/python.spec.ts',
  'test/service/upkeep.spec.ts',
  'test/service/exit-codes.spec.ts',
  'test/service/builder-classes.spec.ts',
  'test/templates/jobs-run.spec.ts',
  'test/ssh/tunnel.spec.ts',
];

/**
 * Long specs first, then the others by chance, so that none comes to depend on another one; the seed of a run, which is
 * printed, gives the order again. Specs beside the code come last and in one piece: they share workers, which end
 * when the next file is not one of theirs, and being small they fill what is left at the end.
 */
export class SpecOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root, sequence } = this.ctx.config;
    const placed = files.map((file) => {
      const path = relative(root, file.moduleId);
      const chance = createHash('sha256').update(`${sequence.seed} ${path}`).digest('hex');
      return { file, group: groupOf(path, file.project.config.isolate), chance };
    });
    return placed.sort((a, b) => a.group - b.group || (a.chance < b.chance ? -1 : 1)).map(({ file }) => file);
  }
}

function groupOf(path: string, isIsolated: boolean): number {
  if (!isIsolated) return longest.length + 1;
  const place = longest.indexOf(path);
  return place === -1 ? longest.length : place;
}
