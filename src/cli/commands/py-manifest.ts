import type { Command } from 'commander';
import {
  copyManifestData,
  embedManifest,
  type ManifestOrder,
  workOnManifest,
} from '../../app/python/index.ts';
import type { Shell } from '../shell.ts';

interface Out {
  readonly output?: string;
}

/** `packmill py manifest`: what is done with manifests of datafiles. */
export function addPyManifest(py: Command, shell: Shell): void {
  const manifest = py
    .command('manifest')
    .description('merge, rewrite and take apart manifests of datafiles; - is standard input');
  const out = (command: Command): Command =>
    command.option('-o, --output <file>', 'write there instead of standard output');
  out(manifest.command('merge'))
    .description('lay manifests over one another: for each distribution and kind the last that has it')
    .argument('<base>', 'manifest that everything else is laid over')
    .argument('[manifest...]', 'further manifests')
    .action((base: string, more: readonly string[], words: Out) =>
      work(shell, { verb: 'merge', files: [base, ...more] }, words),
    );
  out(manifest.command('rewrite'))
    .description('replace the beginning of every place')
    .argument('<manifest>')
    .argument('<old>', 'folder or address that all places begin with')
    .argument('<new>', 'folder or address instead')
    .action((file: string, from: string, to: string, words: Out) => {
      if (!to.startsWith('/') && !to.includes('://'))
        shell.tell(`'${to}' is relative: its places will count from the folder of the manifest`);
      return work(shell, { verb: 'rewrite', file, from, to }, words);
    });
  out(manifest.command('extract'))
    .description('take out one distribution')
    .argument('<manifest>')
    .argument('<name>', 'letter by letter')
    .argument('[version]')
    .action((file: string, name: string, version: string | undefined, words: Out) =>
      work(shell, { verb: 'extract', file, name, version }, words),
    );
  out(manifest.command('removekey').alias('removeKey'))
    .description('leave out one kind of datafile everywhere')
    .argument('<manifest>')
    .argument('<kind>', 'such as ArgSpec')
    .action((file: string, kind: string, words: Out) =>
      work(shell, { verb: 'removekey', file, kind }, words),
    );
  out(manifest.command('embed'))
    .description(
      'write a manifest and its index into a JavaScript module, for programs that carry them along',
    )
    .argument('<manifest>')
    .argument('<index>', 'such as distidx.json')
    .action(async (file: string, index: string, { output }: Out) => {
      const module = await embedManifest(file, index, output);
      if (module !== undefined) shell.console.out(module);
    });
  manifest
    .command('copydata')
    .description('bring each datafile of one manifest to the place that the other has for it')
    .argument('<from>')
    .argument('<to>')
    .action(async (from: string, to: string) => {
      const result = await copyManifestData(from, to);
      shell.printJson(result);
      shell.print(`${result.copied} copied, ${result.same} were there`);
    });
}

async function work(shell: Shell, order: ManifestOrder, { output }: Out): Promise<void> {
  const { text, distributions, removed } = await workOnManifest(order, output);
  // the manifest is JSON already, with and without --json
  if (text !== undefined) shell.console.out(text);
  if (removed !== undefined) shell.tell(`removed from ${removed} distributions`);
  if (output !== undefined) shell.tell(`${distributions} distributions in ${output}`);
}
