import { ensureFolder, machine, makeTemporaryFolder, removeTree, systemClock } from '../../host/index.ts';
import type { PythonCage } from '../../python-explorer/index.ts';
import { openSandbox } from '../open-sandbox.ts';

/** Works with a sandbox in a temporary folder, which is removed when the work has ended. Throws SBX problems, SYS004. */
export async function inCage<Result>(
  signal: AbortSignal | undefined,
  work: (cage: PythonCage) => Promise<Result>,
): Promise<Result> {
  const folder = makeTemporaryFolder('packmill-python-');
  try {
    ensureFolder(`${folder}/scratch`);
    return await work(await openCage(folder, signal));
  } finally {
    await removeTree(folder);
  }
}

/** The sandbox that the environment asks for: containers of `BUILDER_IMAGE` where `CONTAINER_ENGINE` says so. */
async function openCage(folder: string, signal: AbortSignal | undefined): Promise<PythonCage> {
  const engine = machine.variable('CONTAINER_ENGINE');
  const { driver, root } = await openSandbox({
    settings: {
      engine: engine === 'docker' || engine === 'podman' ? engine : undefined,
      sandboxRoot: machine.variable('CI_SANDBOX_ROOT'),
      image: machine.variable('BUILDER_IMAGE'),
      hostname: machine.name(),
      processors: undefined,
    },
    folder,
    environment: { CONTAINER_ENGINE: engine, DOCKER_SOCKET: machine.variable('DOCKER_SOCKET') },
    clock: systemClock,
    onProblem: () => undefined,
  });
  const scratch = `${folder}/scratch`;
  return { sandbox: driver, root, scratch, clock: systemClock, signal, digests: new Map() };
}
