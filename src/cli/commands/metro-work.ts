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

const lspHelp = `
Speaks the Language Server Protocol on standard input and output; editors start it. Without --file every file that is opened is
looked at with what it collects.

Examples:
  packmill metro lsp
  packmill metro lsp --file farm.conf target=stage3`;

/** `packmill metro fmt` and `lsp`. */
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
  metro
    .command('lsp')
    .description('talk to an editor: mistakes, values, definitions, completion, renaming, format')
    .argument('[values...]', 'name=value, for --file')
    .option('--file <file>', 'the file that a program begins with')
    .option('--root <dir>', 'read nothing outside of this folder')
    .option('--stdio', 'as editors say it; there is no other way')
    .addHelpText('after', lspHelp)
    .action(async (values: readonly string[], options: { file?: string; root?: string }) => {
      const { serveEditor } = await import('../../app/metro-editor/index.ts');
      serveEditor(
        { input: process.stdin, output: process.stdout },
        { root: options.file, values, folders: options.root === undefined ? [] : [options.root] },
      );
    });
}
