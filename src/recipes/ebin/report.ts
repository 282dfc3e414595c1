import { join } from 'node:path';
import { type Code, catalogue } from '../../diagnostics/index.ts';
import { entryFacts, textIfThere } from '../../host/index.ts';

/** A version that was refused, and why. */
export interface Refusal {
  readonly cpv: string;
  readonly code: Code;
  readonly message: string;
}

const mostBytes = 64 * 1024 * 1024;

/**
 * The refusals in the report of a run (`ebin generate --json-report`). It was written where hostile packages were read: what is
 * none is left out.
 */
export function refusalsOf(folder: string): readonly Refusal[] {
  const path = join(folder, 'report.json');
  const facts = entryFacts(path);
  if (facts?.kind !== 'file' || facts.sizeBytes > mostBytes) return [];
  const { reports, diagnostics } = asRecord(read(textIfThere(path) ?? ''));
  const refused = listOf(reports).filter((one) => asRecord(one)['refused'] === true);
  const own = refused.flatMap((one) => {
    const { cpv, diagnostics: told } = asRecord(one);
    return listOf(told)
      .flatMap((line) => refusal(String(cpv), line) ?? [])
      .slice(0, 1);
  });
  return [...own, ...listOf(diagnostics).flatMap((line) => refusal('PKGDIR', line) ?? [])];
}

function refusal(cpv: string, line: unknown): Refusal | undefined {
  const { code, severity, message } = asRecord(line);
  if (severity !== 'error' || typeof code !== 'string' || typeof message !== 'string') return undefined;
  return catalogue[code] === undefined ? undefined : { cpv, code: code as Code, message };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
