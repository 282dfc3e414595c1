import { ProblemError } from '../../diagnostics/index.ts';
import { ensureFolder, machine, makeTemporaryFolder, removeTree, systemClock } from '../../host/index.ts';
import { ContainerDriver, detectEngine } from '../../sandbox/container/index.ts';
import type { ImageExecutorInput } from './image-executor.ts';

const engineVariables = ['CONTAINER_ENGINE', 'DOCKER_SOCKET', 'XDG_RUNTIME_DIR'];

/**
 * Works with a container engine, Docker or Podman, in a temporary folder, which is removed when the work has ended. Throws SBX033 when no
 * engine answers, SBX039 for one that is not known.
 */
export async function inContainers<Result>(
  signal: AbortSignal | undefined,
  work: (input: Pick<ImageExecutorInput, 'cage' | 'engine'>) => Promise<Result>,
): Promise<Result> {
  const environment = Object.fromEntries(engineVariables.map((name) => [name, machine.variable(name)]));
  const finding = await detectEngine(environment);
  if (!('engine' in finding)) throw new ProblemError(finding.problem);
  const { engine } = finding;
  const folder = makeTemporaryFolder('packmill-python-');
  const scratch = `${folder}/scratch`;
  const owner = `python-${machine.name()}-${machine.processId()}`;
  // the images are built here, and are nowhere to be pulled from
  const sandbox = new ContainerDriver({
    ...{ engine, owner, pulls: false, clock: systemClock },
    onProblem: () => undefined,
  });
  try {
    ensureFolder(scratch);
    const cage = { sandbox, scratch, clock: systemClock, signal, digests: new Map<string, string>() };
    return await work({ cage, engine });
  } finally {
    await sandbox.sweep().catch(() => undefined);
    await removeTree(folder);
  }
}
