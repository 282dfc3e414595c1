import { fault, isFault, messageOf } from '../diagnostics/index.ts';
import {
  type ArgSpec,
  decodeIndex,
  distributionText,
  type Manifest,
  makeIndex,
  mergeManifests,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import {
  bytesIfThere,
  digestBytes,
  gunzipBytes,
  namesIn,
  pathKind,
  readTextLines,
  textIfThere,
} from '../host/index.ts';
import { CorpusRow, decodeFormerSymbols, type FormerSymbols } from '../python-corpora/index.ts';
import { datafilesOf, readManifest } from '../python-resources/index.ts';
import { type GraphOf, LinkedGraphs, type StubPart } from '../python-symbols/index.ts';
import { decodeAnalysis, stubKeys } from './analysis-file.ts';
import type { BuilderNeed } from './builder-needs.ts';
import { logLine } from './read-stubs.ts';

/** What a builder works with: files by what they are needed for. */
export interface BuilderWorkInput {
  readonly files: Readonly<Partial<Record<BuilderNeed, readonly string[]>>>;
  /** Lines of JSON, packed or not: a file, or a folder of such files. */
  readonly corpus?: string | undefined;
  /** What builders of one build read, to be read once. */
  readonly memory?: BuilderMemory;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What was read last, by the content that it was read from, for builders that read the same. */
export class BuilderMemory {
  readonly #kept = new Map<string, { readonly key: string; readonly value: unknown }>();

  /** What is kept under a name for this key, else what `read` gives. */
  recall<T>(name: string, key: string, read: () => T): T {
    const known = this.#kept.get(name);
    if (known?.key === key) return known.value as T;
    const value = read();
    this.#kept.set(name, { key, value });
    return value;
  }
}

/** Finds the signature of a symbol by the hash of its own path. */
export type ArgSpecsOf = (distribution: PythonDistribution, hash: bigint) => ArgSpec | undefined;

const mostBytes = 2 ** 31;
const longestLine = 2 ** 26;
/** So many lines that cannot be read are told each; of the rest the number. */
const mostTold = 20;

/** The files of one run of a builder, read when it asks for them. */
export class BuilderWork {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly #in: BuilderWorkInput;
  readonly #memory: BuilderMemory;

  constructor(input: BuilderWorkInput) {
    this.#in = input;
    this.say = input.say;
    this.signal = input.signal;
    this.#memory = input.memory ?? new BuilderMemory();
  }

  has(need: BuilderNeed): boolean {
    return (this.#in.files[need]?.length ?? 0) > 0;
  }

  get hasCorpus(): boolean {
    return this.#in.corpus !== undefined;
  }

  all(need: BuilderNeed): readonly string[] {
    return this.#in.files[need] ?? [];
  }

  one(need: BuilderNeed): string {
    return this.all(need)[0] ?? '';
  }

  /** The manifests of a need, one laid over the other. Throws MPY318, MPY310 to MPY312. */
  manifest(...needs: readonly BuilderNeed[]): Manifest {
    return mergeManifests(needs.flatMap((need) => this.all(need)).map(readManifest));
  }

  /**
   * Symbol graphs linked by the index, without one by their own top-levels, with what stubs add where that is there. Those that
   * cannot be read are told and left out.
   */
  linked(): LinkedGraphs {
    const manifest = this.manifest('graph', 'added');
    const index = this.has('distidx') ? textIfThere(this.one('distidx')) : undefined;
    const paths = manifest.map(({ distribution, paths }) => [distribution, paths.get('SymbolGraph') ?? '']);
    // datafiles have the name of their content: who has their names has all
    const key = digestBytes(Buffer.from(JSON.stringify([paths, index])));
    return this.#memory.recall('linked', key, () => {
      const source = datafilesOf(manifest);
      const graphs = manifest.flatMap(({ distribution }): readonly GraphOf[] => {
        const graph = this.#orTold(distribution, () => source.graph(distribution)?.value);
        return graph === undefined ? [] : [{ distribution, graph }];
      });
      const pairs = graphs.map(({ distribution, graph }) => [distribution, graph.toplevels] as const);
      const known = index === undefined ? makeIndex(pairs) : decodeIndex(index, this.one('distidx'));
      return new LinkedGraphs(graphs, known);
    });
  }

  /** Signatures of the manifests of `argspecs`: those that were found, else those of stubs. */
  argSpecs(): ArgSpecsOf {
    if (!this.has('argspecs')) return () => undefined;
    const source = datafilesOf(this.manifest('argspecs'));
    const tables = new Map<string, readonly { get(hash: bigint): ArgSpec | undefined }[]>();
    return (distribution, hash) => {
      const key = distributionText(distribution);
      const known =
        tables.get(key) ??
        (['ArgSpec', 'TypeshedArgSpec'] as const).flatMap(
          (kind) => this.#orTold(distribution, () => source.table(distribution, kind)?.value) ?? [],
        );
      tables.set(key, known);
      for (const table of known) {
        const found = table.get(hash);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  }

  /** Symbols of former nodes; none without the table. Throws MPY407. */
  former(): FormerSymbols {
    const path = this.one('compat');
    const bytes = path === '' ? undefined : bytesIfThere(path);
    if (bytes === undefined || bytes.length === 0) return new Map();
    let text: string;
    try {
      text = Buffer.from(gunzipBytes(bytes, mostBytes)).toString('utf8');
    } catch (cause) {
      throw fault('MPY407', { what: `it is not packed: ${messageOf(cause)}`, place: { file: path }, cause });
    }
    return decodeFormerSymbols(text, path);
  }

  /** Parsed stubs of the standard library and of others; none without them. Throws MPY412. */
  stubs(): readonly StubPart[] {
    const path = this.one('stubs');
    const bytes = path === '' ? undefined : bytesIfThere(path);
    if (bytes === undefined || bytes.length === 0) return [];
    return this.#memory.recall('stubs', digestBytes(bytes), () => {
      const analysis = decodeAnalysis(bytes, path);
      // a file of everything that was parsed has sources, too
      return stubKeys.flatMap((key) => analysis.get(key) ?? []);
    });
  }

  /**
   * What each line of the corpus says, in the order of files and lines. Lines that `read` refuses are told (MPY406), and their
   * number. Throws MPY413 for a file that is damaged.
   */
  async *rows<T>(read: (row: CorpusRow) => T): AsyncGenerator<T> {
    let refused = 0;
    for (const file of corpusFiles(this.#in.corpus)) {
      let at = 0;
      for await (const line of linesOf(file)) {
        at += 1;
        if (at % 4096 === 0) this.signal.throwIfAborted();
        if (line.trim() === '') continue;
        const row = readRow(line, read);
        if ('value' in row) {
          yield row.value;
          continue;
        }
        refused += 1;
        if (refused <= mostTold) this.say(logLine('WARN', 'MPY406', `${file}:${at}: ${row.refusal}`));
      }
    }
    if (refused > 0) this.say(`[STATS] ${refused} lines of the corpus cannot be read`);
  }

  #orTold<T>(distribution: PythonDistribution, read: () => T | undefined): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isFault(error)) throw error;
      const { code, what } = error.problem;
      this.say(logLine('ERROR', code, `${distributionText(distribution)} is left out: ${what}`));
      return undefined;
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* readTextLines(file, longestLine);
  } catch (cause) {
    throw fault('MPY413', { what: `'${file}': ${messageOf(cause)}`, cause });
  }
}

function readRow<T>(
  line: string,
  read: (row: CorpusRow) => T,
): { readonly value: T } | { readonly refusal: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { refusal: `it is not JSON: ${messageOf(error)}` };
  }
  try {
    return { value: read(CorpusRow.of(value)) };
  } catch (error) {
    if (isFault(error, 'MPY406')) return { refusal: error.problem.what };
    throw error;
  }
}

const endings = ['.ndjson', '.ndjson.gz'] as const;

/** The files of a corpus: itself, or of a folder all files of lines of JSON, by name. */
function corpusFiles(corpus: string | undefined): readonly string[] {
  if (corpus === undefined) return [];
  if (pathKind(corpus) !== 'folder') return [corpus];
  const names = namesIn(corpus).filter((name) => endings.some((ending) => name.endsWith(ending)));
  return names.sort().map((name) => `${corpus}/${name}`);
}

/** Where the corpus of a builder is in a folder of corpora: a file, a packed one, or a folder; undefined: nowhere. */
export function findCorpus(folder: string, name: string): string | undefined {
  const file = endings
    .map((ending) => `${folder}/${name}${ending}`)
    .find((path) => pathKind(path) === 'file');
  return file ?? (pathKind(`${folder}/${name}`) === 'folder' ? `${folder}/${name}` : undefined);
}
