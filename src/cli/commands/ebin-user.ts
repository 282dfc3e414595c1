import type { Command } from 'commander';
import {
  collectObjects,
  flagsOfSystem,
  keepMask,
  mapFeatures,
  type Selected,
  selectNearest,
  strangeWords,
} from '../../app/ebins/index.ts';
import { fault, problem } from '../../diagnostics/index.ts';
import { bytesIfThere, interruptible, runOrThrow } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { placeOf, wordsOf } from './ebin-options.ts';

const selectHelp = `
Tells which combinations of flags exist, which of them is nearest to what is wanted, and what a build of the missing one
would take. With --mask one file for package.mask is kept, in which ebins stand that lack the combination.

Examples:
  packmill ebin select ./ebins app-misc/demo --use "alpha -doc"
  packmill ebin select ./ebins --use-table use.json --mask /etc/portage/package.mask/ebins   # {"app-misc/demo": ["alpha"]}
  packmill ebin select ./ebins --portage --mask /etc/portage/package.mask/ebins              # flags of this system
  packmill ebin select ./ebins --use-table use.json --mask mask --dry-run`;

const featuresHelp = `
Portage gives FEATURES=test to USE, but neither splitdebug nor installsources. This writes one line for package.use that does
it for all ebins and for nothing else; when no feature is on, the file goes.

Examples:
  packmill ebin features ./ebins --file /etc/portage/package.use/ebins                 # asks portageq
  packmill ebin features ./ebins --file ./ebins.use --features "splitdebug installsources"
  packmill ebin features ./ebins --file ./ebins.use --check                            # only tells; 1 when it differs`;

const gcHelp = `
Removes objects that no Manifest of the repositories names, and that are older than the grace period. All repositories that
share the store have to be named.

Examples:
  packmill ebin gc ./ebins --store ./store
  packmill ebin gc ./ebins ./ebins-testing --store ./store --grace 7`;

interface SelectWords {
  readonly use?: string;
  readonly useTable?: string;
  readonly portage?: boolean;
  readonly mask?: string;
  readonly dryRun?: boolean;
}

function tableOf(words: SelectWords): Record<string, readonly string[]> {
  const table: Record<string, readonly string[]> = { '*': wordsOf(words.use ?? '') };
  if (words.useTable === undefined) return table;
  const text = Buffer.from(bytesIfThere(placeOf(words.useTable)) ?? []).toString('utf8');
  const refuse = (): never => {
    throw fault('EBN083', { what: `'${words.useTable}' is no table of flags by package` });
  };
  try {
    const read = JSON.parse(text) as Record<string, readonly string[]>;
    const isTable = Object.values(read).every(
      (flags) => Array.isArray(flags) && flags.every((flag) => typeof flag === 'string'),
    );
    return isTable ? { ...table, ...read } : refuse();
  } catch {
    return refuse();
  }
}

/** `packmill ebin select`. */
export function addSelect(command: Command, shell: Shell): void {
  command
    .description('which combinations exist, and which is nearest to what is wanted')
    .argument('<repo>', 'folder of the repository')
    .argument('[atom...]', 'category/name or category/name-version (default: all)')
    .option('--use <flags>', 'flags that are wanted; -flag turns a default off')
    .option('--use-table <file>', 'JSON: flags by category/name or category/name-version')
    .option('--portage', 'flags as Portage has them set on this system, in place of --use and --use-table')
    .option('--mask <file>', 'file of package.mask that is kept')
    .option('--dry-run', 'write nothing')
    .addHelpText('after', selectHelp)
    .action(async (repo: string, atoms: readonly string[], words: SelectWords) => {
      const folder = placeOf(repo);
      if (words.portage === true && (words.use ?? words.useTable) !== undefined)
        throw fault('CLI001', { what: '--portage goes with neither --use nor --use-table' });
      const table = words.portage === true ? await flagsOfSystem(folder, atoms) : tableOf(words);
      const selected = selectNearest(folder, atoms, table);
      complainOfStrangers(shell, strangeWords(folder, atoms, wordsOf(words.use ?? '')));
      const isDry = words.dryRun === true;
      const mask =
        words.mask === undefined
          ? undefined
          : keepMask(folder, placeOf(words.mask), { selected, dryRun: isDry });
      shell.printJson({ selected, ...(mask ? { mask } : {}) });
      for (const one of selected) printSelected(shell, one);
      if (mask)
        shell.print(
          `${mask.path}: ${mask.masked.length} masked, ${mask.isChanged ? 'changed' : 'unchanged'}`,
        );
      // with a file to keep, a missing combination is what it is for
      if (!mask && selected.some(({ isThere }) => !isThere)) shell.exitCode = exitCodes.failed;
    });
}

/** A package that is not there ends the command before a file is written; a flag that no ebin has does not. */
function complainOfStrangers(shell: Shell, { atoms, flags }: ReturnType<typeof strangeWords>): void {
  const [atom] = atoms;
  if (atom !== undefined) throw fault('EBN095', { what: `the repository has no ebin '${atom}'` });
  for (const flag of flags) shell.complain(problem('EBN088', { what: `no ebin has the flag '${flag}'` }));
}

const braces = (flags: readonly string[]): string => `{${flags.join(' ')}}`;

function printSelected(shell: Shell, one: Selected): void {
  shell.print(`${one.cpv}: ${one.combinations.map(braces).join(' ')}`);
  if (one.isThere) {
    shell.print(`  ${braces(one.wanted.filter((flag) => one.flags.includes(flag)))} is there`);
    return;
  }
  for (const flag of one.contrary) shell.print(`  every build has ${one.pinned[flag] ? flag : `-${flag}`}`);
  for (const { use, turnOn, turnOff } of one.nearest)
    shell.print(
      `  nearest: ${braces(use)}, set ${[...turnOn, ...turnOff.map((flag) => `-${flag}`)].join(' ') || 'nothing'}`,
    );
  if (one.toBuild.length > 0)
    shell.print(`  to have it: USE="${one.toBuild.join(' ')}" emerge --buildpkgonly =${one.cpv}`);
  shell.complain(problem('EBN085', { what: `'${one.cpv}' has no such combination`, severity: 'warning' }));
}

interface FeaturesWords {
  readonly file: string;
  readonly features?: string;
  readonly map: Readonly<Record<string, string>>;
  readonly check?: boolean;
}

/** `packmill ebin features`. */
export function addFeatures(command: Command, shell: Shell): void {
  command
    .description('turn FEATURES into flags of ebins')
    .argument('<repo>', 'folder of the repository')
    .requiredOption('--file <file>', 'file of package.use that is kept')
    .option('--features <words>', 'FEATURES (default: what portageq says)')
    .option(
      '--map <feature=flag>',
      'one more feature that asks for a flag; several times',
      (value: string, before: Readonly<Record<string, string>>) => {
        const [feature = '', flag = feature] = value.split('=');
        return { ...before, [feature]: flag };
      },
      {},
    )
    .option('--check', 'write nothing; exit code 1 when something would change')
    .addHelpText('after', featuresHelp)
    .action(async (repo: string, words: FeaturesWords) => {
      const text = words.features ?? (await askPortage());
      const change = mapFeatures(placeOf(repo), {
        features: wordsOf(text),
        path: placeOf(words.file),
        mapping: words.map,
        check: words.check === true,
      });
      if (words.check === true && change.action !== 'unchanged') shell.exitCode = exitCodes.failed;
      shell.printJson(change);
      shell.print(
        `${change.path}: ${words.check === true && change.action !== 'unchanged' ? 'to be ' : ''}${change.action}${change.flags.length > 0 ? `: ${change.flags.join(' ')}` : ''}`,
      );
    });
}

async function askPortage(): Promise<string> {
  const { stdout } = await runOrThrow('portageq', ['envvar', 'FEATURES']);
  return stdout;
}

const dayMs = 24 * 60 * 60 * 1000;

/** `packmill ebin gc`. */
export function addGc(command: Command, shell: Shell): void {
  command
    .description('remove objects that nothing names any more')
    .argument('<repo...>', 'folders of all repositories that share the store')
    .requiredOption('--store <dir>', 'the store')
    .option('--grace <days>', 'how long objects stay that nothing names', '30')
    .addHelpText('after', gcHelp)
    .action(async (repos: readonly string[], words: { readonly store: string; readonly grace: string }) => {
      if (!/^\d{1,5}$/.test(words.grace))
        throw fault('CLI001', { what: `'${words.grace}' is no number of days` });
      const done = await interruptible(async () =>
        collectObjects(repos.map(placeOf), placeOf(words.store), Number(words.grace) * dayMs),
      );
      shell.printJson(done);
      shell.print(`${done.removed} objects removed (${formatBytes(done.removedBytes)}), ${done.kept} kept`);
    });
}
