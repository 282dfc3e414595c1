import { join } from 'node:path';
import { isFault, messageOf, type Problem, problem } from '../diagnostics/index.ts';
import type { Fastpull } from '../fastpull/index.ts';
import { type Clock, sha512Text } from '../host/index.ts';
import { atOnce, unifiedDiff } from '../primitives/index.ts';
import type { PackageOutput } from './collect-packages.ts';
import type { RunEvent } from './report.ts';
import type { RunSettings } from './run-context.ts';
import { comparePackage, type MadePackage, writePackage, writePackageInto } from './write-package.ts';

export interface WriteOptions {
  readonly settings: RunSettings;
  readonly fastpull: Fastpull;
  readonly clock: Clock;
  readonly dryRun: boolean;
  /** Is handed what each package changes; then nothing is written, and no ledger knows of it. */
  readonly take?: ((made: MadePackage) => void) | undefined;
  readonly onEvent: (event: RunEvent) => void;
}

/** What became of a package folder. */
export type WrittenPackage =
  | { readonly kind: 'done'; readonly change: MadePackage }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Folders that are written at one time, so that a journal is written once for many of them. */
const foldersAtOnce = 512;

/**
 * Writes all packages, each one whole or not at all, and notes in the ledger what was made; with `dryRun` only differences
 * are told. A folder that cannot be written spoils no other one.
 */
export async function writePackages(
  packages: ReadonlyMap<string, PackageOutput>,
  options: WriteOptions,
): Promise<ReadonlyMap<string, WrittenPackage>> {
  const written = new Map<string, WrittenPackage>();
  await atOnce([...packages], { most: foldersAtOnce }, async ([catpkg, output]) => {
    try {
      written.set(catpkg, { kind: 'done', change: await writeOne(output, options) });
    } catch (error) {
      const found = isFault(error)
        ? error.problem
        : problem('SYS004', { what: `'${catpkg}' cannot be written: ${messageOf(error)}` });
      written.set(catpkg, { kind: 'failed', problem: found });
    }
  });
  return written;
}

async function writeOne(output: PackageOutput, options: WriteOptions): Promise<MadePackage> {
  const { settings, dryRun, take, onEvent } = options;
  const { root } = settings.overlay;
  const change = comparePackage(root, output);
  if (take) {
    take(change);
    return change;
  }
  if (!dryRun && settings.into !== undefined) {
    await writePackageInto(settings.into, root, { output, change });
    return change;
  }
  if (!dryRun) {
    await writePackage(root, change);
    await noteMade(output, change, options);
    return change;
  }
  for (const { path, before, after } of change.changes) {
    const name = path.slice(root.length + 1);
    onEvent({ kind: 'diff', path: name, text: unifiedDiff(before ?? '', after ?? '', name) });
  }
  return change;
}

/** The ledger knows what was made by whom, so that `--clean` can tell it from the work of hands. */
async function noteMade(
  output: PackageOutput,
  change: MadePackage,
  { settings, fastpull, clock }: WriteOptions,
): Promise<void> {
  const ledger = fastpull.ledger('generated');
  const changed = new Set(change.changes.map(({ path }) => path));
  for (const [fileName, { staged, unit }] of output.builds) {
    const path = join(settings.overlay.root, output.catpkg, fileName);
    // what did not change is known already, or is the work of hands
    if (!changed.has(path)) continue;
    const sha512 = sha512Text(staged.text);
    await ledger.note({ path, sha512, autogenId: unit.autogenId, writtenOn: new Date(clock.nowMs()) });
  }
}
