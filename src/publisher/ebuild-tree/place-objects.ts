import { dirname } from 'node:path';
import { fault, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import {
  ensureFolder,
  entryFacts,
  hashFile,
  linkDestination,
  linkNew,
  makeSymlink,
  syncPaths,
} from '../../host/index.ts';
import { isPlainPath } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { VerifyMode } from '../publisher.ts';
import type { TreePackage } from './record.ts';

/** Gives objects of the store their places in a folder, and makes links; durable when it returns. Throws PUB034, STO problems. */
export async function addObjects(
  store: Pick<ObjectStore, 'path'>,
  { fileName, placed = [], links = {} }: TreePackage,
  folder: string,
): Promise<void> {
  const paths = [...placed.map(({ path }) => path), ...Object.keys(links)];
  for (const path of paths)
    if (!isPlainPath(path))
      throw fault('PUB034', { what: `'${fileName}' has a file '${path}' outside its tree` });
  for (const path of paths) ensureFolder(dirname(`${folder}/${path}`));
  for (const { path, object } of placed) linkNew(await store.path(object), `${folder}/${path}`);
  for (const [path, destination] of Object.entries(links)) makeSymlink(`${folder}/${path}`, destination);
  const folders = new Set(paths.map((path) => dirname(`${folder}/${path}`)));
  await syncPaths([...placed.map(({ path }) => `${folder}/${path}`), ...folders]);
}

/** What is wrong with them in a folder (PUB036); `full` reads every file. */
export async function verifyObjects(
  { placed = [], links = {} }: TreePackage,
  folder: string,
  mode: VerifyMode,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const wrong = (path: string, how: string): void => {
    problems.push(problem('PUB036', { what: `'${path}' ${how}`, place: { file: `${folder}/${path}` } }));
  };
  for (const { path, object } of placed) {
    if (entryFacts(`${folder}/${path}`)?.kind !== 'file') wrong(path, 'is missing');
    else if (mode === 'full' && (await digestOf(`${folder}/${path}`)) !== object)
      wrong(path, 'has other bytes');
  }
  for (const [path, destination] of Object.entries(links)) {
    const found = linkDestination(`${folder}/${path}`);
    if (found !== destination) wrong(path, `is no link to '${destination}'`);
    else if (entryFacts(`${folder}/${dirname(path)}/${destination}`) === undefined)
      wrong(path, `leads to '${destination}', which is not there`);
  }
  return problems;
}

async function digestOf(path: string): Promise<string | undefined> {
  try {
    return (await hashFile(path)).digest;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
