import { fault } from '../diagnostics/index.ts';

/** Values go into scripts that root runs, and into paths (9.2). */
const allowed = /^[A-Za-z0-9._+~-]+$/;

/** Whether a value may stand in a control file, or be part of a name: no path, nothing that a shell reads in its own way. */
export function isControlValue(value: string): boolean {
  return allowed.test(value) && value !== '.' && value !== '..' && value.length <= 200;
}

/** A value of a control file or an element that becomes part of paths. Throws MST003. */
export function checkedValue(value: string, where: string): string {
  if (isControlValue(value)) return value;
  throw fault('MST003', { what: `'${where}' holds '${value.slice(0, 100)}', which is no plain word` });
}

/** A path in a tree, without `.` and doubled slashes. Throws MST007 for one that is not absolute or goes up. */
export function checkedPath(path: string, where: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') && !parts.includes('..')) return `/${parts.join('/')}`;
  const what = path.startsWith('/') ? "which goes up with '..'" : "which does not begin with '/'";
  throw fault('MST007', { what: `'${where}' is '${path.slice(0, 100)}', ${what}` });
}

/** Reads a control file by its name below the control folder: its text, or undefined when there is none. */
export type ControlReader = (folder: string, name: string) => string | undefined;

/** The value of a control file without white space around it; undefined when it is absent or blank. Throws MST003. */
export function controlValue(read: ControlReader, folder: string, name: string): string | undefined {
  const text = read(folder, name)?.trim();
  return text === undefined || text === '' ? undefined : checkedValue(text, `${folder}/${name}`);
}

/** Names of control files (9.2), below the control folder; those of derived targets lie in `version/stage4`. */
export const controlNames: readonly string[] = [
  ...['strategy/build', 'strategy/seed'],
  ...['remote/build', 'remote/arch_desc', 'remote/subarch'],
  ...['version/stage1', 'version/stage3'],
];

/** How often in a row a subarch failed, by the text of its `.failcount` (8.4); 0 when that is absent or no number. */
export function failureCount(text: string | undefined): number {
  return Number(/^[0-9]{1,6}$/.exec(text?.trim() ?? '')?.[0] ?? 0);
}

const partsOf = (version: string): readonly string[] => version.match(/[0-9]+|[^0-9]+/g) ?? [];

/** Order of versions: numbers by value, everything else by code point; a longer one of two that begin alike is newer. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    const isNumeric = /^[0-9]/.test(one) && /^[0-9]/.test(other);
    const [p, q] = isNumeric ? [BigInt(one), BigInt(other)] : [one, other];
    if (p < q) return -1;
    if (p > q) return 1;
  }
  return 0;
}

/** Seconds since the epoch of the day that a version names (`2019-11-10`, `20191110`); 0 for others. */
export function versionTime(version: string): number {
  const found = /^([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?![0-9])/.exec(version);
  if (!found) return 0;
  const [, year, month, day] = found.map(Number);
  const ms = Date.UTC(year as number, (month as number) - 1, day as number);
  return Number.isFinite(ms) && ms > 0 ? ms / 1000 : 0;
}
