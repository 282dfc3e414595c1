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

/** Whether the newest commit has been evaluated: the tag is at it, or a document that waits will move it there. */
export function isEvaluated({ head, tag, pending }: GuardFacts): boolean {
  return tag === head || pending.includes(head);
}

/**
 * The guard of the regular run (specification 7.2): recipes are updated only when the newest commit has been evaluated.
 * Throws CIS001, which names the commits in the way.
 */
export async function checkGuard({ copy }: PipelineContext, facts: GuardFacts): Promise<void> {
  if (isEvaluated(facts)) return;
  const { head, tag } = facts;
  if (tag === undefined) {
    throw fault('CIS001', {
      what: "previous on-commit pipeline did not run successfully: there is no tag 'scheduled'",
    });
  }
  await copy.deepenTo(tag);
  const isKnown = (await copy.resolve([tag])).size > 0;
  const commits = isKnown ? await copy.commitsBetween(tag, head) : [];
  const named = commits.slice(0, mostNamed).map(({ id, subject }) => `${id.slice(0, 7)} ${subject}`);
  const more = commits.length > mostNamed ? [`and ${commits.length - mostNamed} more`] : [];
  throw fault('CIS001', {
    what: `previous on-commit pipeline did not run successfully: tag 'scheduled' is at ${tag.slice(0, 7)}, '${copy.branch}' at ${head.slice(0, 7)}`,
    ...(named.length === 0 ? {} : { why: `Not evaluated yet: ${[...named, ...more].join('; ')}.` }),
  });
}
