import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type BinhostOptions,
  type GenerateOptions,
  isBinhost,
  readSettings,
  usualBinhostCache,
} from '../../app/ebins/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { bytesIfThere, machine } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { collect } from '../collect.ts';
import { parseCount } from '../parse-count.ts';
import type { Shell } from '../shell.ts';

function partFlag(
  value: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const [, part, flag] = /^([a-z][a-z0-9-]*)=(\S+)$/.exec(value) ?? [];
  if (part === undefined || flag === undefined)
    throw new InvalidArgumentError("expected PART=FLAG, such as 'splitdebug=debuginfo'");
  return { ...before, [part]: flag };
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

function parseBytes(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})(KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError("expected a size such as '500MiB' or '2TiB'");
  return Number(count) * (units[unit] ?? 1);
}

const parseMtime = (text: string): number | 'keep' => (text === 'keep' ? 'keep' : parseCount(text));

const choice = (flags: string, what: string, words: readonly string[]): Option =>
  new Option(flags, what).choices(words);

/** Options that say how a package is opened. */
export function withOpening(command: Command): Command {
  return command
    .addOption(
      choice('--signatures <policy>', 'what of signatures counts (default: auto)', [
        'auto',
        'require',
        'ignore',
      ]),
    )
    .option('--key <file>', 'public key that is trusted; may be given several times', collect)
    .option('--allow-prefix', 'take builds that were made for a prefix')
    .option('--allow-quickpkg', 'take packages that lack configuration files')
    .option('--max-image <size>', 'largest image that is unpacked (default: 32GiB)', parseBytes);
}

/** Options that say which builds count, and how. */
export function withSelection(command: Command): Command {
  return withOpening(command)
    .option('--config <file>', 'settings (default: ebins.json, if it is there)')
    .option('--cache <dir>', 'where packages of binhosts are kept (default: ~/.cache/packmill/binhosts)')
    .option('--soname-check', 'tell sonames that builds need and no package has')
    .option('--pick <what>', 'which of several builds of a combination: newest, first, or conditions')
    .addOption(
      choice('--mixed <how>', 'builds that do not go together (default: newest)', [
        'newest',
        'reject',
        'union',
      ]),
    )
    .addOption(choice('--constant <how>', 'flags that never differ (default: keep)', ['keep', 'drop']))
    .addOption(
      choice('--subslot <how>', 'different bindings (default: conditional)', [
        'conditional',
        'newest',
        'reject',
      ]),
    )
    .option('--arch-dimension', 'one ebin for several CHOSTs')
    .option('--noarch', 'keep the original KEYWORDS; for packages without programs')
    .option('--allow-bindist', 'take builds that RESTRICT=bindist keeps from others');
}

/** Options that say what the ebuilds are like. */
export function withTexts(command: Command): Command {
  return withSelection(command)
    .addOption(choice('--form <form>', 'of SRC_URI (default: tree)', ['tree', 'naive']))
    .addOption(choice('--order <how>', 'order of flags (default: best)', ['iuse', 'best']))
    .addOption(choice('--required-use <form>', '(default: tree)', ['tree', 'naive', 'cover', 'auto']))
    .option('--explicit-required-use', 'write REQUIRED_USE even where everything is built')
    .addOption(
      choice('--extra <how>', 'how debug data and sources are offered (default: flag)', [
        'flag',
        'subpackage',
        'auto',
      ]),
    )
    .option('--packdebug-dir <dir>', 'tarballs of FEATURES=packdebug: parts of their builds')
    .option('--part-flag <part=flag>', 'call the flag of a part otherwise; several times', partFlag)
    .addOption(
      choice('--partial-extra <how>', 'parts that some builds lack (default: ignore)', ['ignore', 'require']),
    )
    .option('--subpackage-flag', 'a flag of the main ebin for each sub-package')
    .addOption(choice('--defaults <how>', 'defaults of flags (default: original)', ['original', 'nearest']))
    .addOption(
      choice('--phases <how>', 'functions for the machine of the user (default: inline)', [
        'inline',
        'bundle',
        'reject',
        'drop',
      ]),
    )
    .addOption(choice('--owners <how>', 'owners by (default: names)', ['names', 'numeric']))
    .option('--keep-build-deps', 'keep DEPEND and BDEPEND')
    .addOption(choice('--uri-style <style>', '(default: path)', ['path', 'short', 'bare']))
    .option('--uri-digits <n>', 'digits of --uri-style short, 20 to 128 (default: 32)', parseCount)
    .option('--use-gentoo-mirrors', 'let GENTOO_MIRRORS have the objects, too')
    .option('--max-combinations <n>', 'most combinations of one ebin (default: 4096)', parseCount)
    .option('--max-ebuild <bytes>', 'largest ebuild (default: 1MiB)', parseBytes)
    .option('--bump <n>', 'which remake of the same version it is: becomes part of the revision', parseCount);
}

/** Options that say what the repository and its store are like. */
export function withRepository(command: Command): Command {
  return withTexts(command)
    .addOption(choice('--compress <codec>', 'of new objects (default: xz)', ['xz', 'zstd', 'gzip']))
    .option(
      '--mtime <seconds>',
      "time of all files; 'keep' makes sharing rare (default: 315532800)",
      parseMtime,
    )
    .option('--repo-name <name>', 'name of the repository (default: ebins)')
    .option('--master <name>', 'repository that the builds come from; several times', collect)
    .option('--mirror <url>', 'address of the store; several times', collect)
    .option('--mirror-name <name>', 'name of the mirror in SRC_URI (default: binhost)')
    .option('--source-repo <dir>', 'folder of the repository that the builds come from')
    .option('--prune', 'remove versions of which there is no build any more')
    .option('--strict', 'write nothing when a version is refused');
}

/** What commander made of these options, beside others. */
export interface EbinWords extends Omit<GenerateOptions, 'open' | 'partFlags' | 'masters' | 'mirrors'> {
  readonly config?: string;
  readonly cache?: string;
  readonly signatures?: 'auto' | 'require' | 'ignore';
  readonly key?: readonly string[];
  readonly allowQuickpkg?: boolean;
  readonly maxImage?: number;
  readonly partFlag?: Readonly<Record<string, string>>;
  readonly master?: readonly string[];
  readonly mirror?: readonly string[];
}

const taken = [
  ...[
    'form',
    'order',
    'requiredUse',
    'explicitRequiredUse',
    'partialExtra',
    'constant',
    'defaults',
    'pick',
    'mixed',
  ],
  ...[
    'archDimension',
    'noarch',
    'allowBindist',
    'allowPrefix',
    'subslot',
    'keepBuildDeps',
    'phases',
    'owners',
  ],
  ...[
    'uriStyle',
    'uriDigits',
    'mirrorName',
    'useGentooMirrors',
    'maxCombinations',
    'maxEbuild',
    'subpackageFlag',
  ],
  ...['bump', 'extra', 'compress', 'mtime', 'repoName', 'sourceRepo', 'prune', 'strict', 'sonameCheck'],
] as const;

/** The words of a text, such as flags as USE has them. */
export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** The folder of a path that was given, whatever folder we are in. */
export const placeOf = (path: string): string => machine.absolute(path);

/** A folder of packages as `placeOf` has it, or the address of a binhost as it is. Throws CLI001 for other addresses. */
export function sourceOf(place: string): string {
  if (isBinhost(place)) return place;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(place)?.[0];
  if (scheme !== undefined)
    throw fault('CLI001', {
      what: `packages cannot be fetched from '${scheme}' addresses`,
      next: 'Name a folder, or an address that begins with http:// or https://.',
    });
  return placeOf(place);
}

/** Where and how binhosts are fetched. */
export function binhostsOf(shell: Shell, words: EbinWords): BinhostOptions {
  return {
    cache: words.cache === undefined ? usualBinhostCache() : placeOf(words.cache),
    onBinhost: ({ address, fetched, fetchedBytes, kept, removed }) =>
      shell.tell(
        `${address}: ${fetched} packages fetched (${formatBytes(fetchedBytes)}), ${kept} unchanged, ${removed} gone`,
      ),
  };
}

/** How packages are to be opened. */
export function openingOf(words: EbinWords): NonNullable<GenerateOptions['open']> {
  return {
    signatures: words.signatures,
    keys: words.key?.map(placeOf),
    allowPrefix: words.allowPrefix,
    allowQuickpkg: words.allowQuickpkg,
    maxImageBytes: words.maxImage,
  };
}

/** What the command line and the settings say; the command line wins. Throws EBN083, SYS004. */
export function optionsOf(words: EbinWords): {
  readonly options: GenerateOptions;
  readonly optionsFor: (cpv: string) => GenerateOptions;
} {
  const named: Readonly<Record<string, unknown>> = { ...words };
  const said = Object.fromEntries(
    [
      ...taken.map((key) => [key, named[key]] as const),
      ['partFlags', words.partFlag] as const,
      ['masters', words.master] as const,
      ['mirrors', words.mirror] as const,
      ['open', openingOf(words)] as const,
      ['packdebugDir', words.packdebugDir && placeOf(words.packdebugDir)] as const,
    ].filter(([, value]) => value !== undefined),
  ) as GenerateOptions;
  const file = placeOf(words.config ?? 'ebins.json');
  const bytes = bytesIfThere(file);
  if (!bytes && words.config === undefined) return { options: said, optionsFor: () => ({}) };
  if (!bytes)
    throw fault('EBN083', { what: `there is no file '${file}'`, why: 'It was named with --config.' });
  const settings = readSettings(Buffer.from(bytes).toString('utf8'));
  return {
    options: { ...settings.options, ...said },
    optionsFor: (cpv) => ({ ...settings.optionsFor(cpv), ...said }),
  };
}
