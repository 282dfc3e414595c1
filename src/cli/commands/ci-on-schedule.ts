import type { Command } from 'commander';
import { ciTrigger } from '../../app/ci/index.ts';
import type { Shell } from '../shell.ts';
import { showRequest } from './ci-runs.ts';
import {
  CiSession,
  type HandOverOptions,
  handOverOption,
  managerOption,
  repositoryOption,
} from './ci-session.ts';

const help = `
With --trigger only the packages whose CI_ON_TRIGGER is that name are scheduled: no updates, no guard, no tag.

Examples:
  packmill ci on-schedule --trigger daily     # from a timer of its own`;

/** `packmill ci on-schedule`: the run of a timer. */
export function addCiOnSchedule(ci: Command, shell: Shell): void {
  ci.command('on-schedule')
    .description('what a timer means: the packages of a trigger')
    .requiredOption('--trigger <name>', 'only schedule the packages with this CI_ON_TRIGGER')
    .option(...repositoryOption)
    .option(...managerOption)
    .option(...handOverOption)
    .addHelpText('after', help)
    .action(async ({ trigger, ...options }: HandOverOptions & { readonly trigger: string }) => {
      const session = new CiSession(shell);
      showRequest(shell, session, await ciTrigger(session.handing(options), trigger));
    });
}
