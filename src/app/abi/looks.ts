import { decodeSymbolNames } from '../../formats/elf/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { unknownPackage } from './preview.ts';

/** A library of a package, and how much of it is used. */
export interface ShownLibrary {
  readonly name: string;
  /** `64-bit`, `32-bit`, or `interpreter`. */
  readonly kind: string;
  /** Number of symbols; undefined when its tables could not be read. */
  readonly symbols: number | undefined;
  /** Names of them, when they were asked for. */
  readonly names?: readonly string[] | undefined;
}

export interface ShownAbi extends TargetRef {
  readonly name: string;
  readonly version: string;
  readonly provides: readonly ShownLibrary[];
  readonly needs: readonly (ShownLibrary & {
    /** Packages of the target that have it. */ readonly from: readonly string[];
  })[];
}

/** In words which machine a library is for. */
export const machineWords = (machine: number): string =>
  machine === 0 ? 'interpreter' : `${machine % 100}-bit`;

/** What is recorded of a published package. Throws ABI002 for one that is not published, or was not read. */
export function showAbi(
  farm: Pick<Farm, 'database' | 'repositories'>,
  of: TargetRef,
  name: string,
  withSymbols: boolean,
): ShownAbi {
  const members = farm.repositories.members(of.target, of.arch);
  const member = members.find((one) => one.name === name);
  const { abi } = farm.database;
  const recorded = member?.object && abi.package(member.object);
  if (!member || !recorded) throw unknownPackage(of, name, member ? [] : members.map((one) => one.name));
  const known = abi.known(0);
  const published = new Map(
    members.flatMap((one) => (one.object ? [[known.get(one.object), one.name]] : [])),
  );
  const shown = (row: {
    readonly name: string;
    readonly machine: number;
    readonly symbols: number | undefined;
  }) => {
    const names = row.symbols === undefined ? undefined : decodeSymbolNames(abi.names(row.symbols));
    return {
      name: row.name,
      kind: machineWords(row.machine),
      symbols: names?.length,
      ...(withSymbols ? { names } : {}),
    };
  };
  return {
    ...of,
    name,
    version: member.version,
    provides: abi.provides(recorded.id).map(shown),
    needs: abi.needs(recorded.id).map((row) => ({
      ...shown(row),
      from: abi.providing(row).flatMap((one) => published.get(one.package) ?? []),
    })),
  };
}
