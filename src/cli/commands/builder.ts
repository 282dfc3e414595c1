import type { Command } from 'commander';
import { readBuilderSettings, runBuilderProcess } from '../../app/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import type { Shell } from '../shell.ts';

/** `packmill builder`: claims jobs from the queue store and builds them, until it is told to stop. */
export function addBuilder(program: Command, shell: Shell): void {
  program
    .command('builder')
    .description(
      'build for a farm elsewhere: needs SHARED_PATH and REDIS_HOST (or REDIS_SSH_HOST) in the environment',
    )
    .addHelpText(
      'after',
      `
Environment (docs/service.md has all): SHARED_PATH (a folder of its own), BUILDER_HOSTNAME, BUILDER_CLASS,
BUILDER_LABELS, BUILDER_ARCHES, BUILDER_SLOTS, BUILDER_TIMEOUT, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_SSH_*.
TERM or INT: the job at hand goes back to the queue, then the builder ends.

Example:
  SHARED_PATH=/srv/builder BUILDER_HOSTNAME=cat BUILDER_CLASS=5 REDIS_HOST=queue.internal packmill builder`,
    )
    .action(async () => {
      const settings = await readBuilderSettings();
      await interruptible(
        (signal) =>
          runBuilderProcess({
            settings,
            environment: machine.environment(),
            say: (line) => shell.tell(line),
            signal,
          }),
        (name) => {
          shell.tell(`${name}: ending; a job at hand goes back to the queue`);
          return 'the builder was told to stop';
        },
      );
    });
}
