import type { JobSelection } from '../../api/index.ts';
import type { FarmDatabase, JobRevision } from '../../database/index.ts';
import { type JobId, parseJobId } from '../../primitives/index.ts';

/** Whether a job is meant: by id or pkgbase, target, source, and a pattern on its pkgbase; all that is given holds. */
export function isSelected(job: Pick<JobRevision, 'id' | 'source'>, selection: JobSelection): boolean {
  const parts = parseJobId(job.id);
  if (!parts) return false;
  const { jobs, target, source, match } = selection;
  if (jobs && !jobs.includes(job.id) && !jobs.includes(parts.name)) return false;
  if (target !== undefined && parts.target !== target) return false;
  if (source !== undefined && job.source !== source) return false;
  return match === undefined || pattern(match).test(parts.name);
}

/** `*` stands for any characters, `?` for one. */
function pattern(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

/** Ids of jobs that are not over and are meant, each once. */
export const openIds = (
  { database }: { readonly database: FarmDatabase },
  isMeant: (job: JobRevision) => boolean,
): readonly JobId[] => [
  ...new Set(
    database.views
      .openRevisions()
      .filter(isMeant)
      .map(({ id }) => id),
  ),
];
