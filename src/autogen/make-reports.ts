import { relative } from 'node:path';
import type { Problem } from '../diagnostics/index.ts';
import type { Collected } from './collect-packages.ts';
import type { Queue } from './entries.ts';
import type { PackageOutcome, PackageReport } from './report.ts';
import type { EndedUnit, Unit } from './run-context.ts';
import type { WrittenPackage } from './write-packages.ts';

/** Files and rules that gave no package at all are failures, too. */
export function brokenReports({ broken }: Queue): readonly PackageReport[] {
  return broken.map(({ label, file, problem }) => ({
    kind: 'package',
    label,
    autogen: file,
    file,
    ...(problem.place?.line === undefined ? {} : { line: problem.place.line }),
    outcome: 'failed',
    claims: [],
    changed: [],
    ebuilds: [],
    problem,
    remarks: [],
  }));
}

interface Ends {
  readonly collected: Collected;
  readonly written: ReadonlyMap<string, WrittenPackage>;
  readonly root: string;
}

/** How each package ended, in the order of the queue. */
export function packageReports(ended: readonly EndedUnit[], ends: Ends): readonly PackageReport[] {
  return [...ended]
    .sort((a, b) => a.unit.order - b.unit.order)
    .map((one): PackageReport => {
      const { unit, isSkipped } = one;
      const problem = failureOf(one, ends);
      const { changed, ebuilds } = problem || isSkipped ? { changed: [], ebuilds: [] } : filesOf(unit, ends);
      const outcome: PackageOutcome = problem
        ? 'failed'
        : isSkipped
          ? 'skipped'
          : changed.length > 0
            ? 'written'
            : 'unchanged';
      return {
        kind: 'package',
        label: shownLabel(unit),
        autogen: unit.autogenId,
        file: unit.file,
        ...(unit.place.line === undefined ? {} : { line: unit.place.line }),
        outcome,
        claims: [...unit.claims],
        changed,
        ebuilds,
        ...(problem ? { problem } : {}),
        remarks: unit.problems,
      };
    });
}

function failureOf({ unit, failure }: EndedUnit, { collected, written }: Ends): Problem | undefined {
  const before = failure ?? collected.refused.get(unit);
  if (before) return before;
  for (const { catpkg } of unit.staged) {
    const end = written.get(catpkg);
    if (end?.kind === 'failed') return end.problem;
  }
  return undefined;
}

function filesOf(unit: Unit, { written, root }: Ends): Pick<PackageReport, 'changed' | 'ebuilds'> {
  const changed = new Set<string>();
  const ebuilds: string[] = [];
  for (const { catpkg, fileName } of unit.staged) {
    ebuilds.push(`${catpkg}/${fileName}`);
    const end = written.get(catpkg);
    if (end?.kind !== 'done') continue;
    for (const { path } of end.change.changes) {
      const name = relative(root, path);
      // the Manifest belongs to all ebuilds of the folder
      if (name.endsWith(`/${fileName}`) || name.endsWith('/Manifest')) changed.add(name);
    }
  }
  return { changed: [...changed], ebuilds };
}

/** With the version that the autogen found, where there is one. */
function shownLabel({ label, staged }: Unit): string {
  const [only, ...others] = staged;
  if (!only || others.length > 0) return label;
  const whole = `${only.catpkg}-${only.version}`;
  return whole.startsWith(label) ? whole : label;
}
