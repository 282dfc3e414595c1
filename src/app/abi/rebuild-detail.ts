import type { RebuildRecord } from '../../database/index.ts';
import type { JobReason } from '../../model/index.ts';
import type { LibraryChange } from '../../planner/index.ts';
import type { AttemptId } from '../../primitives/index.ts';
import type { PreviewedRebuild } from './preview.ts';

/** A result that is held back: the packages of one recipe. */
export interface HeldBuild {
  /** Name of the recipe. */
  readonly base: string;
  readonly attempt: AttemptId;
  readonly packages: readonly string[];
  readonly version: string;
}

/** What is held back together, and why; the `detail` of a record. */
export interface RebuildDetail {
  /** Results that wait: the new builds, and what was built anew because of them. */
  readonly held: readonly HeldBuild[];
  /** Libraries that changed, without those that did not; of symbols that were lost, the first. */
  readonly libraries: readonly LibraryChange[];
  /** What still has to be built anew, in order. */
  readonly rebuild: readonly PreviewedRebuild[];
  /** Recipes that somebody said yes to, or that `auto` asked for. */
  readonly asked: readonly string[];
  /** Number of the generation that it went out with. */
  readonly generation?: number | undefined;
  /** Who decided, when somebody did. */
  readonly by?: string | undefined;
}

/** More names of symbols than these are counted, not kept: they are read by people. */
const mostNames = 50;

/** The detail in the form in which it is written down. */
export function printDetail(detail: RebuildDetail): string {
  return JSON.stringify({
    ...detail,
    libraries: detail.libraries
      .filter(({ fate }) => fate !== 'kept')
      .map((one) => ({ ...one, lost: one.lost.slice(0, mostNames) })),
    rebuild: detail.rebuild.map((one) => ({
      ...one,
      because: one.because.map((cause) => ({ ...cause, symbols: cause.symbols.slice(0, mostNames) })),
    })),
  });
}

/** The detail of a record. */
export const detailOf = ({ detail }: Pick<RebuildRecord, 'detail'>): RebuildDetail =>
  JSON.parse(detail) as RebuildDetail;

/** Why each recipe of a rebuild is built anew, as plans say it. */
export function reasonsOf({
  rebuild,
}: Pick<RebuildDetail, 'rebuild'>): ReadonlyMap<string, readonly JobReason[]> {
  return new Map(
    rebuild.map(({ base, because }) => [
      base,
      because.map(
        ({ by, name, symbols }): JobReason => ({
          kind: 'abi-changed',
          dependency: by,
          library: name,
          symbols: symbols.slice(0, mostNames),
        }),
      ),
    ]),
  );
}

/** In a line why results are held back. */
export function heldReason(id: number, { held, rebuild }: Pick<RebuildDetail, 'held' | 'rebuild'>): string {
  const names = (all: readonly { readonly base: string }[]): string =>
    all.length <= 4
      ? all.map(({ base }) => base).join(', ')
      : `${all
          .slice(0, 3)
          .map(({ base }) => base)
          .join(', ')} and ${all.length - 3} more`;
  return `rebuild ${id} waits for a decision: ${names(held)} would break ${names(rebuild)}`;
}
