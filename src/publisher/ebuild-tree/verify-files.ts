import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import { bytesIfThere, entryFacts, readFileTree } from '../../host/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { TreeRecord } from './record.ts';

const mostBytes = 4 * 1024 * 1024 * 1024;

/**
 * Whether a generation has the files that it was made of, byte for byte, and no others (PUB036); an archive that is not in the
 * store, or damaged, is a problem of its own. Reads only.
 */
export async function verifyFiles(
  store: Pick<ObjectStore, 'readBytes'>,
  folder: string,
  packages: TreeRecord['packages'],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const wrong = (path: string, how: string): void => {
    problems.push(problem('PUB036', { what: `'${path}' ${how}`, place: { file: `${folder}/${path}` } }));
  };
  const left = new Set((await readFileTree(folder, { skip: new Set(), mostBytes })).keys());
  for (const one of packages) {
    const wanted = new Set(one.files);
    try {
      for (const { path, body, mode } of readTarBytes(await store.readBytes(one.object), one.fileName)) {
        if (!wanted.delete(path)) continue;
        left.delete(path);
        const facts = entryFacts(`${folder}/${path}`);
        const bytes = facts?.kind === 'file' ? bytesIfThere(`${folder}/${path}`) : undefined;
        if (bytes === undefined) wrong(path, 'is missing');
        else if (!Buffer.from(bytes).equals(body)) wrong(path, 'has other bytes');
        else if ((((facts?.mode ?? 0) & 0o111) !== 0) !== ((mode & 0o111) !== 0))
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
