import { fault } from '../../diagnostics/index.ts';
import { entryFacts, replaceSymlink } from '../../host/index.ts';
import { generationName } from '../generation-name.ts';
import type { Base } from './content.ts';
import { archivePackages } from './housekeeping.ts';
import { type Places, visibleGeneration } from './places.ts';
import type { Member, RepositoryRecord } from './record.ts';

export interface FlipInput {
  readonly places: Places;
  readonly record: RepositoryRecord;
  readonly before: Base;
  readonly number: number;
  /** Packages that readers do not find any more afterwards. */
  readonly gone: readonly Member[];
  readonly nowMs: number;
  readonly kind: 'publish' | 'rollback';
  readonly reason: string;
}

/** Throws PUB008 when something that is not our link has the name of the repository. */
export function checkLink(places: Places): void {
  if (entryFacts(places.link) && visibleGeneration(places) === undefined) {
    throw fault('PUB008', { what: `'${places.link}' is not a link to a generation` });
  }
}

/** Makes a complete generation visible: one rename. Before it readers see the old state, after it the new one. */
export function flip(input: FlipInput): void {
  const { places, record, before, number, nowMs, kind, reason } = input;
  checkLink(places);
  if (before.folder !== undefined) archivePackages(places, before.folder, input.gone, nowMs);
  replaceSymlink(places.link, `.generations/${places.arch}/${generationName(number)}`);
  record.transaction(() => record.complete(number, { number, atMs: nowMs, kind, reason }));
}
