import type { Command } from 'commander';
import { collectCorpora } from '../../app/python/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import type { Shell } from '../shell.ts';

const help = `
Reads code that uses distributions, without running it, and counts: how often it uses each path (symbolcounts), how it calls each function
(sigpatterns), and which keywords it passes (kwargs). Each folder is one project, whose own modules are not told of. Files of these
names in the folder are written over.

Examples:
  packmill py corpus ~/projects/* --out corpora
  packmill py build -k && packmill py query requests.get`;

/** `packmill py corpus`. */
export function addPyCorpus(py: Command, shell: Shell): void {
  py.command('corpus')
    .description('make corpora of code: how it uses what it imports')
    .argument('<folder...>', 'projects')
    .option('--out <dir>', 'folder for the corpora', 'corpora')
    .addHelpText('after', help)
    .action(async (folders: readonly string[], words: { readonly out: string }) => {
      const { files, rows } = await interruptible((signal) =>
        collectCorpora({
          folders: folders.map(machine.absolute),
          out: machine.absolute(words.out),
          say: (line) => shell.tell(line),
          signal,
        }),
      );
      shell.printJson({ files, rows });
      const counts = Object.entries(rows).map(([name, count]) => `${name} ${count}`);
      shell.print(`${files} files read; rows: ${counts.join(', ')}`);
    });
}
