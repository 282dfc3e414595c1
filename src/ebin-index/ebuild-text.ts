import { cacheVariables, md5Of, printCacheEntry } from '../formats/gentoo/index.ts';
import type { IndexOptions } from './input.ts';
import { oneLine, quoted } from './shell-text.ts';

/** Everything that a generated ebuild says (specification 9.2). Values are what the variables mean, without quotes. */
export interface EbuildModel {
  /** Behind `# ebins 1: `. */
  readonly header: string;
  /** By name, as of the md5-cache; empty ones are not written. SRC_URI is here too, on one line. */
  readonly values: Readonly<Record<string, string>>;
  readonly sourceUriLines: readonly string[];
  /** Assignments in global scope that functions need. */
  readonly variables: readonly string[];
  /** Functions that are no phases. */
  readonly helpers: readonly string[];
  /** Phase functions that are kept, by name with `pkg_`. */
  readonly functions: ReadonlyMap<string, string>;
  /** Names of all distfiles, for how they are unpacked. */
  readonly distfiles: readonly string[];
  readonly options: IndexOptions;
}

/** How GNU tar is told what a file is compressed with, by the ending of its name. */
const compressions: Readonly<Record<string, string>> = {
  '.tar.xz': '--xz ',
  '.tar.bz2': '--bzip2 ',
  '.tar.gz': '--gzip ',
  '.tar.zst': '--zstd ',
  '.tar.lz4': '--use-compress-program=lz4 ',
  '.tar.lz': '--lzip ',
  '.tar.lzo': '--lzop ',
  '.tar': '',
};

/** Packages whose programs unpack what not every system can, by the ending of names. */
const decompressors: Readonly<Record<string, string>> = {
  '.tar.zst': 'app-arch/zstd',
  '.tar.lz4': 'app-arch/lz4',
  '.tar.lz': 'app-arch/lzip',
  '.tar.lzo': 'app-arch/lzop',
};

/** The ending of a distfile's name that says how it is compressed; `.tar.xz` when it says nothing. */
export function endingOf(name: string): string {
  return Object.keys(compressions).find((ending) => name.endsWith(ending)) ?? '.tar.xz';
}

/** Packages that unpacking some distfiles takes, sorted. */
export function decompressorsFor(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => decompressors[endingOf(name)] ?? []))].sort();
}

/** Ending of the names of what builds bring along for phases. */
export const bundleEnding = '.sh';

function sourceInstall({ distfiles, options }: EbuildModel): string {
  const owners = options.owners === 'numeric' ? '--numeric-owner ' : '';
  const contents = distfiles.filter((name) => !name.endsWith(bundleEnding));
  const endings = [...new Set(contents.map(endingOf))].sort();
  const unpack = (ending: string): string =>
    [
      `tar ${compressions[ending]}${owners}--xattrs --xattrs-include='*' -xpf "\${DISTDIR}/\${file}"`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
      '-C "${ED}" || die "${file}"',
    ].join(' ');
  const hasBundles = contents.length < distfiles.length;
  const [only = '.tar.xz', ...more] = endings;
  const lines =
    more.length === 0 && !hasBundles
      ? [`\t\t${unpack(only)}`]
      : [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
          '\t\tcase ${file} in',
          ...(hasBundles
            ? [`\t\t\t*${bundleEnding}) source "\${DISTDIR}/\${file}" || die "\${file}" ;;`]
            : []),
          ...endings.map((ending) => `\t\t\t${more.length === 0 ? '*' : `*${ending}`}) ${unpack(ending)} ;;`),
          '\t\tesac',
        ];
  return [
    'src_install() {',
    '\tlocal file',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
    '\tfor file in ${A}; do',
    ...lines,
    '\tdone',
    '\tdocompress -x /',
    '\tdostrip -x /',
    '}',
  ].join('\n');
}

/** Phases that every ebin defines, without `src_`. */
const ownPhases = ['unpack', 'prepare', 'configure', 'compile', 'test', 'install'];

function functionTexts(model: EbuildModel): string[] {
  const short = ['src_unpack() { :; }', 'src_prepare() { eapply_user; }'];
  const empty = ['src_configure() { :; }', 'src_compile() { :; }', 'src_test() { :; }'];
  return [
    [...short, ...empty].join('\n'),
    ...(model.distfiles.length === 0 ? ['src_install() { :; }'] : [sourceInstall(model)]),
    ...model.helpers,
    ...[...model.functions.keys()].sort().map((name) => model.functions.get(name) ?? ''),
  ];
}

/** Up to so many characters a value stands on one line. */
const lineLength = 100;

/** Whether a word waits for a parenthesis. */
const opensGroup = (word: string): boolean => /\?$|^(\|\||\^\^|\?\?)$/.test(word);

/** Words as lines: groups on lines of their own, those of one item on one line. */
function groupLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  let depth = 1;
  let head = '';
  for (const [index, word] of words.entries()) {
    const indent = '\t'.repeat(depth);
    if (word === ')') {
      depth -= 1;
      const [open = '', item = ''] = lines.slice(-2);
      // A group of one item that is no group itself.
      if (open.endsWith('(') && words[index - 2] === '(') lines.splice(-2, 2, `${open} ${item.trim()} )`);
      else lines.push(`${'\t'.repeat(depth)})`);
    } else if (word === '(') {
      lines.push(`${indent}${head}(`);
      head = '';
      depth += 1;
    } else if (opensGroup(word)) head = `${word} `;
    else lines.push(indent + word);
  }
  return lines;
}

/** A value with conditions: on lines of its own when it is long. */
function dependencyLines(name: string, value: string): string {
  const text = oneLine(value);
  if (text.length <= lineLength) return `${name}=${quoted(text, name)}`;
  return `${name}=${quoted(`\n${groupLines(text.split(' ')).join('\n')}\n`, name)}`;
}

/** The text of the ebuild: equal models give equal bytes (specification 9.2, 9.10). Throws EBN070. */
export function ebuildText(model: EbuildModel): string {
  const { values } = model;
  const plain = (name: string): string => `${name}=${quoted(oneLine(values[name] ?? ''), name)}`;
  const optional = (name: string, print: (name: string) => string): string[] =>
    oneLine(values[name] ?? '') === '' ? [] : [print(name)];
  const conditional = (name: string): string => dependencyLines(name, values[name] ?? '');
  const dependencies = ['RDEPEND', 'DEPEND', 'BDEPEND', 'PDEPEND', 'IDEPEND'].flatMap((name) =>
    optional(name, conditional),
  );
  const blocks = [
    [`# ebins 1: ${model.header}`, 'EAPI=8'],
    [
      plain('DESCRIPTION'),
      ...optional('HOMEPAGE', plain),
      ...(model.sourceUriLines.length === 0
        ? []
        : [`SRC_URI=${quoted(`\n${model.sourceUriLines.join('\n')}\n`, 'SRC_URI')}`]),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
      'S="${WORKDIR}"',
    ],
    [
      ...optional('LICENSE', conditional),
      plain('SLOT'),
      plain('KEYWORDS'),
      ...optional('IUSE', plain),
      ...optional('REQUIRED_USE', conditional),
      ...optional('RESTRICT', plain),
      ...optional('PROPERTIES', conditional),
    ],
    dependencies,
    ['QA_PREBUILT="*"'],
    [...model.variables],
    ...functionTexts(model).map((text) => [text]),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The entry of the md5-cache for an ebuild, as egencache writes it (specification 8.8). */
export function cacheText(model: EbuildModel, text: string): string {
  const kept = [...model.functions.keys()].map((name) => name.replace(/^pkg_/, ''));
  const values: Record<string, string> = {
    ...model.values,
    EAPI: '8',
    DEFINED_PHASES: [...ownPhases, ...kept].sort().join(' '),
  };
  const variables = Object.fromEntries(cacheVariables.map((name) => [name, values[name] ?? '']));
  return printCacheEntry({ variables, eclasses: {}, md5: md5Of(Buffer.from(text)) });
}
