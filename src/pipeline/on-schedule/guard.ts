import { fault } from '../../diagnostics/index.ts';
import type { WorkingCopy } from '../../git/index.ts';

const tagRef = 'refs/tags/scheduled';
const mostNamed = 10;

/**
 * Whether recipes may be updated: tag `scheduled` has to be at the newest commit, or an undelivered hand-over has to be
 * about to move it there (specification 7.2). Throws CIS001, which names the commits in the way.
 */
export async function checkGuard(
  copy: WorkingCopy,
  head: string,
  pendingTags: readonly (string | undefined)[],
): Promise<void> {
  const tag = (await copy.resolve([`${tagRef}^{commit}`])).get(`${tagRef}^{commit}`);
  if (tag === head || pendingTags.includes(head)) return;
  if (tag === undefined) {
    throw fault('CIS001', {
      what: "previous on-commit pipeline did not run successfully: there is no tag 'scheduled'",
    });
  }
  const commits = await copy.commitsBetween(tag, head);
  const named = commits.slice(0, mostNamed).map(({ id, subject }) => `${id.slice(0, 7)} ${subject}`);
  const more = commits.length > mostNamed ? [`and ${commits.length - mostNamed} more`] : [];
  throw fault('CIS001', {
    what: `previous on-commit pipeline did not run successfully: tag 'scheduled' is at ${tag.slice(0, 7)}, '${copy.branch}' at ${head.slice(0, 7)}`,
    ...(named.length === 0 ? {} : { why: `Not evaluated yet: ${[...named, ...more].join('; ')}.` }),
  });
}
