import { findProgram, machine } from '../../host/index.ts';
import { stageLabel } from '../../recipes/stage/index.ts';
import { BubblewrapDriver } from '../../sandbox/bubblewrap/index.ts';
import { runnableMachines, type StagePublisher, StageState } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import type { MakerParts } from './make.ts';

/** Jobs leave publication to the manager. */
const nobody: StagePublisher = {
  publish: () => Promise.reject(new Error('a job of stages publishes nothing')),
};

/** What stages are made with in a folder for them. */
export const makerParts = ({
  paths,
  store,
  clock,
}: Pick<Farm, 'store' | 'clock'> & {
  readonly paths: Pick<Farm['paths'], 'stages' | 'sandbox'>;
}): MakerParts => ({
  store,
  hands: (more) => ({
    ...more,
    ...{ store, clock, publisher: nobody },
    state: new StageState(paths.stages),
    sessions: new BubblewrapDriver({ folder: paths.sandbox, hidden: [], clock }),
  }),
});

/** Labels of a builder that can make stages; none for those who are not root, as trees belong to many users. */
export function stageLabels(): readonly string[] {
  if (!machine.isRoot() || findProgram('bwrap') === undefined) return [];
  return runnableMachines().map(stageLabel);
}
