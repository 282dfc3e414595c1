import { findProgram } from '../../host/index.ts';
import { isFinal, isGood } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import { minorVersionOf } from '../../python-explorer/index.ts';
import {
  type ManifestFacts,
  type ManifestItem,
  manifestJob,
  type PythonFailure,
  pythonLabel,
} from '../../recipes/python/index.ts';
import type { SandboxRoot } from '../../sandbox/index.ts';
import { lastMade } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { sandboxLimits } from '../sandbox-limits.ts';
import { readPythonFacts } from './artifact.ts';
import type { ManifestHands, PythonHands } from './contract.ts';

/** What the manager makes Python resources of a target with. */
export function pythonHands(farm: Farm, target: string, program: ManifestHands['program']): PythonHands {
  const { store, sandbox, clock } = farm;
  const manifest = manifestHands(farm, target, program);
  return { store, sandbox, clock, root: () => farm.sandboxRoot(), manifest };
}

function manifestHands(farm: Farm, target: string, program: ManifestHands['program']): ManifestHands {
  return {
    failed: (items) => failedExplorations(farm, target, items),
    last: async () => await lastManifest(farm, target),
    limits: sandboxLimits(farm.config),
    program,
  };
}

/** What was said of the manifest that was made last, published or not; undefined when there was none. Throws STO problems. */
export async function lastManifest(
  farm: Pick<Farm, 'database' | 'store'>,
  target: string,
): Promise<ManifestFacts | undefined> {
  const [made] = lastMade(farm, jobId({ target, arch: 'any', name: manifestJob }));
  if (made === undefined || !(await farm.store.has(made.artifact.facts))) return undefined;
  return await readPythonFacts<ManifestFacts>(farm.store, made.artifact.facts);
}

/** Explorations whose newest job ended without a graph, and why. */
function failedExplorations(
  { database }: Pick<Farm, 'database'>,
  target: string,
  items: readonly ManifestItem[],
): readonly PythonFailure[] {
  return items.flatMap(({ stem, job }) => {
    const id = jobId({ target, arch: 'any', name: job });
    const over = database.views.revisions(id, 5).find(({ state }) => isFinal(state));
    if (over === undefined || isGood(over.state) || over.state === 'skipped') return [];
    const outcome = over.attempt === undefined ? undefined : database.attempts.get(over.attempt)?.outcome;
    const problem = outcome?.kind === 'failed' ? outcome.problem : undefined;
    const code = problem?.code ?? '';
    const stage = code === 'MPY012' || code === 'MPY205' ? 'install' : 'explore';
    const what = problem?.what ?? over.reason ?? over.state;
    return [{ stem, stage, target: id, code, what, why: problem?.why, kept: false, log: [] }];
  });
}

/** Labels of a builder that explores with the usual interpreter of its root; none where that is not to be seen. */
export function pythonLabels(root: SandboxRoot): readonly string[] {
  if (root.kind === 'image' || findProgram('bwrap') === undefined) return [];
  const environment = { python: '/usr/bin/python3', prefixes: [], site: [] };
  const version = minorVersionOf(environment, root);
  return version === undefined ? [] : [pythonLabel(), pythonLabel(version)];
}
