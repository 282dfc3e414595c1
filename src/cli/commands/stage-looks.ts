import type { Command } from 'commander';
import type { Shell } from '../shell.ts';

/** `packmill stage plan`, `status` and `verify`. */
export function addStageLooks(_stage: Command, _shell: Shell): void {}
