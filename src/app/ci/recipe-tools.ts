import type { Problem } from '../../diagnostics/index.ts';
import { type Clock, machine, systemRandom } from '../../host/index.ts';
import type { RecipeTools } from '../../pipeline/index.ts';
import {
  generateChecksums,
  printSrcinfo,
  type RecipeCage,
  runUpdateHook,
} from '../../recipes/pkgbuild/index.ts';
import { openSandbox } from '../open-sandbox.ts';

export interface RecipeToolsOptions {
  /** Folder of our own for sandboxes and copies. */
  readonly folder: string;
  readonly arch: string;
  /** How long a hook may take (`CI_HOOK_TIMEOUT`). */
  readonly hookTimeoutMs: number;
  readonly clock: Clock;
  readonly onProblem: (problem: Problem) => void;
  readonly signal?: AbortSignal | undefined;
  /** What stands in for servers. */
  readonly upstreams?: RecipeCage['upstreams'];
}

/**
 * Programs of recipes in the sandbox that the environment asks for: bubblewrap on this machine's own system or on
 * `CI_SANDBOX_ROOT`, containers of `BUILDER_IMAGE` where `CONTAINER_ENGINE` says so. It is opened by the first use,
 * as most runs have none.
 */
export function recipeTools(options: RecipeToolsOptions): RecipeTools {
  let opened: ReturnType<typeof openSandbox> | undefined;
  const cage = async (): Promise<RecipeCage> => {
    opened ??= openSandbox({
      settings: {
        engine: engineOf(machine.variable('CONTAINER_ENGINE')),
        sandboxRoot: machine.variable('CI_SANDBOX_ROOT'),
        image: machine.variable('BUILDER_IMAGE'),
        hostname: machine.name(),
        processors: undefined,
      },
      folder: options.folder,
      environment: {
        CONTAINER_ENGINE: machine.variable('CONTAINER_ENGINE'),
        DOCKER_SOCKET: machine.variable('DOCKER_SOCKET'),
      },
      clock: options.clock,
      onProblem: options.onProblem,
    });
    const { driver, root } = await opened;
    return {
      scratch: `${options.folder}/run-${systemRandom.hex(8)}`,
      arch: options.arch,
      root,
      sandbox: driver,
      signal: options.signal,
      upstreams: options.upstreams,
    };
  };
  return {
    runUpdateHook: async (folder, name) =>
      await runUpdateHook({ ...(await cage()), folder, name, timeoutMs: options.hookTimeoutMs }),
    generateChecksums: async (folder) => await generateChecksums({ ...(await cage()), folder }),
    printSrcinfo: async (folder) => await printSrcinfo({ ...(await cage()), folder }),
  };
}

function engineOf(name: string | undefined): 'docker' | 'podman' | undefined {
  if (name === undefined || name === '') return undefined;
  return name === 'podman' ? 'podman' : 'docker';
}
