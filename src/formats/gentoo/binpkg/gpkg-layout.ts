import { fault } from '../../../diagnostics/index.ts';
import type { TarEntryType } from '../../archives/index.ts';
import { compressionSuffixes } from './compression.ts';

/** A member of the outer archive. */
export interface GpkgMember {
  /** Without the common folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Where in the file its bytes begin. */
  readonly offset: number;
}

/** The members of a package by what they are for. */
export interface GpkgLayout {
  /** The folder that is in front of all names: `name-version` or `name-version-BUILD_ID`. */
  readonly base: string;
  /** In the order of the file. */
  readonly members: readonly GpkgMember[];
  readonly metadata: GpkgMember;
  readonly image: GpkgMember;
  readonly manifest: GpkgMember;
  /** Signatures by the name of what they sign. */
  readonly signatures: ReadonlyMap<string, GpkgMember>;
}

interface OuterEntry {
  readonly path: string;
  readonly type: TarEntryType;
  readonly sizeBytes: number;
  readonly bodyOffset: number;
}

const suffixes = Object.values(compressionSuffixes);

const wrong = (file: string, words: string): Error =>
  fault('EBN001', { what: `the package ${words}`, place: { file } });

/**
 * Sorts the entries of a GPKG's outer archive by what they are for (GLEP 78; specification 2.8), in whatever order they are.
 * @throws EBN001 for names or kinds that are not allowed, twice the same, and what is missing
 */
export function layOutGpkg(entries: readonly OuterEntry[], file: string): GpkgLayout {
  let base: string | undefined;
  const members = new Map<string, GpkgMember>();
  for (const { path, type, sizeBytes, bodyOffset } of entries) {
    const [folder = '', name = '', ...more] = path.split('/');
    const isName = [folder, name].every((part) => part !== '' && part !== '.' && part !== '..');
    if (!isName || more.length > 0)
      throw wrong(file, `has a member '${path}' that is not named as it must be`);
    if (type !== 'file') throw wrong(file, `has a member '${path}' that is no file`);
    base ??= folder;
    if (folder !== base) throw wrong(file, `has members in '${base}' and in '${folder}'`);
    if (members.has(name)) throw wrong(file, `has two members '${name}'`);
    members.set(name, { name, sizeBytes, offset: bodyOffset });
  }
  if (!members.has('gpkg-1')) throw wrong(file, "has no member 'gpkg-1'");
  const manifest = members.get('Manifest');
  if (!manifest) throw wrong(file, "has no member 'Manifest'");
  const signatures = new Map<string, GpkgMember>();
  for (const [name, member] of members) {
    if (!name.endsWith('.sig')) continue;
    const signed = name.slice(0, -'.sig'.length);
    if (!members.has(signed)) throw wrong(file, `has a signature of '${signed}', which it lacks`);
    signatures.set(signed, member);
  }
  return {
    base: base ?? '',
    members: [...members.values()],
    metadata: innerTar(members, 'metadata.tar', file),
    image: innerTar(members, 'image.tar', file),
    manifest,
    signatures,
  };
}

function innerTar(members: ReadonlyMap<string, GpkgMember>, name: string, file: string): GpkgMember {
  const found = suffixes.flatMap((suffix) => members.get(name + suffix) ?? []);
  const [first] = found;
  if (!first) throw wrong(file, `has no member '${name}'`);
  if (found.length > 1) throw wrong(file, `has more than one '${name}'`);
  return first;
}
