import { readPieces, unpackZstd } from '../../host/index.ts';
import {
  compareBytes,
  compareEntries,
  describeAspects,
  type EntryDifference,
  readBodies,
  readEntries,
} from '../../package-difference/index.ts';

/** One path that is not the same in two builds. */
export interface ShownDifference {
  readonly path: string;
  readonly kind: EntryDifference['kind'];
  readonly lines: readonly string[];
}

/** Of a file, at most so many bytes are looked at; of a package, at most so many files. */
const fileLimitBytes = 32 * 2 ** 20;
const mostFiles = 40;

const tarOf = (path: string): AsyncGenerator<Uint8Array> => unpackZstd(readPieces(path));

/**
 * What two package files do not have in common: paths, and what differs of each of them. Files that list the others
 * (`.MTREE`) come last, as they differ wherever something else does. Throws FMT and SYS problems.
 */
export async function comparePackages(before: string, after: string): Promise<readonly ShownDifference[]> {
  const [old, young] = [await readEntries(tarOf(before), before), await readEntries(tarOf(after), after)];
  const found = compareEntries(old, young);
  const changed = found.filter(({ aspects }) => aspects.includes('content')).map(({ path }) => path);
  const looked = new Set(changed.slice(0, mostFiles));
  const [oldBodies, newBodies] = [
    await readBodies(tarOf(before), looked, fileLimitBytes),
    await readBodies(tarOf(after), looked, fileLimitBytes),
  ];
  const shown = found.map((one) => {
    const [oldBody, newBody] = [oldBodies.get(one.path), newBodies.get(one.path)];
    const inside = oldBody && newBody ? compareBytes(oldBody, newBody) : [];
    return { path: one.path, kind: one.kind, lines: [...describeAspects(one), ...inside] };
  });
  const isList = ({ path }: ShownDifference): boolean => path.startsWith('.');
  const sorted = [...shown.filter((one) => !isList(one)), ...shown.filter(isList)];
  if (sorted.length > 0) return sorted;
  return [{ path: '(archive)', kind: 'changed', lines: ['the same entries, packed in another way'] }];
}
