import type { BuildFacts } from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { TableRow } from './input.ts';
import { missingCombinations } from './nearest.ts';
import type { Selection } from './selection.ts';
import { existenceOf, neutralFlags, partsOf, type Table, valuesOf } from './table.ts';

/** A build as reports list it (specification 10.7). */
export interface ReportedBuild extends Omit<BuildFacts, 'arch' | 'metadata'> {
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
  /** REQUIRED_USE of the ebuild that the newest build was built from; absent when it is not known. */
  readonly demands?: string;
  /** Bytes. */
  readonly sizes: { readonly srcUri: number; readonly requiredUse: number; readonly ebuild: number };
}

/** A build in a report; with a reason when it is not selected. */
export function reportedBuild(build: BuildFacts, reason?: string): ReportedBuild {
  const { path, format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use } = build;
  const facts = { path, format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use };
  return { ...facts, selected: reason === undefined, ...(reason === undefined ? {} : { reason }) };
}

/** The builds of a selection, selected or not, oldest first. */
export function reportedBuilds({ selected, left }: Selection): ReportedBuild[] {
  return [
    ...selected.map(({ build }) => reportedBuild(build)),
    ...left.map(({ build, reason }) => reportedBuild(build, reason)),
  ].sort((a, b) => a.buildTime - b.buildTime || compareBytes(a.path, b.path));
}

/** The report on one ebin; sizes come from its texts. */
export function reportOn(
  selection: Selection,
  table: Table,
  { sizes, demands }: Pick<IndexReport, 'sizes'> & { readonly demands: string | undefined },
): IndexReport {
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
    ...(demands === undefined ? {} : { demands }),
    sizes,
  };
}
