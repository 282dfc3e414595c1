import { type Command, Option } from 'commander';
import { type ExploredRow, exploreDistributions } from '../../app/python/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { collect } from '../collect.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface ExploreWords {
  readonly site: readonly string[];
  readonly out: string;
  readonly python: string;
  readonly prefix: readonly string[];
  readonly index?: string;
  readonly toplevel: readonly string[];
  readonly skip: readonly string[];
  readonly stubs: readonly string[];
  readonly rules: 'packmill' | 'original';
  readonly static: 'never' | 'fallback' | 'only';
  readonly jobs?: number;
  readonly fresh?: boolean;
}

const help = `
Imports what a distribution has in a sandbox without network, looks at each object and at the text of each module, and writes a
graph: STEM.json as it was found and STEM.valid.json made valid, where STEM is name__version. What goes wrong is told, written
to failures.json, and stops nothing else. A graph whose inputs have not changed is kept.

Examples:
  packmill py explore builtin-stdlib --out ./graphs
  packmill py explore requests six --site /usr/lib/python3/dist-packages --out ./graphs
  packmill py explore ./dist/foo-1.0-py3-none-any.whl ./my-project --out ./graphs
  packmill py explore requests==2.31.0 --index $PIP_INDEX_URL --out ./graphs`;

/** `packmill py explore`. */
export function addPyExplore(py: Command, shell: Shell): void {
  py.command('explore')
    .description('write down what distributions define')
    .argument('<dist...>', 'name, name==version, builtin-stdlib, or a wheel, an archive of sources, a folder')
    .requiredOption('--out <dir>', 'folder for the graphs')
    .option('--site <dir>', 'folder with installed distributions; several times', collect, [])
    .option('--python <path>', 'the interpreter', '/usr/bin/python3')
    .option('--prefix <dir>', 'folder that the interpreter needs beyond /usr; several times', collect, [])
    .option('--index <url>', 'index for what no site has (default: $PIP_INDEX_URL)')
    .option('--toplevel <name>', 'importable name beyond those of the metadata; several times', collect, [])
    .option('--skip <module>', 'module or path not to enter; several times', collect, [])
    .option('--stubs <dir>', 'folder with stubs of others, as typeshed has them; several times', collect, [])
    .addOption(
      new Option('--rules <which>', "ours, or those of the original explorer's numbers")
        .choices(['packmill', 'original'])
        .default('packmill'),
    )
    .addOption(
      new Option('--static <when>', 'use the text of modules: when an import fails, or instead of imports')
        .choices(['never', 'fallback', 'only'])
        .default('never'),
    )
    .option('-j, --jobs <n>', 'top-levels at one time (default: one for each processor)', parseCount)
    .option('--fresh', 'explore even when nothing has changed')
    .addHelpText('after', help)
    .action(async (distributions: readonly string[], words: ExploreWords) => {
      const rows = await interruptible((signal) =>
        exploreDistributions({
          distributions,
          site: words.site.map(machine.absolute),
          out: machine.absolute(words.out),
          python: words.python,
          prefixes: words.prefix.map(machine.absolute),
          index: words.index ?? machine.variable('PIP_INDEX_URL'),
          rules: words.rules,
          options: {
            toplevels: words.toplevel,
            skip: words.skip,
            stubs: words.stubs.map(machine.absolute),
            static: words.static,
            jobs: words.jobs ?? machine.processors(),
            fresh: words.fresh === true,
          },
          signal,
          onDone: (row) => printRow(shell, row),
        }),
      );
      shell.printJson(rows);
      if (rows.some(({ state }) => state === 'failed')) shell.exitCode = exitCodes.failed;
    });
}

function printRow(shell: Shell, row: ExploredRow): void {
  for (const one of row.problems) shell.complain(one);
  const name =
    row.distribution === undefined
      ? row.asked
      : `${row.distribution.name} ${row.distribution.version}`.trim();
  const nodes = row.toplevels.reduce((sum, one) => sum + one.nodes, 0);
  const words =
    row.state === 'failed'
      ? `failed (${row.stage})`
      : `${row.toplevels.length} top-levels, ${nodes} nodes${row.state === 'recorded' ? ', unchanged' : ''}`;
  shell.print(`${name}: ${words}, ${formatDuration(row.durationMs)}`);
}
