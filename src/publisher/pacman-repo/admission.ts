import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import {
  compareVersions,
  type Pkginfo,
  parsePackageFileName,
  parsePkginfo,
} from '../../formats/pacman/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { Places } from './places.ts';
import type { Member, PublishedFile, RepositoryRecord } from './record.ts';

/** One finished package: its object in the store, and what the databases say of it. */
export interface PackageToPublish {
  readonly fileName: string;
  /** Object with the bytes of the package file; its digest is the SHA-256 of the file. */
  readonly object: Digest;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly md5: string;
  /** Text of `.PKGINFO`. */
  readonly pkginfo: string;
  /** Paths in the package, folders with a final slash. */
  readonly files: readonly string[];
  /** Files that lie beside the package under its name and a suffix of `companionSuffixes`, by their objects. */
  readonly companions?: readonly { readonly suffix: string; readonly object: Digest }[] | undefined;
}

/** A package that is going to be published. */
export interface Admitted {
  readonly source: PackageToPublish;
  readonly pkginfo: Pkginfo;
  /** What was published under this file name before, with its signature; undefined for a new name. */
  readonly before: PublishedFile | undefined;
}

export interface Admission {
  /** By package name; what is visible already is left out. */
  readonly add: ReadonlyMap<string, Admitted>;
  /** Package names to take out that are there. */
  readonly remove: readonly string[];
  /** Members that are replaced or taken out. */
  readonly gone: readonly Member[];
  readonly problems: readonly Problem[];
}

function readPkginfo(item: PackageToPublish, places: Places): Pkginfo {
  const refuse = (what: string): Error => fault('PUB002', { what });
  const { pkginfo, problems } = parsePkginfo(item.pkginfo, `${item.fileName}/.PKGINFO`);
  if (!pkginfo) throw refuse(`'${item.fileName}' cannot be published: ${problems[0]?.what ?? 'no .PKGINFO'}`);
  const parts = parsePackageFileName(item.fileName);
  if (!parts || /[\s/]/.test(item.fileName))
    throw refuse(`'${item.fileName}' is not the name of a package file`);
  const { pkgname, pkgver, arch } = pkginfo;
  if (parts.name !== pkgname || parts.version !== pkgver || parts.arch !== arch) {
    throw refuse(`'${item.fileName}' contains '${pkgname}-${pkgver}-${arch}'`);
  }
  if (arch !== places.arch && arch !== 'any') {
    throw refuse(`'${item.fileName}' is for '${arch}', the repository is for '${places.arch}'`);
  }
  return pkginfo;
}

/**
 * Decides what a publication changes. All or nothing: throws PUB001 when a file name was published with other bytes,
 * PUB002 when a package does not fit. What is visible already changes nothing; a lower version is a warning (PUB005).
 */
export function admit(
  places: Places,
  record: RepositoryRecord,
  visible: readonly Member[],
  wanted: { readonly add: readonly PackageToPublish[]; readonly remove: readonly string[] },
): Admission {
  const members = new Map(visible.map((member) => [member.name, member]));
  const add = new Map<string, Admitted>();
  const names = new Set<string>();
  const problems: Problem[] = [];
  for (const source of wanted.add) {
    const pkginfo = readPkginfo(source, places);
    if (names.has(pkginfo.pkgname)) {
      throw fault('PUB002', { what: `'${pkginfo.pkgname}' is to be published twice at once` });
    }
    names.add(pkginfo.pkgname);
    const before = record.file(source.fileName);
    if (before && before.sha256 !== source.object) {
      throw fault('PUB001', { what: `'${source.fileName}' was published with other bytes` });
    }
    const member = members.get(pkginfo.pkgname);
    if (member?.fileName === source.fileName && before) continue;
    if (member && compareVersions(pkginfo.pkgver, member.version) < 0) {
      const what = `'${member.name}' goes back from ${member.version} to ${pkginfo.pkgver}`;
      problems.push(problem('PUB005', { what }));
    }
    add.set(pkginfo.pkgname, { source, pkginfo, before });
  }
  const remove = [...new Set(wanted.remove)].filter((name) => members.has(name) && !names.has(name));
  const gone = [...add.keys(), ...remove]
    .map((name) => members.get(name))
    .filter((member) => member !== undefined);
  return { add, remove, gone, problems };
}
