import type { Command } from 'commander';
import { type OpenedSymbols, openSymbols, serveSymbols } from '../../app/python/index.ts';
import { printable } from '../../diagnostics/index.ts';
import { interruptible, machine, untilAborted } from '../../host/index.ts';
import type { Shell } from '../shell.ts';

interface DataWords {
  readonly manifest: string;
  readonly index?: string;
  readonly socket?: string;
}

const usualManifest = 'build/manifest.json';

const help = `
Tells what a dotted path leads to: kind, class, bases, signature, documentation, members, its own name and distribution, and, where
corpora were there (docs/python-corpora.md), how code uses it. The
index of top-levels is distidx.json or index.json beside the manifest; without one it is made from the graphs.

Examples:
  packmill py query json.dumps --manifest build/manifest.json
  packmill py query requests --json
  packmill py query requests.get --socket ./py.sock`;

/** `packmill py query`. */
export function addPyQuery(py: Command, shell: Shell): void {
  py.command('query')
    .description('tell what a dotted path of Python is')
    .argument('<symbol>', 'dotted path, such as requests.get')
    .option('--manifest <file>', 'manifest of the datafiles', usualManifest)
    .option('--index <file>', 'index of top-levels')
    .option('--socket <path>', 'ask the manager that serves there instead')
    .addHelpText('after', help)
    .action(async (path: string, words: DataWords) => {
      const symbols = await openSymbols(dataOf(words, shell));
      try {
        await tell(shell, symbols, path);
      } finally {
        symbols.close();
      }
    });
}

/** `packmill py serve`. */
export function addPyServe(py: Command, shell: Shell): void {
  py.command('serve')
    .description('answer questions of other processes over a socket, in lines of JSON-RPC')
    .requiredOption('--socket <path>', 'unix socket')
    .option('--manifest <file>', 'manifest of the datafiles', usualManifest)
    .option('--index <file>', 'index of top-levels')
    .action((words: DataWords & { readonly socket: string }) =>
      interruptible((signal) =>
        serveSymbols({ ...dataOf(words, shell), socket: machine.absolute(words.socket) }, async () => {
          shell.tell(`answers at ${words.socket}`);
          await untilAborted(signal);
        }),
      ),
    );
}

function dataOf({ manifest, index, socket }: DataWords, shell: Shell): Parameters<typeof openSymbols>[0] {
  return {
    manifest: machine.absolute(manifest),
    index: index === undefined ? undefined : machine.absolute(index),
    socket: socket === undefined ? undefined : machine.absolute(socket),
    onProblem: (one) => shell.complain(one),
  };
}

async function tell(shell: Shell, symbols: OpenedSymbols, path: string): Promise<void> {
  const answer = await symbols.answer(path);
  const usage = await symbols.usage(path);
  shell.printJson({ ...answer, usage });
  const name = path.split('.').at(-1) ?? path;
  const rows: readonly (readonly [string, string])[] = [
    ['kind', answer.kind],
    ['name', `${answer.canonical.path} in ${answer.canonical.distribution}`],
    ['signature', answer.signature === null ? '' : `${name}${answer.signature}  (${answer.signatureFrom})`],
    ['class', answer.type ?? ''],
    ['bases', answer.bases.join(', ')],
    ['returns', answer.returnTypes.join(', ')],
    [
      'used',
      usage.uses === null ? '' : `${usage.uses} ${usage.uses === 1 ? 'time' : 'times'} in what was counted`,
    ],
    [
      'called',
      usage.calls.map(({ text, share }) => `${name}${text} ${Math.round(100 * share)} %`).join('; '),
    ],
    ['keywords', usage.keywords.join(', ')],
    ['found in', answer.providedBy.join(', ')],
    ['members', answer.members.join(' ')],
  ];
  shell.print(printable(path));
  for (const [label, text] of rows) if (text !== '') shell.print(`  ${label.padEnd(9)}  ${printable(text)}`);
  if (answer.documentation !== '')
    shell.print('', ...answer.documentation.split('\n').map((line) => `  ${printable(line)}`.trimEnd()));
}
