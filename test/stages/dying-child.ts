import type { StageEvent } from '../../src/stages/index.ts';
import { Scene } from './scene.ts';

// Builds a target and dies at a moment: as if the power had gone.
const [folder = '', target = '', moment = ''] = process.argv.slice(2);
const scene = new Scene({ existing: folder });
const die = (): boolean => process.kill(process.pid, 'SIGKILL');
const { publisher } = scene.hands();
await scene.build(target, [], {
  onEvent: (event: StageEvent) => {
    const name = event.kind === 'phase' ? event.phase : event.kind;
    if (name === moment) die();
  },
  publisher: {
    publish: async (publication) => {
      if (moment === 'recorded') die();
      await publisher.publish(publication);
      if (moment === 'published') die();
    },
  },
});
