import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fault } from '../../diagnostics/index.ts';
import {
  encodeTarHeader,
  parseMtree,
  printMtree,
  readTar,
  resizeTarHeader,
  type TarStreamEntry,
  tarEnd,
  tarPadding,
} from '../archives/index.ts';
import { plainPath, readMetadata } from './package-file.ts';
import { type InfoLine, parsePkginfo, printInfo } from './package-info.ts';

/** What became of a package; complete when the last piece has been read. */
export interface RewriteReport {
  /** The lines that were taken out, as `key = value`. */
  readonly dropped: readonly string[];
  /** Text of `.PKGINFO` in the new package. */
  readonly pkginfoText: string;
}

export interface RewrittenPackage {
  /** The new tar; to be read once. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** To be called when all pieces have been read; throws before. */
  report(): RewriteReport;
}

export interface RewriteOptions {
  /** Keys of `.PKGINFO` whose lines are taken out: `replaces`, `group`. */
  readonly drop: readonly string[];
  /** The name that problems carry; `package` by default. */
  readonly file?: string;
}

/** Entries in front of `.PKGINFO` are held in memory; in real packages these are `.BUILDINFO`, `.INSTALL`, `.MTREE`. */
const heldLimitBytes = 64 << 20;
const mtreeLimitBytes = 512 << 20;

interface HeldEntry {
  readonly entry: TarStreamEntry;
  readonly body: Uint8Array;
}

/** What changed in `.PKGINFO`. */
interface Edit {
  readonly text: Uint8Array;
  readonly original: Uint8Array;
  readonly dropped: readonly string[];
}

function editPkginfo(original: Uint8Array, options: RewriteOptions, file: string): Edit {
  const { pkginfo, problems } = parsePkginfo(Buffer.from(original).toString('utf8'), `${file}/.PKGINFO`);
  if (!pkginfo) {
    const first = problems.find(({ severity }) => severity === 'error');
    throw fault('FMT011', { what: first?.what ?? 'a field is missing', place: { file } });
  }
  const isDropped = (line: InfoLine): boolean => line.kind === 'pair' && options.drop.includes(line.key);
  const dropped = pkginfo.lines.filter(isDropped).map((line) => printInfo([line]).trimEnd());
  if (dropped.length === 0) return { text: original, original, dropped };
  const kept = pkginfo.lines.filter((line) => !isDropped(line));
  return { text: Buffer.from(printInfo(kept)), original, dropped };
}

const hex = (algorithm: 'md5' | 'sha256', bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');

/** The line of `.PKGINFO` with the size and digests of the new text; its other keywords stay. */
function editLine(line: string, text: Uint8Array): string {
  const fresh = new Map([
    ['size', String(text.byteLength)],
    ['md5digest', hex('md5', text)],
    ['md5', hex('md5', text)],
    ['sha256digest', hex('sha256', text)],
    ['sha256', hex('sha256', text)],
  ]);
  const { lines } = parseMtree(`#mtree\n${line}\n`, '.MTREE');
  const edited = lines.slice(1).map((parsed) => {
    if (parsed.kind !== 'entry') return parsed;
    const keywords = [...parsed.keywords].map(([key, value]) => [key, fresh.get(key) ?? value] as const);
    return { ...parsed, keywords: new Map(keywords) };
  });
  return printMtree(edited).trimEnd();
}

function editMtree(bytes: Uint8Array, text: Uint8Array, file: string): Uint8Array {
  let unpacked: Buffer;
  try {
    unpacked = gunzipSync(bytes, { maxOutputLength: mtreeLimitBytes });
  } catch (cause) {
    throw fault('FMT013', { what: "'.MTREE' cannot be unpacked", place: { file }, cause });
  }
  // As single bytes, so that the lines of other files stay what they are, whatever their encoding.
  const list = unpacked.toString('latin1').replace(/\\\r?\n/g, ' ');
  if (!list.startsWith('#mtree')) {
    throw fault('FMT013', { what: "'.MTREE' does not begin with '#mtree'", place: { file } });
  }
  const isOurs = (line: string): boolean => /^(\.\/)?\.PKGINFO[ \t]/.test(line);
  const edited = list.split('\n').map((line) => (isOurs(line) ? editLine(line, text) : line));
  return gzipSync(Buffer.from(edited.join('\n'), 'latin1'), { level: 9 });
}

/** Everything of a small entry: header with the new size when it changed, body, padding. */
function wholeEntry(entry: TarStreamEntry, body: Uint8Array): Uint8Array {
  const header = body.byteLength === entry.sizeBytes ? entry.rawHeader : newHeader(entry, body.byteLength);
  return Buffer.concat([header, body, tarPadding(body.byteLength)]);
}

/** Extended headers may state a size of their own, so an entry that has any is described anew. */
function newHeader(entry: TarStreamEntry, sizeBytes: number): Uint8Array {
  const { rawHeader, body: _body, sizeBytes: _old, ...fields } = entry;
  return rawHeader.byteLength === 512
    ? resizeTarHeader(rawHeader, sizeBytes)
    : encodeTarHeader(fields, sizeBytes);
}

const isMtree = (entry: TarStreamEntry): boolean =>
  entry.type === 'file' && plainPath(entry.path) === '.MTREE';
const isPkginfo = (entry: TarStreamEntry): boolean =>
  entry.type === 'file' && plainPath(entry.path) === '.PKGINFO';

class Rewriter {
  readonly #options: RewriteOptions;
  readonly #file: string;
  #edit: Edit | undefined;
  #held: HeldEntry[] = [];
  #heldBytes = 0;
  done = false;

  constructor(options: RewriteOptions) {
    this.#options = options;
    this.#file = options.file ?? 'package';
  }

  async *rewrite(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const entry of readTar(pieces, this.#file)) {
      if (this.#edit) yield* this.#pass(entry, this.#edit);
      else if (isPkginfo(entry)) {
        this.#edit = editPkginfo(await readMetadata(entry, this.#file), this.#options, this.#file);
        yield wholeEntry(entry, this.#edit.text);
        for (const held of this.#held) yield this.#heldEntry(held, this.#edit);
        this.#held = [];
      } else await this.#hold(entry);
    }
    if (!this.#edit) {
      throw fault('FMT012', { what: `'${this.#file}' contains no .PKGINFO`, place: { file: this.#file } });
    }
    yield tarEnd;
    this.done = true;
  }

  async #hold(entry: TarStreamEntry): Promise<void> {
    this.#heldBytes += entry.sizeBytes + entry.rawHeader.byteLength;
    if (this.#heldBytes > heldLimitBytes) {
      const what = `more than ${heldLimitBytes} bytes stand in front of .PKGINFO`;
      throw fault('FMT012', { what, place: { file: this.#file } });
    }
    this.#held.push({ entry, body: await readMetadata(entry, this.#file) });
  }

  #heldEntry({ entry, body }: HeldEntry, edit: Edit): Uint8Array {
    const changed = edit.dropped.length > 0 && isMtree(entry);
    return wholeEntry(entry, changed ? editMtree(body, edit.text, this.#file) : body);
  }

  async *#pass(entry: TarStreamEntry, edit: Edit): AsyncGenerator<Uint8Array> {
    if (edit.dropped.length > 0 && isMtree(entry)) {
      yield wholeEntry(entry, editMtree(await readMetadata(entry, this.#file), edit.text, this.#file));
      return;
    }
    yield entry.rawHeader;
    yield* entry.body;
    yield tarPadding(entry.sizeBytes);
  }

  report(): RewriteReport {
    if (!this.done || !this.#edit) throw new Error('the report of a package is asked for before its end');
    return { dropped: this.#edit.dropped, pkginfoText: Buffer.from(this.#edit.text).toString('utf8') };
  }
}

/**
 * A copy of a package without some lines of `.PKGINFO`: `.MTREE` is kept right (size and digests of `.PKGINFO`),
 * `.PKGINFO` comes first, everything else stays byte for byte. One pass with bounded memory.
 * Reading the pieces throws FMT011 to FMT014 and FMT020 to FMT023 for malformed packages.
 * @param pieces the uncompressed tar
 */
export function rewritePackage(pieces: AsyncIterable<Uint8Array>, options: RewriteOptions): RewrittenPackage {
  const rewriter = new Rewriter(options);
  return { pieces: rewriter.rewrite(pieces), report: () => rewriter.report() };
}
