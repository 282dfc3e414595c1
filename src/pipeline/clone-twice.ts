import { isFault } from '../diagnostics/index.ts';
import type { RepositorySettings } from '../formats/pkgbuild-repo/index.ts';
import type { RecipeClones } from '../git/index.ts';
import { type FileTree, readFileTree } from '../host/index.ts';
import type { PipelineContext } from './pipeline-context.ts';

/** What of a run cloning needs. */
export interface CloneContext extends Pick<PipelineContext, 'clock' | 'tell'> {
  readonly settings: RepositorySettings;
  readonly clones: RecipeClones;
  readonly signal?: AbortSignal | undefined;
}

export interface CloneWish {
  readonly name: string;
  readonly url: string;
  readonly scratch: string;
  readonly proxy: string | undefined;
}

const timeoutMs = 120_000;
const mostBytes = 64 * 1024 * 1024;

/**
 * The files of a recipe's repository and the commit they are of. A first failure is followed by one more try after
 * `CI_RETRY_DELAY`, a success by `CI_CLONE_DELAY` (specification 7.6). Throws GIT problems of the second try.
 */
export async function cloneTwice(
  context: CloneContext,
  wish: CloneWish,
): Promise<{ readonly commit: string; readonly tree: FileTree }> {
  const { clock, clones, settings, signal, tell } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { commit, folder } = await clones.clone({
        url: wish.url,
        into: `${wish.scratch}/clone-${attempt}`,
        proxy: wish.proxy,
        timeoutMs,
        signal,
        maxBytes: mostBytes,
      });
      const tree = await readFileTree(folder, { skip: new Set(['.git']), mostBytes });
      if (settings.cloneDelayMs > 0) await clock.sleep(settings.cloneDelayMs, signal);
      return { commit, tree };
    } catch (error) {
      if (attempt === 2 || !isFault(error) || signal?.aborted) throw error;
      tell(`${wish.name}: ${error.problem.what}; once more in ${settings.retryDelayMs / 1000} s`);
      await clock.sleep(settings.retryDelayMs, signal);
    }
  }
}
