import type { Command } from 'commander';
import { type BuilderNeed, resourceBuilders, runResourceBuilder } from '../../app/python/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import { collect } from '../collect.ts';
import type { Shell } from '../shell.ts';

const help = `
One builder alone, as packmill py build runs it: files in, a file out. packmill py builder list tells what there is and what each
one needs. A manifest names datafiles, which go to the folder data beside it. With --graph alone the index is made of the graphs.

Examples:
  packmill py builder symgraphs build/rawgraph/*.valid.json -o symgraphs.json
  packmill py builder distidx --graph symgraphs.json
  packmill py builder argspecs build/rawgraph/*.valid.json -o argspecs.json
  packmill py builder kwargs --graph symgraphs.json --argspecs argspecs.json --corpus examples/python/corpora/kwargs.ndjson
  packmill py builder stubs --typeshed ./typeshed && packmill py builder typeshed --graph symgraphs.json --stubs stubs.json.gz
  packmill py builder analyze --sources ./six-1.16.0 -o analyzed.json.gz
  packmill py builder returntypes --graph symgraphs.json --analyzed analyzed.json.gz`;

type Lists = Readonly<Partial<Record<BuilderNeed, readonly string[]>>>;

interface BuilderWords extends Lists {
  readonly corpus?: string;
  readonly output?: string;
  readonly data?: string;
}

/** `packmill py builder`. */
export function addPyBuilder(py: Command, shell: Shell): void {
  const command = py
    .command('builder')
    .description('run one builder of datafiles alone; list tells which there are')
    .argument('<kind>', 'name of the builder, or list')
    .argument('[graph...]', 'valid graphs of distributions');
  for (const [need, { value, about, isMany = false }] of Object.entries(options))
    command.option(`--${need} ${value}`, isMany ? `${about}; several times` : about, collect);
  command
    .option('--corpus <file>', 'lines of JSON, packed or not, or a folder with such files')
    .option('-o, --output <file>', 'the file to write (default: the usual name, here)')
    .option('--data <dir>', 'folder for datafiles (default: data beside the output)')
    .addHelpText('after', help)
    .action(async (kind: string, graphs: readonly string[], words: BuilderWords) => {
      if (kind === 'list') await list(shell);
      else await run(shell, kind, { ...words, graphs });
    });
}

const options: Readonly<
  Record<
    Exclude<BuilderNeed, 'graphs'>,
    { readonly value: string; readonly about: string; readonly isMany?: boolean }
  >
> = {
  graph: { value: '<manifest>', about: 'manifest with symbol graphs', isMany: true },
  added: { value: '<manifest>', about: 'manifest with what stubs add to them', isMany: true },
  distidx: { value: '<file>', about: 'index of top-levels' },
  compat: { value: '<file>', about: 'table of former nodes' },
  argspecs: { value: '<manifest>', about: 'manifest with signatures', isMany: true },
  pyversion: {
    value: '<file>',
    about: 'version of Python that stubs are read for (else that of the first graph)',
  },
  typeshed: { value: '<dir>', about: 'folder with stubs' },
  stubs: { value: '<file>', about: 'parsed stubs' },
  sources: {
    value: '<dir>',
    about: 'folder with sources of a distribution; its name is their key',
    isMany: true,
  },
  analyzed: { value: '<file>', about: 'parsed sources', isMany: true },
  returns: { value: '<file>', about: 'what documentation says of return types' },
  manifest: { value: '<manifest>', about: 'manifest with documentation and counts', isMany: true },
};

async function run(shell: Shell, name: string, words: BuilderWords): Promise<void> {
  const names = ['graphs', ...Object.keys(options)] as readonly BuilderNeed[];
  const files = names.map((need) => [need, (words[need] ?? []).map(machine.absolute)] as const);
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : machine.absolute(path);
  const written = await interruptible((signal) =>
    runResourceBuilder({
      name,
      files: Object.fromEntries(files) as Lists,
      corpus: absolute(words.corpus),
      folder: machine.absolute('.'),
      output: absolute(words.output),
      data: absolute(words.data),
      say: (line) => shell.tell(line),
      signal,
    }),
  );
  shell.print(written);
  shell.printJson({ builder: name, output: written });
}

async function list(shell: Shell): Promise<void> {
  const builders = await resourceBuilders();
  const rows = builders.map(({ name, about, output, kinds, needs, uses = [], corpus }) => {
    const needed = [...needs, ...(corpus === 'needed' ? ['corpus'] : [])];
    const used = [...uses, ...(corpus === 'used' ? ['corpus'] : [])];
    return { name, about, output, kinds, needs: needed, uses: used };
  });
  shell.printJson(rows);
  for (const { name, about, output, needs, uses } of rows) {
    shell.print(
      `${name}: ${about}`,
      `  makes ${output}${needs.length === 0 ? '' : `, needs ${needs.join(', ')}`}${uses.length === 0 ? '' : `; reads, if given, ${uses.join(', ')}`}`,
    );
  }
}
