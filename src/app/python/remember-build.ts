import { fileURLToPath } from 'node:url';
import { namesIn } from '../../host/index.ts';
import type { ResourceBuild } from '../../python-build/index.ts';
import { orderSign } from '../python-unchanged/index.ts';

/** Packmill itself: another version may have other targets. */
const sources = ['src', 'templates/python'].map((name) =>
  fileURLToPath(new URL(`../../../${name}`, import.meta.url)),
);

export interface RememberedOrder {
  /** The words behind `py build`. */
  readonly words: readonly string[];
  /** Whether what was said was for machines. */
  readonly json: boolean;
  /** What the command wrote to standard output; nothing else was said. */
  readonly said: string;
}

/** What a build was asked for, whatever options there are. */
interface Ordered {
  readonly sites: readonly string[];
}

/**
 * Has a build that had nothing to do remembered, so that `recallBuild` answers the same words. `sinceMs`: when the reading of sites and
 * Dockerfiles began. Throws SYS004.
 */
export function rememberBuild(
  build: ResourceBuild,
  { request, sinceMs }: { readonly request: Ordered; readonly sinceMs: number },
  { words, json, said }: RememberedOrder,
): void {
  const metadata = request.sites.flatMap((site) =>
    Array.from(namesIn(site))
      .filter((name) => /\.(?:dist|egg)-info$/.test(name))
      .map((name) => `${site}/${name}`),
  );
  build.remember({
    sign: orderSign(words, json),
    said,
    // what the targets depend on is there or not: stubs, corpora, the folders of distributions
    beside: ['.', 'build', 'build/failures.json', 'corpora', ...namedPaths(request)],
    trees: ['dockerfiles/build', ...metadata, ...sources],
    sinceMs,
  });
}

/** Files and folders that options name. */
const namedPaths = (request: Ordered): readonly string[] =>
  Object.values(request)
    .flat()
    .filter((value): value is string => typeof value === 'string' && value.startsWith('/'));
