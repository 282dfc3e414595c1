import { fault } from '../../diagnostics/index.ts';
import { isVersion } from './version.ts';

/** Whether a category may be called so (PMS 3.1.1). */
export function isCategoryName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/.test(name);
}

/** Whether a hyphen and a version stand at the end of the name: PMS 3.1.2 forbids it, for the sake of `name-version`. */
export function endsLikeVersion(name: string): boolean {
  for (let dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1)) {
    if (isVersion(name.slice(dash + 1))) return true;
  }
  return false;
}

/** Whether a package may be called so (PMS 3.1.2). */
export function isPackageName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+_-]*$/.test(name) && !endsLikeVersion(name);
}

/** Whether a slot or sub-slot may be called so (PMS 3.1.3). */
export function isSlotName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/.test(name);
}

/** Whether a USE flag may be called so (PMS 3.1.4). */
export function isUseFlagName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9+_@-]*$/.test(name);
}

/** Whether a repository may be called so: the rule of PMS 3.1.5, and a name that could be a package's. */
export function isRepositoryName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name) && !endsLikeVersion(name);
}

/** Whether an eclass may be called so, without `.eclass` (PMS 3.1.6). */
export function isEclassName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && name !== 'default';
}

/** Whether a licence may be called so (PMS 3.1.7). */
export function isLicenseName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/.test(name);
}

/** Whether an entry of KEYWORDS is in order (PMS 3.1.8 and 7.3.2); the lone `*`, `~*` and `**` of Funtoo count too. */
export function isKeyword(text: string): boolean {
  return (
    text === '-*' || text === '**' || /^~?\*$/.test(text) || /^[~-]?[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(text)
  );
}

/** Whether an EAPI may be called so (PMS 3.1.9); that it exists is another question. */
export function isEapiName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/.test(name);
}

/** Why a text cannot be the name of a distfile, in a few words; undefined when it can (specification of autogens, 2.1). */
function distfileNameFlaw(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > 255) return 'has more than 255 bytes';
  if (name === '.' || name === '..') return 'names a folder';
  if (name.startsWith('-')) return 'begins with a dash';
  if (name.includes('/')) return 'has a slash';
  return /[\s\0-\x1f\x7f]/.test(name) ? 'has a blank or a control character' : undefined;
}

/** Whether something may be the name of a distfile: no blanks, no `/`, at most 255 bytes, not `.`, `..` or an option. */
export function isDistfileName(name: string): boolean {
  return distfileNameFlaw(name) === undefined;
}

/** The name when it can be one of a distfile. Throws PMS004. */
export function checkDistfileName(name: string): string {
  const flaw = distfileNameFlaw(name);
  if (flaw !== undefined) throw fault('PMS004', { what: `the file name '${name}' ${flaw}` });
  return name;
}

/** The name of a flag in IUSE, without the sign of its default in front (PMS 7.2). */
export const bareFlag = (word: string): string => word.replace(/^[+-]/, '');
