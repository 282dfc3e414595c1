import { type ByteSource, wholeBytes } from './byte-source.ts';
import {
  type DynamicSection,
  dynamicRange,
  type ElfLayout,
  type FileRange,
  fileOffset,
  readDynamic,
  readLayout,
} from './elf.ts';
import { readVersions, type SymbolVersions } from './symbol-versions.ts';

/** A symbol that a file takes from elsewhere. */
export interface ImportedSymbol {
  /** `name`, or `name@VERSION` when the file says which version it was linked against. */
  readonly symbol: string;
  /** The soname that the version belongs to; undefined for symbols without one: any loaded library may have it. */
  readonly from: string | undefined;
}

/** The dynamic symbols of an ELF file as the dynamic linker binds them (gABI "Symbol Table"; LSB "Symbol Versioning"). */
export interface ElfSymbols {
  /** Defined global and weak symbols, `name` or `name@VERSION`, in the order of the table; each once. */
  readonly exported: readonly string[];
  /** Symbols without which the file cannot be used: weak references are left out. */
  readonly imported: readonly ImportedSymbol[];
  /** Whether the file defines versions: then a reference to a version that it lacks is an error. */
  readonly definesVersions: boolean;
}

/** 16 Mi symbols are more than any file has; a hostile one may announce 4 Gi. */
const maxSymbols = 1 << 24;
const dynsymSection = 11;
const tags = { hash: 4, symbols: 6, gnuHash: 0x6ffffef5 } as const;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One file while it is read. */
interface Scene {
  readonly source: ByteSource;
  readonly layout: ElfLayout;
  readonly dynamic: DynamicSection;
}

/** Bytes of a table from the address that a tag of the dynamic section names, to the end of what is at hand. */
function tableAt({ layout, dynamic }: Scene, tag: number): number | undefined {
  const address = dynamic.values.get(tag);
  return address === undefined ? undefined : fileOffset(layout, address);
}

/** How many symbols the table of sections says there are; tools may have taken that table out. */
function countOfSections(scene: Scene, symbolsAt: number, entrySize: number): number | undefined {
  const { source, layout } = scene;
  const wide = layout.class === 64;
  const header = source.slice(0, wide ? 64 : 52);
  if (!header) return undefined;
  const view = viewOf(header);
  const word = (from: DataView, at: number): number =>
    wide ? Number(from.getBigUint64(at, layout.littleEndian)) : from.getUint32(at, layout.littleEndian);
  const at = word(view, wide ? 40 : 32);
  const size = view.getUint16(wide ? 58 : 46, layout.littleEndian);
  const count = view.getUint16(wide ? 60 : 48, layout.littleEndian);
  if (at === 0 || count === 0 || size < (wide ? 64 : 40)) return undefined;
  const table = source.slice(at, count * size);
  if (!table) return undefined;
  const rows = viewOf(table);
  for (let row = 0; row < table.byteLength; row += size) {
    if (rows.getUint32(row + 4, layout.littleEndian) !== dynsymSection) continue;
    if (word(rows, row + (wide ? 24 : 16)) !== symbolsAt) continue;
    return Math.floor(word(rows, row + (wide ? 32 : 20)) / entrySize);
  }
  return undefined;
}

/** As the table of DT_HASH has it: it has one link for each symbol. */
function countOfHash(scene: Scene): number | undefined {
  const at = tableAt(scene, tags.hash);
  const head = at === undefined ? undefined : scene.source.slice(at, 8);
  return head && viewOf(head).getUint32(4, scene.layout.littleEndian);
}

/** By the last chain of DT_GNU_HASH; undefined when that has no symbol, for then it does not tell how many others there are. */
function countOfGnuHash(scene: Scene): number | undefined {
  const { source, layout } = scene;
  const at = tableAt(scene, tags.gnuHash);
  const head = at === undefined ? undefined : source.slice(at, 16);
  if (at === undefined || !head) return undefined;
  const { littleEndian } = layout;
  const [buckets, first, bloom] = [0, 4, 8].map((field) => viewOf(head).getUint32(field, littleEndian));
  if (buckets === undefined || first === undefined || bloom === undefined || buckets > maxSymbols)
    return undefined;
  const bucketsAt = at + 16 + bloom * (layout.class / 8);
  const table = source.slice(bucketsAt, buckets * 4);
  if (!table) return undefined;
  const view = viewOf(table);
  let last = 0;
  for (let offset = 0; offset < table.byteLength; offset += 4)
    last = Math.max(last, view.getUint32(offset, littleEndian));
  if (last < first) return undefined;
  const chains = bucketsAt + buckets * 4;
  for (; last < maxSymbols; last += 1) {
    const link = source.slice(chains + (last - first) * 4, 4);
    if (!link) return undefined;
    if (viewOf(link).getUint32(0, littleEndian) & 1) return last + 1;
  }
  return undefined;
}

/** Where nothing tells the count: linkers put the names behind the symbols. */
function countOfGap({ dynamic }: Scene, symbolsAt: number, entrySize: number): number | undefined {
  const behind = dynamic.strings ? dynamic.strings.offset - symbolsAt : -1;
  return behind > 0 ? Math.floor(behind / entrySize) : undefined;
}

function symbolTable(scene: Scene): { readonly bytes: Uint8Array; readonly count: number } | undefined {
  const at = tableAt(scene, tags.symbols);
  const entrySize = scene.layout.class === 64 ? 24 : 16;
  if (at === undefined) return { bytes: new Uint8Array(0), count: 0 };
  const count =
    countOfSections(scene, at, entrySize) ??
    countOfHash(scene) ??
    countOfGnuHash(scene) ??
    countOfGap(scene, at, entrySize);
  if (count === undefined || count > maxSymbols) return undefined;
  const bytes = scene.source.slice(at, count * entrySize);
  return bytes && { bytes, count };
}

/** Reads names out of the table of strings. */
function namesOf(strings: Uint8Array): (offset: number) => string {
  const buffer = Buffer.from(strings.buffer, strings.byteOffset, strings.byteLength);
  return (offset) => {
    if (offset >= buffer.byteLength) return '';
    const end = buffer.indexOf(0, offset);
    return end < 0 ? '' : buffer.toString('utf8', offset, end);
  };
}

const globalBind = 1;
const weakBind = 2;
/** STB_GNU_UNIQUE: as global, once in a process. */
const uniqueBind = 10;

/** SHN_ABS. */
const absoluteSection = 0xfff1;

interface Table {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly name: (offset: number) => string;
  readonly versions: SymbolVersions;
}

function sortSymbols({ layout }: Scene, { bytes, count, name, versions }: Table): ElfSymbols {
  const view = viewOf(bytes);
  const wide = layout.class === 64;
  const size = wide ? 24 : 16;
  const exported = new Set<string>();
  const imported: ImportedSymbol[] = [];
  for (let index = 1; index < count; index += 1) {
    const at = index * size;
    const bind = (bytes[at + (wide ? 4 : 12)] as number) >> 4;
    if (bind !== globalBind && bind !== weakBind && bind !== uniqueBind) continue;
    const section = view.getUint16(at + (wide ? 6 : 14), layout.littleEndian);
    const version = versions.of(index);
    // older linkers write "local" for references without a version
    if (version === 'local' && section !== 0) continue;
    const plain = name(view.getUint32(at, layout.littleEndian));
    if (plain === '') continue;
    const bound = version === 'local' ? undefined : version;
    // a definition of the version itself is nothing that anybody could use
    if (section === absoluteSection && plain === bound?.name) continue;
    const symbol = bound === undefined ? plain : `${plain}@${bound.name}`;
    // what is defined under the version of another library is a copy of that one's data
    const from = bound?.library;
    if (section === 0 ? bind !== weakBind : from !== undefined) imported.push({ symbol, from });
    if (section !== 0 && from === undefined) exported.add(symbol);
  }
  return { exported: [...exported], imported, definesVersions: versions.definesAny };
}

/**
 * Reads the dynamic symbols of an ELF file, of which the beginning suffices; undefined when it is no ELF file, or its
 * tables are damaged or out of reach. A static file has none. Never throws.
 */
export function readElfSymbols(bytes: Uint8Array): ElfSymbols | undefined {
  const source = wholeBytes(bytes);
  const layout = readLayout(source);
  if (!layout) return undefined;
  const range = dynamicRange(layout);
  if (!range) return { exported: [], imported: [], definesVersions: false };
  const section = source.slice(range.offset, range.size);
  if (!section) return undefined;
  const dynamic = readDynamic(layout, section);
  const strings: FileRange | undefined = dynamic.strings;
  const names = strings && source.slice(strings.offset, strings.size);
  if (!names) return undefined;
  const scene: Scene = { source, layout, dynamic };
  const table = symbolTable(scene);
  const name = namesOf(names);
  const versions = table && readVersions({ source, layout, dynamic, name, count: table.count });
  return table && versions && sortSymbols(scene, { ...table, name, versions });
}
