import type { Command } from 'commander';
import type { Shell } from '../shell.ts';

/** `packmill ci review`: what a change of recipes means. */
export function addCiReview(ci: Command, _shell: Shell): void {
  ci.command('review').description(
    'what a change of recipes means: minor or major, and what it runs that it did not',
  );
}
