import type { Problem } from '../../diagnostics/index.ts';
import { verify } from '../../ebin-repository/index.ts';
import { pathExists } from '../../host/index.ts';
import type { Farm } from '../farm.ts';

/** What is to be said of the visible generation of ebins and of its distfiles, which are read whole. Throws EBN084, SYS004. */
export async function verifyEbinTree(farm: Farm, tree: string): Promise<readonly Problem[]> {
  const { path } = farm.trees.list().find(({ name }) => name === tree) ?? { path: '' };
  const store = pathExists(farm.paths.distfiles) ? farm.paths.distfiles : undefined;
  return (await verify(path, { store })).problems;
}
