import type { Command } from 'commander';
import { compareVersions, readCoverage } from '../../app/python/index.ts';
import { printable } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

const coverageHelp = `
A callable is a function, a method or a class that is the distribution's own. Its signature is known in full when a stub, a
source or the interpreter tells it, and in part when the first line of its documentation does.

Examples:
  packmill py coverage ./graphs
  packmill py coverage ./graphs/requests__2.28.1.valid.json --unknown`;

/** `packmill py coverage`. */
export function addPyCoverage(py: Command, shell: Shell): void {
  py.command('coverage')
    .description('how many signatures are known, and from where')
    .argument('<graph...>', 'graphs, or folders with them')
    .option('--unknown', 'list the callables without a signature')
    .addHelpText('after', coverageHelp)
    .action(async (paths: readonly string[], words: { readonly unknown?: boolean }) => {
      const rows = await readCoverage(paths.map(machine.absolute), (one) => shell.complain(one));
      shell.printJson(rows.map((row) => ({ ...row, toplevels: Object.fromEntries(row.toplevels) })));
      for (const {
        distribution,
        callables,
        full,
        partial,
        annotated,
        documented,
        sources,
        unknown,
      } of rows) {
        const from = Object.entries(sources).map(([source, count]) => `${source} ${count}`);
        shell.print(
          `${distribution.name} ${distribution.version}: ${callables} callables, ${share(full, callables)} in full, ` +
            `${share(partial, callables)} in part, ${share(annotated, callables)} annotated, ` +
            `${share(documented, callables)} documented`,
          `  signatures from: ${from.length === 0 ? 'nothing' : from.join(', ')}`,
          ...(words.unknown === true ? unknown.map((path) => `  unknown: ${printable(path)}`) : []),
        );
      }
    });
}

const share = (part: number, all: number): string =>
  `${part} (${all === 0 ? '100' : ((100 * part) / all).toFixed(1)} %)`;

const diffHelp = `
Compares by the paths that users write. A change breaks users when something public is gone, or when a call that was right is
refused now. With --strict such a change is an error (exit code 1), and so is a graph that was cut short.

Examples:
  packmill py diff old/requests__2.28.1.valid.json new/requests__2.31.0.valid.json
  packmill py diff old new --breaking --strict`;

interface DiffWords {
  readonly breaking?: boolean;
  readonly all?: boolean;
  readonly strict?: boolean;
}

/** `packmill py diff`. */
export function addPyDiff(py: Command, shell: Shell): void {
  py.command('diff')
    .description('what two versions of a distribution define differently, and what of it breaks users')
    .argument('<before>', 'graph of the old version, or a folder with it')
    .argument('<after>', 'graph of the new version, or a folder with it')
    .option('--breaking', 'only what breaks users')
    .option('--all', 'also what is private')
    .option('--strict', 'fail when something breaks users')
    .addHelpText('after', diffHelp)
    .action(async (before: string, after: string, words: DiffWords) => {
      let isWhole = true;
      const found = await compareVersions(machine.absolute(before), machine.absolute(after), (one) => {
        isWhole = false;
        shell.complain(one);
      });
      const changes = found.changes.filter(
        (one) => (one.breaks || words.breaking !== true) && (one.isPublic || words.all === true),
      );
      shell.printJson({ ...found, changes });
      for (const { path, kind, breaks, what, below } of changes) {
        const more = below > 0 ? ` and ${below} below` : '';
        shell.print(printable(`${breaks ? '!' : ' '} ${kind} ${path}: ${what.join('; ')}${more}`));
      }
      const { added, removed, changed, moved, breaking } = found.counts;
      shell.print(
        `${added} added, ${removed} removed, ${changed} changed, ${moved} moved; ${breaking} break users`,
      );
      if (words.strict === true && (breaking > 0 || !isWhole)) shell.exitCode = exitCodes.failed;
    });
}
