import { parseDesc } from '../../formats/pacman/index.ts';
import { bytesIfThere, namesIn, removeEntry, removeTree } from '../../host/index.ts';
import { generationNumber } from '../generation-name.ts';
import { readAllEntries } from './content.ts';
import { generationFolder, type Places, visibleGeneration } from './places.ts';
import type { PublishedFile, RepositoryRecord } from './record.ts';
import { stagingPrefix } from './staging.ts';

/** What a start found and put right, for the log. */
export type RecoveryNote = string;

/** Takes what is on disk into a record that was lost: the generation that is visible, and its file names. */
function adopt(places: Places, record: RepositoryRecord, number: number, nowMs: number): void {
  const folder = generationFolder(places, number);
  const entries = readAllEntries(places, folder);
  const files = new Map<string, PublishedFile>();
  for (const entry of entries) {
    const fields = parseDesc(entry.desc);
    const fileName = fields.get('FILENAME')?.[0] ?? '';
    const signature = bytesIfThere(`${folder}/${fileName}.sig`) ?? Buffer.alloc(0);
    files.set(fileName, { sha256: fields.get('SHA256SUM')?.[0] ?? '', signature });
  }
  const reason = 'found on disk';
  record.transaction(() => {
    record.insertGeneration({
      number,
      parent: undefined,
      state: 'complete',
      createdMs: nowMs,
      reason,
      packages: entries.length,
      chunks: undefined,
    });
    record.insertFiles(files, number);
    record.complete(number, { number, atMs: nowMs, kind: 'recover', reason });
  });
}

/**
 * Puts one repository in order after whatever happened to the process before: the link on disk decides what is
 * visible; a generation that never became visible is thrown away, one that did is completed in the record.
 * Idempotent, and safe to be killed itself.
 */
export async function recoverRepository(
  places: Places,
  record: RepositoryRecord,
  nowMs: number,
): Promise<readonly RecoveryNote[]> {
  const notes: RecoveryNote[] = [];
  const label = `${places.repo}/${places.arch}`;
  for (const name of namesIn(places.repoFolder)) {
    if (name.startsWith('.tmp-')) removeEntry(`${places.repoFolder}/${name}`);
  }
  const visible = visibleGeneration(places);
  for (const row of record.generations()) {
    if (row.state !== 'staged') continue;
    if (row.number === visible) {
      const flip = { number: row.number, atMs: nowMs, kind: 'recover', reason: row.reason } as const;
      record.transaction(() => record.complete(row.number, flip));
      notes.push(
        `${label}: generation ${row.number} was published just before the end; its record is completed`,
      );
    } else {
      await removeTree(generationFolder(places, row.number));
      record.transaction(() => record.deleteGeneration(row.number, true));
      notes.push(`${label}: generation ${row.number} was not finished and is thrown away`);
    }
  }
  if (visible !== undefined && !record.generation(visible)) {
    adopt(places, record, visible, nowMs);
    notes.push(`${label}: generation ${visible} is visible and was not recorded; it is now`);
  }
  const known = new Set(record.generations().map(({ number }) => number));
  for (const name of namesIn(places.generations)) {
    const number = generationNumber(name);
    const isLeftover = name.startsWith(stagingPrefix) || (number !== undefined && !known.has(number));
    if (isLeftover) await removeTree(`${places.generations}/${name}`);
  }
  const lost = [...known].filter(
    (number) => !namesIn(places.generations).some((n) => generationNumber(n) === number),
  );
  for (const number of lost) {
    if (number === visible) continue;
    record.transaction(() => record.deleteGeneration(number));
    notes.push(`${label}: generation ${number} is not on disk any more and is forgotten`);
  }
  record.transaction(() => record.forgetChunks());
  return notes;
}
