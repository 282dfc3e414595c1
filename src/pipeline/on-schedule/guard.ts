import { fault } from '../../diagnostics/index.ts';
import type { PipelineContext } from '../pipeline-context.ts';

const mostNamed = 10;

export interface GuardFacts {
  readonly head: string;
  /** Where tag `scheduled` is. */
  readonly tag: string | undefined;
  /** Where documents that wait will move it. */
  readonly pending: readonly (string | undefined)[];
}

/**
 * Whether recipes may be updated: tag `scheduled` has to be at the newest commit, or an undelivered document has to be
 * about to move it there (specification 7.2). Throws CIS001, which names the commits in the way.
 */
export async function checkGuard({ copy }: PipelineContext, { head, tag, pending }: GuardFacts): Promise<void> {
  if (tag === head || pending.includes(head)) return;
  if (tag === undefined) {
    throw fault('CIS001', {
      what: "previous on-commit pipeline did not run successfully: there is no tag 'scheduled'",
    });
  }
  await copy.deepenTo(tag);
  const commits = await copy.commitsBetween(tag, head);
  const named = commits.slice(0, mostNamed).map(({ id, subject }) => `${id.slice(0, 7)} ${subject}`);
  const more = commits.length > mostNamed ? [`and ${commits.length - mostNamed} more`] : [];
  throw fault('CIS001', {
    what: `previous on-commit pipeline did not run successfully: tag 'scheduled' is at ${tag.slice(0, 7)}, '${copy.branch}' at ${head.slice(0, 7)}`,
    ...(named.length === 0 ? {} : { why: `Not evaluated yet: ${[...named, ...more].join('; ')}.` }),
  });
}
