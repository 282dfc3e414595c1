import {
  type EbuildTree,
  openTree,
  type ReadsMetadata,
  readByPortage,
  readMetadata,
} from '../../ebuilds/index.ts';
import { machine, makeTemporaryFolder, removeTree, systemClock } from '../../host/index.ts';
import { openSandbox } from '../open-sandbox.ts';

/** How ebuilds of a command are read. */
export interface ReaderOptions {
  /** `packmill`: our own Bash program in a sandbox; `portage`: `egencache`. */
  readonly by: 'packmill' | 'portage';
  /** Ebuilds at one time; undefined: one for each processor. */
  readonly workers: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A repository by its folder with masters that were named or lie beside it. Throws EBD013 and EBD014. */
export function treeAt(folder: string, masters: readonly string[]): EbuildTree {
  return openTree(machine.absolute(folder), masters.map(machine.absolute));
}

/**
 * Reads ebuilds in a temporary folder, with the sandbox of this machine's own system, or the one that `CI_SANDBOX_ROOT`
 * names. The sandbox is opened by the first use. Throws SBX problems, EBD012 and EBD016.
 */
export function metadataReader(options: ReaderOptions): ReadsMetadata {
  const workers = options.workers ?? machine.processors();
  return async (wish) => {
    const folder = makeTemporaryFolder('packmill-ebuilds-');
    try {
      const common = { ...wish, signal: options.signal };
      const scratch = `${folder}/scratch`;
      if (options.by === 'portage') return await readByPortage({ ...common, scratch, workers });
      const { driver, root } = await openSandbox({
        settings: {
          engine: undefined,
          sandboxRoot: machine.variable('CI_SANDBOX_ROOT'),
          image: undefined,
          hostname: machine.name(),
          processors: undefined,
        },
        folder,
        environment: {},
        clock: systemClock,
        onProblem: () => undefined,
      });
      const { signal } = options;
      const cage = { sandbox: driver, root, scratch, workers, clock: systemClock, signal };
      await readMetadata({ ...wish, cage });
    } finally {
      await removeTree(folder);
    }
  };
}
