import type { Command } from 'commander';
import { formatFiles } from '../../app/metro/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { complainAll } from './metro-values.ts';

const formatHelp = `
Writes each file anew in the usual form: no white space at the ends of lines, one space behind the colon, no blank lines in a row.
Lines of blocks stay as they are, and the files mean the same. Files with mistakes in their syntax stay as they are.

Examples:
  packmill metro fmt farm.conf etc/*.conf
  packmill metro fmt --check farm.conf            # write nothing; exit code 1 when something would change`;

/** `packmill metro fmt`. */
export function addMetroWork(metro: Command, shell: Shell): void {
  metro
    .command('fmt')
    .description('bring files into the usual form')
    .argument('<file...>', 'files of the language')
    .option('--check', 'write nothing; tell which files would change')
    .addHelpText('after', formatHelp)
    .action((files: readonly string[], options: { check?: boolean }) => {
      const checkOnly = options.check === true;
      const formatted = formatFiles(files, checkOnly);
      complainAll(
        shell,
        formatted.flatMap(({ problems }) => problems),
      );
      const changed = formatted.filter(({ state }) => state === 'changed');
      if (checkOnly && changed.length > 0) shell.exitCode = exitCodes.failed;
      shell.printJson(formatted);
      for (const { file } of changed) shell.print(file);
    });
}
