import { pathKind, subfolders, textIfThere } from '../host/index.ts';
import { isInVersion, readStubVersions, type StubModule, type StubPart } from '../python-symbols/index.ts';
import type { Analysis, StubKey } from './analysis-file.ts';
import { runReader } from './run-reader.ts';

export interface StubReading {
  /** A checkout of stubs: the layout of today (`stdlib`, `stubs/NAME`) or the former one (`stdlib/3`, `third_party/3`). */
  readonly folder: string;
  /** Version of Python that they are read for. */
  readonly version: readonly [number, number];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

interface Root {
  readonly folder: string;
  readonly key: StubKey;
}

/** Folders of stubs, those that count first before the others. */
export function stubRoots(folder: string): readonly Root[] {
  const former = ['stdlib/3', 'stdlib/2and3', 'third_party/3', 'third_party/2and3', 'third_party/2'];
  const there = (path: string): boolean => pathKind(`${folder}/${path}`) === 'folder';
  if (there('stdlib/3') || there('stdlib/2and3')) {
    const keyOf = (path: string): StubKey =>
      path.startsWith('stdlib')
        ? 'stub_builtin3'
        : path.endsWith('/2')
          ? 'stub_thirdparty2'
          : 'stub_thirdparty3';
    return former.filter(there).map((path) => ({ folder: `${folder}/${path}`, key: keyOf(path) }));
  }
  const roots: Root[] = there('stdlib') ? [{ folder: `${folder}/stdlib`, key: 'stub_builtin3' }] : [];
  if (there('stubs')) {
    const names = subfolders(`${folder}/stubs`);
    roots.push(
      ...names.map((name) => ({ folder: `${folder}/stubs/${name}`, key: 'stub_thirdparty3' as const })),
    );
  }
  return roots.length > 0 ? roots : [{ folder, key: 'stub_thirdparty3' }];
}

/** A line of a log: its weight, the code of the catalogue, and what is the matter. */
export const logLine = (weight: 'WARN' | 'ERROR' | 'CRITICAL', code: string, what: string): string =>
  `[${weight}] ${code} ${what}`;

/**
 * Reads stubs by Python's own parser; nothing of them runs. Stubs that cannot be read are told (MPY401). Throws MPY404 when the
 * interpreter does not come to its end, SYS001 without one.
 */
export async function readStubs({ folder, version, say, signal }: StubReading): Promise<Analysis> {
  const roots = stubRoots(folder);
  const rows = await parse({
    ...{ what: `the stubs in '${folder}'`, roots: roots.map((one) => one.folder), version, signal },
  });
  const spans = readStubVersions(textIfThere(`${folder}/stdlib/VERSIONS`) ?? '');
  const parts = roots.map(({ key }) => ({ key, modules: [] as StubModule[] }));
  for (const { root, error, ...module } of rows) {
    const part = parts[root];
    if (part === undefined) continue;
    if (part.key === 'stub_builtin3' && !isInVersion(spans, module.module, version)) continue;
    if (error === undefined) part.modules.push(module);
    else say(logLine('WARN', 'MPY401', `the stub '${module.path}' cannot be read: ${error}`));
  }
  const analysis = new Map<string, StubPart[]>();
  for (const { key, modules } of parts) {
    const known = analysis.get(key) ?? [];
    analysis.set(key, [...known, { isStandard: key === 'stub_builtin3', modules }]);
  }
  return analysis;
}

/** Files with the sources of one distribution: names below a folder, or all that it holds. */
export interface SourceTree {
  readonly folder: string;
  readonly only?: readonly string[] | undefined;
}

export interface SourceReading {
  /** Of the distribution, `name==version`. */
  readonly key: string;
  readonly trees: readonly SourceTree[];
  readonly version: readonly [number, number];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the sources of a distribution (specification, 6.6) by Python's own parser; nothing of them runs. Files that cannot be read
 * are told (MPY411). Throws MPY404 when the interpreter does not come to its end, SYS001 without one.
 */
export async function readSources({ key, trees, version, say, signal }: SourceReading): Promise<Analysis> {
  const roots = trees.map(({ folder, only }) => ({ folder, only: only ?? null }));
  const modules: StubModule[] = [];
  if (roots.length > 0) {
    for (const { error, root: _, ...module } of await parse({
      what: `the sources of '${key}'`,
      roots,
      version,
      signal,
    })) {
      if (error === undefined) modules.push(module);
      else say(logLine('WARN', 'MPY411', `'${module.path}' cannot be read: ${error}`));
    }
  }
  say(`[STATS] ${modules.length} files of '${key}' were read`);
  return new Map([[key, [{ isStandard: false, modules }]]]);
}

type Row = StubModule & { readonly root: number; readonly error?: string };

interface Parsing {
  readonly what: string;
  readonly roots: readonly unknown[];
  readonly version: readonly [number, number];
  readonly signal: AbortSignal | undefined;
}

async function parse({ what, roots, version, signal }: Parsing): Promise<readonly Row[]> {
  const input = { roots, version, platform: 'linux' };
  const lines = await runReader('read_stubs', { what, input, signal });
  return lines.map((line) => JSON.parse(line) as Row);
}
