import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import { bytesIfThere, entryFacts, kindsIn } from '../../host/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { VerifyMode } from '../publisher.ts';
import { verifyObjects } from './place-objects.ts';
import type { TreeRecord } from './record.ts';

/** Files and links below a folder, by their paths in it. */
function* filesBelow(folder: string, prefix = ''): Generator<string> {
  for (const { name, kind } of kindsIn(`${folder}/${prefix}`)) {
    if (kind === 'folder') yield* filesBelow(folder, `${prefix}${name}/`);
    else if (kind === 'file' || kind === 'link') yield `${prefix}${name}`;
  }
}

/**
 * Whether a generation has the files that it was made of, byte for byte, and no others (PUB036); an archive that is not in the
 * store, or damaged, is a problem of its own. Reads only.
 */
export async function verifyFiles(
  store: Pick<ObjectStore, 'readBytes'>,
  folder: string,
  { packages, mode }: Pick<TreeRecord, 'packages'> & { readonly mode: VerifyMode },
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const wrong = (path: string, how: string): void => {
    problems.push(problem('PUB036', { what: `'${path}' ${how}`, place: { file: `${folder}/${path}` } }));
  };
  const left = new Set(filesBelow(folder));
  for (const one of packages) {
    const wanted = new Set(one.files);
    problems.push(...(await verifyObjects(one, folder, mode)));
    for (const { path } of one.placed ?? []) left.delete(path);
    for (const path of Object.keys(one.links ?? {})) left.delete(path);
    try {
      for (const { path, body, mode: wantedMode } of readTarBytes(
        await store.readBytes(one.object),
        one.fileName,
      )) {
        if (!wanted.delete(path)) continue;
        left.delete(path);
        const facts = entryFacts(`${folder}/${path}`);
        const bytes = facts?.kind === 'file' ? bytesIfThere(`${folder}/${path}`) : undefined;
        if (bytes === undefined) wrong(path, 'is missing');
        else if (!Buffer.from(bytes).equals(body)) wrong(path, 'has other bytes');
        else if ((((facts?.mode ?? 0) & 0o111) !== 0) !== ((wantedMode & 0o111) !== 0))
          wrong(path, 'has another mode');
      }
      for (const path of wanted) wrong(path, `is not in '${one.fileName}'`);
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.problem);
      for (const path of one.files) left.delete(path);
    }
  }
  for (const path of left) wrong(path, 'belongs to no package');
  return problems;
}
