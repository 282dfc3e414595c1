import type { Command } from 'commander';
import { newAutogen } from '../../app/autogen/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { askLine, machine } from '../../host/index.ts';
import type { Shell } from '../shell.ts';

interface NewWords {
  readonly kind?: string;
  readonly url?: string;
  readonly description?: string;
  readonly license?: string;
}

const kinds = ['artifact', 'archive', 'yaml'] as const;
type Kind = (typeof kinds)[number];

const help = `
What is not given as an option is asked for at a terminal, and has a default elsewhere.

Kinds:
  artifact   autogen.ts that finds the newest release of an upstream (the default)
  archive    autogen.ts that makes an archive of its own
  yaml       autogen.yaml with a generator and a list of packages

Examples:
  packmill autogen new app-misc/foo
  packmill autogen new app-misc/foo --kind archive --url https://example.org/foo/`;

/** `packmill autogen`: help for people who write autogens. */
export function addAutogen(program: Command, shell: Shell): void {
  program
    .command('autogen')
    .description('programs that write ebuilds')
    .command('new')
    .description('write an autogen with its template, to begin with')
    .argument('[package]', 'category/name')
    .option('--kind <kind>', `one of ${kinds.join(', ')}`)
    .option('--url <url>', 'page of the upstream')
    .option('--description <text>', 'one line about the package')
    .option('--license <name>', 'as Gentoo names it')
    .addHelpText('after', help)
    .action(async (named: string | undefined, words: NewWords) => {
      const package_ = named ?? (await askLine('package (category/name): '));
      const [category = '', name = '', ...others] = (package_ ?? '').split('/');
      if (category === '' || name === '' || others.length > 0) {
        throw fault('CLI001', {
          what: `'${package_ ?? ''}' is not category/name`,
          why: 'The category and the name decide in which folder of the overlay the autogen is written.',
          next: 'Name both, as in: packmill autogen new app-misc/foo.',
        });
      }
      const kind = words.kind ?? (await ask(`kind (${kinds.join(', ')})`, 'artifact'));
      const { files } = await newAutogen({
        folder: machine.absolute('.'),
        category,
        name,
        kind: readKind(kind),
        url: words.url ?? (await ask('page of the upstream', `https://example.org/${name}/`)),
        description: words.description ?? (await ask('description', `${name}, to be described`)),
        license: words.license ?? (await ask('license', 'GPL-2')),
      });
      shell.printJson({ files });
      shell.print(...files.map((file) => `written: ${file}`));
      shell.tell(`next: edit them, then 'packmill doit ${files[0] ?? ''} --dry-run'`);
    });
}

async function ask(what: string, otherwise: string): Promise<string> {
  const answer = (await askLine(`${what} [${otherwise}]: `))?.trim();
  return answer === undefined || answer === '' ? otherwise : answer;
}

function readKind(text: string): Kind {
  const kind = kinds.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw fault('CLI001', { what: `'${text}' is no kind of autogen`, next: `Kinds are ${kinds.join(', ')}.` });
}
