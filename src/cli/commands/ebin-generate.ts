import type { Command } from 'commander';
import {
  type GenerateEvent,
  type GenerateRequest,
  type GenerateResult,
  generateEbins,
  type PackageReport,
  readRequest,
} from '../../app/ebins/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { bytesIfThere, interruptible, readStandardInput, replaceFile } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { collect } from '../collect.ts';
import { exitCodes, type Shell } from '../shell.ts';
import {
  binhostsOf,
  type EbinWords,
  openingOf,
  optionsOf,
  placeOf,
  sourceOf,
  withRepository,
} from './ebin-options.ts';

export interface GenerateWords extends EbinWords {
  readonly out?: string;
  readonly store?: string;
  readonly atom?: readonly string[];
  readonly request?: string;
  readonly jsonReport?: string;
}

const help = `
For each version of the packages in PKGDIR it writes an ebuild whose USE flags choose among the builds that are there, with
Manifest and metadata cache, and puts their contents into the store, each of them once. What is unchanged since the last run
is not looked at again. A version that is refused stays as it was, stops no other, and makes the exit code 1.

Examples:
  packmill ebin generate /var/cache/binpkgs --out ./ebins --store ./store --mirror https://files.example/store
  packmill ebin generate /var/cache/binpkgs --out ./ebins --store ./store --atom app-misc/demo --form naive
  packmill ebin generate https://binhost.example/amd64 --out ./ebins --store ./store         # fetched, each package once
  packmill ebin generate /var/cache/binpkgs --out ./ebins --store ./store --prune   # versions that are gone go
  packmill --json ebin generate --request request.json                              # or - for standard input`;

/** Options and arguments of commands that generate. */
export function generating(command: Command): Command {
  return withRepository(
    command
      .argument('[pkgdir...]', 'folders of binary packages, or addresses of binhosts')
      .option('--out <dir>', 'repository that is written')
      .option('--store <dir>', 'store that is written')
      .option(
        '--atom <atom>',
        'category/name or category/name-version; several times (default: all)',
        collect,
      ),
  );
}

/** `packmill ebin generate` and `publish`. */
export function addGenerate(command: Command, shell: Shell): void {
  generating(command)
    .description('make ebuilds that choose among prebuilt contents by USE')
    .option('--request <file>', 'a request in JSON in place of arguments; - is standard input')
    .option('--json-report <file>', 'write what --json prints to a file, too')
    .addHelpText('after', help)
    .action(async (pkgdirs: readonly string[], words: GenerateWords) => {
      await interruptible(async (signal) => {
        const request = await requestOf(pkgdirs, words);
        const told = { ...request, signal, onEvent: (event: GenerateEvent) => show(shell, event) };
        const result = await generateEbins(told, binhostsOf(shell, words));
        if (words.jsonReport !== undefined) {
          const { problems: _, ...report } = result;
          replaceFile(placeOf(words.jsonReport), `${JSON.stringify(report)}\n`);
        }
        conclude(shell, result);
        if (words.jsonReport === undefined) tellOfMirrors(shell, request);
      });
    });
}

/** Without an address Portage does not know the mirror that ebuilds name. */
function tellOfMirrors(shell: Shell, { repo, options }: GenerateRequest): void {
  const text = Buffer.from(bytesIfThere(`${repo}/profiles/thirdpartymirrors`) ?? []).toString('utf8');
  if (text.trim() !== '' || options.uriStyle === 'bare') return;
  shell.tell(
    'next: say with --mirror at which address the store is served; no ebuild can fetch anything before',
  );
}

const mostRequestBytes = 2 ** 24;

/** What is asked for. Throws CLI001 when something is missing, EBN083. */
export async function requestOf(pkgdirs: readonly string[], words: GenerateWords): Promise<GenerateRequest> {
  if (words.request !== undefined) {
    const bytes =
      words.request === '-'
        ? await readStandardInput(mostRequestBytes)
        : bytesIfThere(placeOf(words.request));
    if (!bytes)
      throw fault('EBN083', {
        what: `there is no file '${words.request}'`,
        why: 'It was named with --request.',
      });
    const read = readRequest(Buffer.from(bytes).toString('utf8'));
    const options = { ...read.options, open: openingOf(words) };
    const places = {
      pkgdirs: read.pkgdirs.map(sourceOf),
      repo: placeOf(read.repo),
      store: placeOf(read.store),
    };
    return { ...read, ...places, options };
  }
  const { out, store, atom = [] } = words;
  if (pkgdirs.length === 0 || out === undefined || store === undefined)
    throw fault('CLI001', {
      what: 'a folder of packages, --out and --store are needed',
      next: 'For example: packmill ebin generate /var/cache/binpkgs --out ./ebins --store ./store',
    });
  const places = { pkgdirs: pkgdirs.map(sourceOf), repo: placeOf(out), store: placeOf(store) };
  return { ...places, atoms: atom, ...optionsOf(words) };
}

export function show(shell: Shell, event: GenerateEvent): void {
  if (event.kind === 'package' && (shell.verbose || event.outcome === 'refused'))
    shell.tell(`${event.cpv}: ${event.outcome}`);
}

const sizesOf = ({ table = [] }: PackageReport): { objects: number; saved: number } => {
  const sizes = new Map<string, number>();
  let all = 0;
  for (const { parts } of table) {
    for (const { sha512, size } of Object.values(parts)) {
      sizes.set(sha512, size);
      all += size;
    }
  }
  const kept = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { objects: sizes.size, saved: all - kept };
};

/** What a run came to, for people and for machines. */
export function conclude(shell: Shell, result: GenerateResult): void {
  const { problems, ...rest } = result;
  for (const one of problems) shell.complain(one);
  if (result.exit !== 0) shell.exitCode = exitCodes.failed;
  shell.printJson(rest);
  if (shell.quiet) return;
  for (const report of result.reports) {
    if (report.refused) shell.print(`${report.cpv}: refused`);
    else {
      const { objects, saved } = sizesOf(report);
      const flags = report.flags?.varying.join(' ') || 'no flags';
      shell.print(
        `${report.cpv}: ${report.table?.length ?? 0} combinations of ${flags}, ${objects} objects, ${formatBytes(saved)} shared`,
      );
    }
  }
  const count = (action: string): number => result.files.filter((file) => file.action === action).length;
  const written = result.objects.filter(({ action }) => action === 'written');
  const bytes = written.reduce((sum, { size }) => sum + size, 0);
  shell.print(
    `files: ${count('written')} written, ${count('unchanged')} unchanged, ${count('removed')} removed; objects: ${written.length} new (${formatBytes(bytes)}) of ${result.objects.length}`,
  );
}
