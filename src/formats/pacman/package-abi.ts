import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { compareBytes, plainSymbol } from '../../primitives/index.ts';
import { mtreeEntries, parseMtree } from '../archives/index.ts';
import type { ElfReading, ElfSymbols } from '../elf/index.ts';
import { RuntimeCollector } from './language-runtimes.ts';
import type { Pkginfo } from './package-info.ts';

/** A library by its soname and kind of machine (ELF `e_machine` * 100 + bits); 0 with the name of an interpreter. */
export interface LibraryName {
  readonly name: string;
  readonly machine: number;
}

export interface ProvidedLibrary extends LibraryName {
  /** What its users may bind to, `name` or `name@VERSION`; undefined when its tables could not be read. */
  readonly symbols: readonly string[] | undefined;
  readonly definesVersions: boolean;
}

export interface NeededLibrary extends LibraryName {
  /** What is known to be taken from it: references that carry a version. */
  readonly symbols: readonly string[];
}

/** What other packages may rely on in a package, and what it relies on in others, found in its files. */
export interface PackageAbi {
  readonly provides: readonly ProvidedLibrary[];
  /** Libraries and interpreters that no file of the package itself is. */
  readonly needs: readonly NeededLibrary[];
  /** References without a version that no file of the package defines, by kind of machine: any needed library may. */
  readonly loose: readonly { readonly machine: number; readonly symbols: readonly string[] }[];
  /** Hash of all that is installed but times and the release; undefined for a package without `.MTREE`. */
  readonly payload: string | undefined;
  /** Hash of what packages that are built against it can see: libraries, headers, and the like. */
  readonly seen: string | undefined;
}

interface Provided {
  readonly isPublic: boolean;
  readonly symbols: Set<string> | undefined;
  readonly definesVersions: boolean;
}

const keyOf = (name: string, machine: number): string => `${machine} ${name}`;
const nameOf = (key: string): LibraryName => {
  const space = key.indexOf(' ');
  return { machine: Number(key.slice(0, space)), name: key.slice(space + 1) };
};

/** Gathers the binary interface of a package while its files go by. */
export class AbiCollector {
  readonly runtimes = new RuntimeCollector();
  readonly #provided = new Map<string, Provided>();
  readonly #needed = new Map<string, Set<string>>();
  readonly #loose = new Map<number, Set<string>>();
  readonly #defined = new Map<number, Set<string>>();

  /** `isPublic`: the file stands where the dynamic linker looks. */
  note(reading: ElfReading, isPublic: boolean): void {
    if (reading.kind !== 'elf') return;
    const { facts, symbols } = reading;
    if (facts.type !== 'shared' && facts.type !== 'executable') return;
    const machine = facts.machine * 100 + facts.class;
    for (const name of facts.needed) this.#need(keyOf(name, machine));
    if (facts.soname !== undefined) this.#provide(keyOf(facts.soname, machine), symbols, isPublic);
    if (!symbols) return;
    const defined = entry(this.#defined, machine);
    for (const symbol of symbols.exported) defined.add(plainSymbol(symbol));
    for (const { symbol, from } of symbols.imported) {
      if (from === undefined) entry(this.#loose, machine).add(symbol);
      else this.#need(keyOf(from, machine)).add(symbol);
    }
  }

  #need(key: string): Set<string> {
    return entry(this.#needed, key);
  }

  #provide(key: string, symbols: ElfSymbols | undefined, isPublic: boolean): void {
    const before = this.#provided.get(key);
    // variants for other processors stand in folders of their own
    if (before?.isPublic && !isPublic) return;
    const joined = before && before.isPublic === isPublic ? before.symbols : undefined;
    this.#provided.set(key, {
      isPublic,
      symbols: symbols && new Set([...(joined ?? []), ...symbols.exported]),
      definesVersions: symbols?.definesVersions ?? false,
    });
  }

  finish(pkginfo: Pkginfo, mtree: Uint8Array | undefined): PackageAbi {
    const runtimes = this.runtimes.finish();
    const provides = [...this.#provided].map(([key, { symbols, definesVersions }]): ProvidedLibrary => {
      return { ...nameOf(key), symbols: symbols && [...symbols].sort(), definesVersions };
    });
    for (const name of runtimes.provided)
      provides.push({ name, machine: 0, symbols: [], definesVersions: false });
    const needs = [...this.#needed]
      .filter(([key]) => !this.#provided.has(key))
      .map(([key, symbols]): NeededLibrary => ({ ...nameOf(key), symbols: [...symbols].sort() }));
    for (const name of runtimes.needed) needs.push({ name, machine: 0, symbols: [] });
    const loose = [...this.#loose].map(([machine, symbols]) => {
      const defined = this.#defined.get(machine);
      return { machine, symbols: [...symbols].filter((name) => !defined?.has(name)).sort() };
    });
    provides.sort(byName);
    needs.sort(byName);
    return {
      provides,
      needs,
      loose: loose.filter(({ symbols }) => symbols.length > 0),
      ...digests(pkginfo, mtree, provides),
    };
  }
}

const byName = (a: LibraryName, b: LibraryName): number =>
  compareBytes(a.name, b.name) || a.machine - b.machine;

function entry<Key>(map: Map<Key, Set<string>>, key: Key): Set<string> {
  const known = map.get(key);
  if (known) return known;
  const made = new Set<string>();
  map.set(key, made);
  return made;
}

/** What is read when other packages are built, besides libraries. */
const seenPath =
  /^(?:usr\/include\/|usr\/(?:lib|share)(?:32|64)?\/(?:.*\/)?(?:pkgconfig|cmake|aclocal|gir-1\.0|girepository-1\.0|vala)\/|usr\/lib(?:32|64)?\/.*\.(?:a|o|h|mod|rlib|cmi|cmxa?|hi|dyn_hi)$)/;
/** Fields of `.PKGINFO` that say when and how, not what. */
const passing: ReadonlySet<string> = new Set([
  'builddate',
  'pkgver',
  'packager',
  'size',
  'xdata',
  'makedepend',
  'checkdepend',
]);
const metadata: ReadonlySet<string> = new Set(['./.BUILDINFO', './.PKGINFO', './.MTREE']);
const mtreeLimitBytes = 256 << 20;

function digests(
  pkginfo: Pkginfo,
  mtree: Uint8Array | undefined,
  provides: readonly ProvidedLibrary[],
): Pick<PackageAbi, 'payload' | 'seen'> {
  const tree = mtree && mtreeText(mtree);
  if (tree === undefined) return { payload: undefined, seen: undefined };
  const files: string[] = [];
  const interfaces: string[] = [];
  for (const { path, keywords } of mtreeEntries(parseMtree(tree, '.MTREE').lines)) {
    if (metadata.has(path)) continue;
    const facts = [...keywords]
      .filter(([key]) => key !== 'time' && !/^md5/.test(key))
      .map((pair) => pair.join('='));
    const line = `${path} ${facts.sort().join(' ')}`;
    files.push(line);
    if (seenPath.test(path.slice(2))) interfaces.push(line);
    // programs and links to libraries are found by name
    else if (/^\.\/usr\/(?:bin\/|lib(?:32|64)?\/[^/]+\.so$)/.test(path)) interfaces.push(path);
  }
  const info = pkginfo.lines.flatMap((line) =>
    line.kind === 'pair' && !passing.has(line.key)
      ? [`${line.key} = ${line.value.replaceAll(pkginfo.pkgver, '%release')}`]
      : [],
  );
  const needed = info.filter((line) => /^(?:depend|provides) = /.test(line));
  const libraries = provides.map(
    ({ name, machine, symbols, definesVersions }) =>
      `${machine} ${name} ${definesVersions} ${symbols?.join(' ') ?? 'unreadable'}`,
  );
  return {
    payload: digestOf([...files.sort(), ...info]),
    seen: digestOf([...interfaces.sort(), ...needed, ...libraries]),
  };
}

function mtreeText(bytes: Uint8Array): string | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: mtreeLimitBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}

const digestOf = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');
