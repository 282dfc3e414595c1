import type { TableRow } from './input.ts';
import { missingCombinations } from './nearest.ts';
import type { Selection } from './selection.ts';
import { existenceOf, neutralFlags, partsOf, type Table, valuesOf } from './table.ts';

/** A build as reports list it (specification 10.7). */
export interface ReportedBuild {
  readonly path: string;
  readonly format: 'xpak' | 'gpkg';
  readonly cpv: string;
  readonly buildId: number | undefined;
  readonly buildTime: number;
  readonly chost: string;
  readonly slot: string;
  readonly eapi: string;
  readonly iuse: readonly string[];
  readonly use: readonly string[];
  readonly selected: boolean;
  readonly reason?: string;
}

/** What is known of one ebin (specification 6.10, 10.7), without the problems. */
export interface IndexReport {
  readonly cpv: string;
  readonly flags: {
    readonly varying: readonly string[];
    readonly constant: readonly string[];
    readonly dropped: readonly string[];
  };
  readonly builds: readonly ReportedBuild[];
  readonly table: readonly TableRow[];
  /** By class: how many different objects, and in how many combinations. */
  readonly distinct: Readonly<Record<string, readonly [number, number]>>;
  /** By class: flags that never change its content. */
  readonly neutral: Readonly<Record<string, readonly string[]>>;
  /** Up to 64 combinations that are not built. */
  readonly missing: readonly (readonly string[])[];
  /** Bytes. */
  readonly sizes: { readonly srcUri: number; readonly requiredUse: number; readonly ebuild: number };
}

/** The builds of a selection, selected or not, oldest first. */
export function reportedBuilds(selection: Selection): ReportedBuild[] {
  const all = [
    ...selection.selected.map(({ build }) => ({ build, selected: true as const })),
    ...selection.left.map(({ build, reason }) => ({ build, selected: false as const, reason })),
  ];
  return all
    .sort((a, b) => a.build.buildTime - b.build.buildTime || (a.build.path < b.build.path ? -1 : 1))
    .map(({ build, ...rest }) => ({
      path: build.path,
      format: build.format,
      cpv: build.cpv,
      buildId: build.buildId,
      buildTime: build.buildTime,
      chost: build.chost,
      slot: build.slot,
      eapi: build.eapi,
      iuse: build.iuse,
      use: build.use,
      ...rest,
    }));
}

/** The report on one ebin; sizes come from its texts. */
export function reportOn(selection: Selection, table: Table, sizes: IndexReport['sizes']): IndexReport {
  const parts = partsOf(table);
  const { varying, constant, dropped } = selection.flags;
  return {
    cpv: selection.newest.cpv,
    flags: { varying, constant: [...constant.keys()], dropped },
    builds: reportedBuilds(selection),
    table: table.entries.map(({ row }) => row),
    distinct: Object.fromEntries(
      parts.map((part) => [part, [valuesOf(table, part).objects.size, table.entries.length] as const]),
    ),
    neutral: Object.fromEntries(parts.map((part) => [part, neutralFlags(table, part)])),
    missing: missingCombinations(existenceOf(table)),
    sizes,
  };
}
