import { fault } from '../../diagnostics/index.ts';
import type { RecipeSources } from '../recipe-sources.ts';

/** The newest commit of a source's branch, as its server says now. Throws GIT problems, CIF004 for a plain folder. */
export async function newestCommit({
  sources,
  source,
}: {
  readonly sources: RecipeSources;
  readonly source: string;
}): Promise<string> {
  const { commit } = await sources.at(source, undefined);
  if (commit !== undefined) return commit;
  throw fault('CIF004', { what: `'${sources.url(source)}' is no git repository` });
}
