import { afterEach, beforeEach, expect, it } from 'vitest';
import { command, freshFolder, modes, removeFolder, runIn } from './modes.ts';

let folder: string;
beforeEach(() => {
  folder = freshFolder();
});
afterEach(() => removeFolder(folder));

/** Uses up the low process numbers, as on a machine that has been busy, and then becomes the worker. */
const script = 'n=0; while [ $n -lt 60 ]; do /bin/true; n=$((n + 1)); done; "$@"';
const container = [
  'unshare',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  'sh',
  '-c',
  script,
  'container',
];

/** Only root can make such a container and be in it both root and an ordinary user. */
it.runIf(modes.includes('root'))(
  'a sandbox is made in a container that has no processes 2 to 60',
  async () => {
    for (const mode of modes) {
      const ran = await runIn(mode, folder, command(['sh', '-c', 'echo pid $$']), { through: container });
      expect(ran.problem).toBeUndefined();
      expect(ran.output).toMatch(/^pid \d+\n$/);
      expect(ran.result?.end).toEqual({ kind: 'exited', code: 0 });
    }
  },
);
