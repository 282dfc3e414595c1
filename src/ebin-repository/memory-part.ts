import type { PackageReport } from './contract.ts';
import type { MemoryPart } from './matrix-reader.ts';

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isObject = (value: unknown): boolean => {
  const { sha512, size, name } = fieldsOf(value);
  return isText(sha512) && /^[0-9a-f]{128}$/.test(sha512) && isNumber(size) && isText(name);
};

const isRow = ({ use, build, parts }: Fields): boolean =>
  isTexts(use) && isText(build) && Object.values(fieldsOf(parts)).every(isObject);

const isBuild = ({ path, buildId, buildTime }: Fields): boolean =>
  isText(path) && isNumber(buildTime) && (buildId === undefined || isNumber(buildId));

const isDiagnostic = ({ code, severity, message, path }: Fields): boolean =>
  isText(code) &&
  ['error', 'warning', 'note'].includes(String(severity)) &&
  isText(message) &&
  (path === undefined || isText(path));

/** What a matrix takes from a report has to be there as it is read. */
function isReport(report: Fields): boolean {
  const { flags, table, builds, diagnostics, demands } = report;
  return (
    isTexts(fieldsOf(flags)['dropped']) &&
    Array.isArray(table) &&
    listOf(table).every(isRow) &&
    Array.isArray(builds) &&
    listOf(builds).every(isBuild) &&
    Array.isArray(diagnostics) &&
    listOf(diagnostics).every(isDiagnostic) &&
    (demands === undefined || isText(demands))
  );
}

/**
 * A part of the memory that was written where packages of others are read: what is not as it has to be is left out, and nothing
 * is thrown.
 */
export function readMemoryPart(value: unknown): MemoryPart {
  const packages = Object.entries(fieldsOf(fieldsOf(value)['packages'])).flatMap(([cpv, known]) => {
    const { files, report } = fieldsOf(known);
    const isWell = listOf(files).every(({ path, sha256 }) => isText(path) && isText(sha256));
    if (!Array.isArray(files) || !isWell || !isReport(fieldsOf(report))) return [];
    const own = files as readonly { readonly path: string; readonly sha256: string }[];
    return [[cpv, { files: own, report: report as PackageReport }] as const];
  });
  return { packages: new Map(packages), refused: new Map() };
}
