import { fault } from '../diagnostics/index.ts';
import {
  formatPackageId,
  isPackageName,
  type PackageId,
  parsePackageId,
  type Version,
  withoutRevision,
} from '../formats/gentoo/index.ts';
import type { IndexedObject } from './input.ts';

/** Category, name and version of a build; EBN070 when they are none. */
export function packageOf(cpv: string): PackageId {
  const read = parsePackageId(cpv);
  if (read) return read;
  throw fault('EBN070', { what: `'${cpv}' is not category, name and version of a package` });
}

/** `name-version[-rN]`. */
export function pfOf(id: PackageId): string {
  return formatPackageId(id).slice(id.category.length + 1);
}

/** What an object needs to have a name. */
export interface Unnamed {
  readonly part: string;
  readonly sha512: string;
  /** How it is compressed, such as `.tar.xz`. */
  readonly ending: string;
}

/** Digits of the digest in a name. */
const usualFragment = 16;

/** The name of an object among the distfiles (specification 6.2, 6.3). */
export function distfileName(pf: string, { part, sha512, ending }: Unnamed, digits = usualFragment): string {
  const name = `${pf}-${part}-${sha512.slice(0, digits)}${ending}`;
  const isRight = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/.test(name) && name.length <= 255;
  if (isRight) return name;
  throw fault('EBN057', { what: `'${name}' cannot be the name of a distfile` });
}

/**
 * How many digits names need so that no two of these objects have one name; at least 16 (specification 6.3).
 */
export function fragmentFor(objects: readonly Unnamed[]): number {
  for (let digits = usualFragment; digits < 128; digits *= 2) {
    const names = new Map(
      objects.map(({ part, sha512, ending }) => [`${part} ${sha512.slice(0, digits)} ${ending}`, sha512]),
    );
    const isClear = objects.every(
      ({ part, sha512, ending }) => names.get(`${part} ${sha512.slice(0, digits)} ${ending}`) === sha512,
    );
    if (isClear) return digits;
  }
  return 128;
}

/** Throws EBN057 when one name stands for two contents. */
export function checkNames(
  objects: readonly IndexedObject[],
  nameOf: (object: IndexedObject) => string,
): void {
  const known = new Map<string, string>();
  for (const object of objects) {
    const name = nameOf(object);
    const before = known.get(name);
    if (before !== undefined && before !== object.sha512)
      throw fault('EBN057', { what: `'${name}' is the name of two contents` });
    known.set(name, object.sha512);
  }
}

/** The revision of an ebin that was made anew: `orig * 100 + bump` (specification 9.9). */
export function bumpedVersion(version: Version, bump: number | undefined): Version {
  if (bump === undefined || bump === 0) return version;
  if (!Number.isSafeInteger(bump) || bump < 0 || bump > 99)
    throw fault('EBN071', { what: `'${bump}' is not a number from 0 to 99, which --bump takes` });
  return { ...version, revision: String(BigInt(version.revision ?? '0') * 100n + BigInt(bump)) };
}

/** Endings of sub-packages of the parts that are built in (specification 9.8); another part's is its own name. */
const usualSuffixes: Readonly<Record<string, string>> = { splitdebug: 'debug', installsources: 'sources' };

/** The name of a sub-package; EBN058 when it is none, or is taken. */
export function subpackageName(
  id: PackageId,
  part: string,
  given: { readonly suffix?: string | undefined; readonly isTaken: (categoryAndName: string) => boolean },
): string {
  const name = `${id.name}-${given.suffix ?? usualSuffixes[part] ?? part}`;
  if (!isPackageName(name) || /-\d+$/.test(name))
    throw fault('EBN058', { what: `'${name}' is not the name of a package` });
  if (given.isTaken(`${id.category}/${name}`))
    throw fault('EBN058', { what: `'${id.category}/${name}' is a package of the source repository` });
  return name;
}

/** The atom that asks for exactly this version with some flags as one's own (specification 9.8). */
export function sameVersionAtom(id: PackageId, flags: readonly string[]): string {
  const { revision } = id.version;
  const hasRevision = revision !== undefined && /[1-9]/.test(revision);
  const version = withoutRevision(id.version);
  const package_ = `${id.category}/${id.name}-${version}`;
  const use = flags.length === 0 ? '' : `[${flags.map((flag) => `${flag}=`).join(',')}]`;
  return (hasRevision ? `=${package_}-r${revision}` : `~${package_}`) + use;
}
