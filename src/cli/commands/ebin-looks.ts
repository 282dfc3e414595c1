import type { Command } from 'commander';
import {
  type Inspection,
  inspectPackage,
  type Scan,
  scanBuilds,
  verifyEbins,
} from '../../app/ebins/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import { interruptible } from '../../host/index.ts';
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
  withOpening,
  withSelection,
} from './ebin-options.ts';

const scanHelp = `
Lists builds, and which of them an ebin would have. Images are not read, and nothing is written. Of a binhost only the index is
read: whether its packages are in order is seen when they are fetched.

Examples:
  packmill ebin scan /var/cache/binpkgs
  packmill ebin scan https://binhost.example/amd64 --soname-check
  packmill ebin scan /var/cache/binpkgs --atom app-misc/demo --pick 'build-id<=5'
  packmill --json ebin scan /var/cache/binpkgs | jq '.versions[].combinations'`;

const inspectHelp = `
Reads one binary package whole: container, digests, signatures, metadata, image, and the parts it would be split into.

Examples:
  packmill ebin inspect demo-1.0-1.gpkg.tar
  packmill ebin inspect demo-1.0-1.gpkg.tar --signatures require --key builder.asc
  packmill --json ebin inspect demo-1.0-1.xpak | jq .metadata.RDEPEND`;

const verifyHelp = `
Holds a repository of ebins against itself and its store; exit code 1 when something is wrong.

Examples:
  packmill ebin verify ./ebins --store ./store
  packmill ebin verify ./ebins --store ./store --quick    # sizes only, objects are not read`;

/** Problems of packages are theirs: they do not stop the command, and errors make it end with 1. */
function complain(shell: Shell, problems: readonly Problem[]): void {
  for (const one of problems) shell.complain(one);
  if (problems.some(({ severity }) => severity === 'error')) shell.exitCode = exitCodes.failed;
}

/** `packmill ebin scan`. */
export function addScan(command: Command, shell: Shell): void {
  withSelection(command.description('list builds, and which of them count'))
    .argument('<pkgdir...>', 'folders of binary packages, or addresses of binhosts')
    .option('--atom <atom>', 'category/name or category/name-version; several times', collect)
    .addHelpText('after', scanHelp)
    .action(async (pkgdirs: readonly string[], words: EbinWords & { readonly atom?: readonly string[] }) => {
      const { options } = optionsOf(words);
      const found = await interruptible((signal) =>
        scanBuilds(
          { pkgdirs: pkgdirs.map(sourceOf), atoms: words.atom ?? [], options, signal },
          binhostsOf(shell, words),
        ),
      );
      const { problems, ...rest } = found;
      complain(shell, problems);
      shell.printJson(rest);
      printScan(shell, found);
    });
}

/** The flags that are on, without those that the build has from the profile. */
function ownFlags(iuse: readonly string[], use: readonly string[]): readonly string[] {
  const known = new Set(iuse.map((flag) => flag.replace(/^[+-]/, '')));
  return use.filter((flag) => known.has(flag));
}

function printScan(shell: Shell, { versions }: Scan): void {
  for (const { cpv, flags, combinations, builds, refused } of versions) {
    const names = flags?.varying.join(' ') || 'no flags';
    shell.print(
      refused
        ? `${cpv}: refused`
        : `${cpv}: ${builds.length} builds, ${combinations} combinations of ${names}`,
    );
    for (const { path, buildId, use, iuse, reason } of builds) {
      const on = ownFlags(iuse, use).join(' ');
      shell.print(`  ${buildId ?? '-'}\t{${on}}\t${path}${reason === undefined ? '' : `\t${reason}`}`);
    }
  }
}

/** `packmill ebin inspect`. */
export function addInspect(command: Command, shell: Shell): void {
  withOpening(command.description('show what one binary package is'))
    .argument('<file>', 'a package of the format xpak or gpkg')
    .addHelpText('after', inspectHelp)
    .action(async (file: string, words: EbinWords) => {
      const found = await interruptible((signal) =>
        inspectPackage(placeOf(file), { ...openingOf(words), signal }),
      );
      const { problems, ...rest } = found;
      complain(shell, problems);
      shell.printJson(rest);
      printInspection(shell, found);
    });
}

function printInspection(shell: Shell, found: Inspection): void {
  shell.print(
    `${found.cpv} (${found.format}, ${found.compression}${found.isSigned ? ', signed' : ''}), build ${found.buildId ?? '-'}`,
    `slot ${found.slot}, EAPI ${found.eapi}, ${found.chost}`,
    `IUSE ${found.iuse.join(' ') || '(none)'}`,
    `USE  ${ownFlags(found.iuse, found.use).join(' ') || '(none)'}`,
    `${found.entries} entries in the image:`,
    ...found.parts.map(
      ({ part, members, sizeBytes, canonical }) =>
        `  ${part}: ${members} members, ${formatBytes(sizeBytes)}, ${canonical.slice(0, 16)}`,
    ),
  );
}

/** `packmill ebin verify`. */
export function addVerify(command: Command, shell: Shell): void {
  command
    .description('whether a repository of ebins holds together')
    .argument('<repo>', 'folder of the repository')
    .option('--store <dir>', 'its store; without it objects are not looked at')
    .option('--quick', 'look at objects, but do not read them')
    .addHelpText('after', verifyHelp)
    .action(async (repo: string, words: { readonly store?: string; readonly quick?: boolean }) => {
      const store = words.store === undefined ? undefined : placeOf(words.store);
      const found = await interruptible((signal) =>
        verifyEbins(placeOf(repo), { store, quick: words.quick === true, signal }),
      );
      const { problems, ...rest } = found;
      complain(shell, problems);
      shell.printJson(rest);
      const errors = problems.filter(({ severity }) => severity === 'error').length;
      shell.print(
        `${found.ebuilds} ebuilds, ${found.combinations} combinations, ${found.objects} objects: ${errors} errors, ${problems.length - errors} warnings`,
      );
    });
}
