import type { Command } from 'commander';
import { isFarm, openFarm, pacmanTarget, type PreviewSubject, previewRebuild, type RebuildPreview } from '../../app/index.ts';
import type { Shell } from '../shell.ts';

interface TargetOptions {
  readonly repo?: string;
  readonly arch?: string;
}

const previewHelp = `
Without a file: as if every library of the package changed. With one: its libraries and symbols against those of the
published package; only packages that take something which is gone are listed.

Examples:
  packmill rebuild preview libfoo
  packmill rebuild preview libfoo=./libfoo-2.0-1-x86_64.pkg.tar.zst`;

/** `packmill rebuild …`: packages that a change of a library breaks. */
export function addRebuild(program: Command, shell: Shell): void {
  const rebuild = program
    .command('rebuild')
    .description('packages that a new build of a library breaks: which, why, and build them anew');
  rebuild
    .command('preview')
    .description('which packages would have to be built anew, in which order, and why; changes nothing')
    .argument('<package[=file]...>', 'published packages, each with the file of a new build or without')
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .addHelpText('after', previewHelp)
    .action((subjects: string[], options: TargetOptions) => preview(shell, subjects, options));
}

function subjectOf(text: string): PreviewSubject {
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text } : { name: text.slice(0, equals), file: text.slice(equals + 1) };
}

async function preview(shell: Shell, subjects: readonly string[], options: TargetOptions): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    const of = await pacmanTarget(farm, options.repo, options.arch);
    const found = await previewRebuild(farm, of, subjects.map(subjectOf));
    shell.printJson(found);
    shell.print(...previewLines(found));
  } finally {
    await farm.close();
  }
}

/** A preview for people: what becomes of libraries, then what is built, a line each. */
export function previewLines({ libraries, rebuild }: Pick<RebuildPreview, 'libraries' | 'rebuild'>): readonly string[] {
  const changed = libraries.filter(({ fate }) => fate !== 'kept');
  return [
    ...changed.map(({ name, package: owner, fate, lost }) => {
      if (fate === 'gone') return `${owner}: ${name} is gone`;
      if (fate === 'unknown') return `${owner}: the symbols of ${name} cannot be read`;
      return `${owner}: ${name} loses ${lost.length} symbols: ${some(lost)}`;
    }),
    rebuild.length === 0 ? 'nothing has to be built anew' : `to be built anew, in this order: ${rebuild.length}`,
    ...rebuild.flatMap(({ base, packages, because, after }) => [
      `  ${base}: ${packages.map(({ name, version, becomes }) => `${name} ${version} -> ${becomes}`).join(', ')}` +
        (after.length === 0 ? '' : `  after ${after.join(', ')}`),
      ...because.map(({ name, by, symbols }) =>
        symbols.length === 0 ? `    needs ${name} of ${by}` : `    takes ${some(symbols)} from ${name} of ${by}`,
      ),
    ]),
  ];
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
