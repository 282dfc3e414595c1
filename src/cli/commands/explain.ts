import type { Command } from 'commander';
import { catalogue, fault } from '../../diagnostics/index.ts';
import type { Shell } from '../shell.ts';

/** `packmill explain CODE`: the long text of a problem, with a sample and its fix. */
export function addExplain(program: Command, shell: Shell): void {
  program
    .command('explain')
    .description("explain a problem's code; 'list' shows all codes")
    .argument('<code>', 'a code like BLD003, or list')
    .action((text: string) => {
      if (text === 'list') return list(shell);
      const code = text.toUpperCase();
      const entry = catalogue[code];
      if (!entry) throw fault('CLI003', { what: `there is no code '${text}'` });
      shell.printJson({ code, ...entry });
      shell.print(
        `${code}: ${entry.title} (${entry.severity})`,
        '',
        `why:  ${entry.why}`,
        `next: ${entry.next}`,
        '',
        'broken:',
        ...indent(entry.sample.broken),
        'fixed:',
        ...indent(entry.sample.fixed),
      );
    });
}

const indent = (text: string): string[] => text.split('\n').map((line) => `    ${line}`);

function list(shell: Shell): void {
  const codes = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  shell.printJson(codes.map(([code, entry]) => ({ code, title: entry.title, severity: entry.severity })));
  shell.print(...codes.map(([code, entry]) => `${code}  ${entry.severity.padEnd(7)}  ${entry.title}`));
}
