import { constants, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { type EntryFacts, kindOf, pathProblem } from './file-entry.ts';

/** One entry below a folder. Paths are bytes: names of files need not be UTF-8. */
export interface StagedEntry {
  /** From the folder on, without a slash at either end. */
  readonly path: Uint8Array;
  /** To open it. */
  readonly place: Buffer;
  readonly kind: EntryFacts['kind'];
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  readonly destination?: Uint8Array | undefined;
}

const slash = Buffer.from('/');

/** Everything below a folder, without the folder itself, links not followed, in no order. Throws SYS004. */
export async function readStagedTree(folder: string): Promise<readonly StagedEntry[]> {
  const entries: StagedEntry[] = [];
  const walk = async (place: Buffer, path: Buffer | undefined): Promise<void> => {
    for (const name of await namesOf(place)) {
      const here = Buffer.concat([place, slash, name]);
      const inner = path ? Buffer.concat([path, slash, name]) : name;
      const entry = look(here, inner);
      entries.push(entry);
      if (entry.kind === 'folder') await walk(here, inner);
    }
  };
  try {
    await walk(Buffer.from(folder), undefined);
  } catch (error) {
    throw pathProblem('read', folder, error);
  }
  return entries;
}

async function namesOf(place: Buffer): Promise<readonly Buffer[]> {
  const names: Buffer[] = [];
  // types of Node know texts only
  const folder = await opendir(place as unknown as string, { encoding: 'buffer' as BufferEncoding });
  for await (const { name } of folder) names.push(name as unknown as Buffer);
  return names;
}

/** At once: a few microseconds for each entry, of which there are many. */
function look(place: Buffer, path: Buffer): StagedEntry {
  const facts = lstatSync(place);
  const kind = kindOf(facts);
  return {
    path,
    place,
    kind,
    sizeBytes: facts.size,
    isExecutable: (facts.mode & 0o111) !== 0,
    ...(kind === 'link' ? { destination: readlinkSync(place, { encoding: 'buffer' }) } : {}),
  };
}

/** All bytes of a small file, at once; a link in its place is an error. Throws SYS004. */
export function readStagedFile({ place }: StagedEntry): Uint8Array {
  try {
    // flags are numbers as well as letters, whatever the types say
    const flag = (constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK) as unknown as string;
    return readFileSync(place, { flag });
  } catch (error) {
    throw pathProblem('read', place.toString(), error);
  }
}
