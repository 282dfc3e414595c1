import { ensureFolder, machine, systemClock, textIfThere } from '../../host/index.ts';
import { BubblewrapDriver } from '../../sandbox/bubblewrap/index.ts';
import { MirrorPublisher } from '../../stage-mirror/index.ts';
import { type ControlReader, type RunRequest, type StageHands, StageState } from '../../stages/index.ts';
import { openDiskStore } from '../../store/index.ts';
import { farmPaths } from '../farm-paths.ts';
import { openProgram } from '../metro/index.ts';
import { stageSigner } from './mirror.ts';

/** What a command of stages is told. */
export interface StagesRequest {
  /** File of the Metro language to begin with. */
  readonly file: string;
  /** `name=value`, or `name:` and the value. */
  readonly values: readonly string[];
  readonly overrides: readonly string[];
  /** The only target; undefined: those that the files say. */
  readonly target: string | undefined;
  readonly replace: boolean;
}

/** Control files of this machine's disk. */
const diskControl: ControlReader = (folder, name) => textIfThere(`${folder}/${name}`);

/** The request as the room of stages takes it; files are read anew for each target. */
export function runRequest(request: StagesRequest): RunRequest {
  return {
    open: (target) =>
      openProgram({
        file: request.file,
        values: [...request.values, ...(target === undefined ? [] : [`target=${target}`])],
        overrides: request.overrides,
        query: target === undefined,
      }),
    only: request.target,
    read: diskControl,
    processor: machine.processor(),
    replace: request.replace,
  };
}

/** What builds are made with in a farm's folder. Throws SYS004, SBX problems. */
export function openStages(farm: string, more: Pick<StageHands, 'onEvent' | 'signal'>): StageHands {
  const paths = farmPaths(farm);
  for (const folder of [paths.store, paths.sandbox]) ensureFolder(folder);
  return {
    ...more,
    state: new StageState(paths.stages),
    store: openDiskStore({ root: paths.store }),
    sessions: new BubblewrapDriver({ folder: paths.sandbox, hidden: [], clock: systemClock }),
    publisher: new MirrorPublisher({ signer: stageSigner(farm), clock: systemClock, auxiliary: ['openvz'] }),
    clock: systemClock,
  };
}
