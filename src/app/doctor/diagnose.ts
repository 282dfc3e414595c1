import { type DoctorSources, realSources } from './diagnose-sources.ts';
import type { DoctorReport, ProgramFinding, ProgramReport } from './doctor-report.ts';
import { diagnoseKernel } from './kernel-features.ts';
import {
  type Family,
  families,
  installWords,
  type ProgramRow,
  programTable,
  systemPython,
} from './program-table.ts';
import { isAtLeast, versionIn } from './version-words.ts';

/** Looks for every system program and kernel feature that packmill uses. Changes nothing; takes a second or so. */
export async function diagnose(sources: DoctorSources = realSources()): Promise<DoctorReport> {
  const distribution = distributionOf(sources.machine.osRelease);
  const programs = await Promise.all(programTable.map((row) => examine(row, distribution.family, sources)));
  const features = await diagnoseKernel(sources);
  const lacking = programs.filter((one) => isBad(one.finding) && one.need !== 'later');
  const required = lacking.filter((one) => one.need === 'required');
  const install = distribution.family && commandFor(lacking, distribution.family);
  return {
    ready: required.length === 0 && features.every((one) => one.ok || !one.required),
    runtime: sources.machine.runtime,
    kernel: sources.machine.kernel,
    distribution,
    programs,
    features,
    ...(install ? { install } : {}),
  };
}

const isBad = (finding: ProgramFinding): boolean => finding === 'missing' || finding === 'too-old';

/** One command that brings all these programs, or undefined for none. */
function commandFor(rows: readonly Pick<ProgramRow, 'packages'>[], family: Family): string | undefined {
  const names = [...new Set(rows.flatMap((row) => row.packages[family].split(' ')))].sort();
  return names.length === 0 ? undefined : `${installWords[family]} ${names.join(' ')}`;
}

/** Name and family from os-release(5): the ID itself, else the first known word of ID_LIKE. */
export function distributionOf(osRelease: string): DoctorReport['distribution'] {
  const value = (key: string): string =>
    new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const known: readonly string[] = families;
  const family = [value('ID'), ...value('ID_LIKE').split(' ')].find((id) => known.includes(id));
  const name = value('PRETTY_NAME') || value('NAME') || 'an unknown system';
  return { name, ...(family ? { family: family as Family } : {}) };
}

/** Where a program is and what it says of its version; a module is there when the system's Python can load it. */
async function lookFor(row: ProgramRow, sources: DoctorSources): Promise<{ path?: string; words: string }> {
  const path = row.module === undefined ? sources.find(row.name) : systemPython;
  if (!path) return { words: '' };
  if (!row.probe) return { path, words: '' };
  const { ok, words } = await sources.ask(path, row.probe);
  return row.module !== undefined && !ok ? { words: '' } : { path, words };
}

async function examine(
  row: ProgramRow,
  family: Family | undefined,
  sources: DoctorSources,
): Promise<ProgramReport> {
  const { path, words } = await lookFor(row, sources);
  const version = versionIn(words);
  const install = family && commandFor([row], family);
  return {
    name: row.name,
    need: row.need,
    feature: row.feature,
    why: row.why,
    finding: judge(row, path, version),
    ...(path ? { path } : {}),
    ...(version ? { version } : {}),
    ...(row.minimum ? { minimum: row.minimum } : {}),
    ...(install ? { install } : {}),
    packages: row.packages,
  };
}

function judge(row: ProgramRow, path: string | undefined, version: string | undefined): ProgramFinding {
  if (!path) return 'missing';
  if (row.minimum === null) return 'ok';
  if (version === undefined) return 'unknown';
  return isAtLeast(version, row.minimum) ? 'ok' : 'too-old';
}
