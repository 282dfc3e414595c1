import { join } from 'node:path';
import { compareVersions, isCategoryName, isPackageName } from '../../formats/gentoo/index.ts';
import { entryFacts, textIfThere } from '../../host/index.ts';

/** A package that a run made. */
export interface MadePackage {
  readonly category: string;
  readonly name: string;
  /** The newest of its ebuilds. */
  readonly version: string;
}

export interface RunResult {
  readonly packages: readonly MadePackage[];
  /** `category/name-version: why`, of what failed. */
  readonly failures: readonly string[];
}

const mostBytes = 64 * 1024 * 1024;

/**
 * Reads the report of a run (`doit --json-report`). The autogen could have written anything there: lines that are none are left
 * out, and names are only taken when they are names.
 */
export function readReport(folder: string): RunResult {
  const packages = new Map<string, MadePackage>();
  const failures: string[] = [];
  const path = join(folder, 'report.jsonl');
  const facts = entryFacts(path);
  // a link could lead to what is none of the autogen's business
  const isReport = facts?.kind === 'file' && facts.sizeBytes <= mostBytes;
  for (const line of (isReport ? (textIfThere(path) ?? '') : '').split('\n')) {
    const event = eventOf(line);
    if (event?.['kind'] !== 'package') continue;
    if (event['outcome'] === 'failed') failures.push(`${String(event['label'])}: ${whyOf(event['problem'])}`);
    for (const path of listOf(event['ebuilds'])) {
      const made = madeBy(path);
      if (!made) continue;
      const key = `${made.category}/${made.name}`;
      const known = packages.get(key);
      if (!known || compareVersions(known.version, made.version) < 0) packages.set(key, made);
    }
  }
  return { packages: [...packages.values()], failures };
}

function eventOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

function whyOf(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null) return 'failed';
  const { code, what } = problem as Record<string, unknown>;
  return `${String(code)} ${String(what)}`;
}

function madeBy(path: string): MadePackage | undefined {
  const [category = '', name = '', file = '', ...rest] = path.split('/');
  const version = file.startsWith(`${name}-`) ? file.slice(name.length + 1).replace(/\.ebuild$/, '') : '';
  if (rest.length > 0 || !file.endsWith('.ebuild') || version === '') return undefined;
  return isCategoryName(category) && isPackageName(name) ? { category, name, version } : undefined;
}
