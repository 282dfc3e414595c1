import { fault } from '../diagnostics/index.ts';
import { pathKind, runProcess, subfolders, textIfThere } from '../host/index.ts';
import { probeFolder } from '../python-explorer/index.ts';
import { isInVersion, readStubVersions, type StubModule, type StubPart } from '../python-symbols/index.ts';

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
  readonly isStandard: boolean;
}

/** Folders of stubs, those that count first before the others. */
export function stubRoots(folder: string): readonly Root[] {
  const former = ['stdlib/3', 'stdlib/2and3', 'third_party/3', 'third_party/2and3', 'third_party/2'];
  const there = (path: string): boolean => pathKind(`${folder}/${path}`) === 'folder';
  if (there('stdlib/3') || there('stdlib/2and3')) {
    const found = former.filter(there);
    return found.map((path) => ({ folder: `${folder}/${path}`, isStandard: path.startsWith('stdlib') }));
  }
  const roots: Root[] = there('stdlib') ? [{ folder: `${folder}/stdlib`, isStandard: true }] : [];
  if (there('stubs')) {
    const names = subfolders(`${folder}/stubs`);
    roots.push(...names.map((name) => ({ folder: `${folder}/stubs/${name}`, isStandard: false })));
  }
  return roots.length > 0 ? roots : [{ folder, isStandard: false }];
}

/** A line of a log: its weight, the code of the catalogue, and what is the matter. */
export const logLine = (weight: 'WARN' | 'ERROR' | 'CRITICAL', code: string, what: string): string =>
  `[${weight}] ${code} ${what}`;

type Row = StubModule & { readonly root: number; readonly error?: string };

/**
 * Reads stubs by Python's own parser; nothing of them runs. Stubs that cannot be read are told (MPY401). Throws MPY404 when the
 * interpreter does not come to its end, SYS001 without one.
 */
export async function readStubs({ folder, version, say, signal }: StubReading): Promise<readonly StubPart[]> {
  const roots = stubRoots(folder);
  const input = JSON.stringify({ roots: roots.map((one) => one.folder), version, platform: 'linux' });
  const ran = await runProcess('python3', ['-I', '-S', '-B', `${probeFolder}/read_stubs.py`], {
    ...{ input, timeoutMs: 600_000, maxOutputBytes: 1_000_000_000, signal },
  });
  if (ran.code !== 0) {
    const why = ran.stderr.trim().split('\n').slice(-3).join('\n');
    throw fault('MPY404', { what: `the stubs in '${folder}' cannot be read (${ran.why})`, why });
  }
  const spans = readStubVersions(textIfThere(`${folder}/stdlib/VERSIONS`) ?? '');
  const parts = roots.map(({ isStandard }) => ({ isStandard, modules: [] as StubModule[] }));
  for (const line of ran.stdout.split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as Row;
    const part = parts[row.root];
    if (part === undefined || (part.isStandard && !isInVersion(spans, row.module, version))) continue;
    if (row.error === undefined) part.modules.push(row);
    else say(logLine('WARN', 'MPY401', `the stub '${row.path}' cannot be read: ${row.error}`));
  }
  return parts;
}
