import type { ScheduleReply, ScheduleRequest } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { systemRandom } from '../../host/index.ts';
import { joinReplies } from './join-replies.ts';
import type { FarmViews } from './views.ts';

/** Asks for the newest job of each once more, at the commit it had. Throws SCH004 for what no source was asked for. */
export async function retryJobs(
  views: Pick<FarmViews, 'revision' | 'requestFor'>,
  jobs: readonly string[],
  schedule: (request: ScheduleRequest) => Promise<ScheduleReply>,
): Promise<ScheduleReply> {
  const replies: ScheduleReply[] = [];
  for (const name of jobs) {
    const job = views.revision(name, undefined);
    const request = job && views.requestFor(job, `retry-${systemRandom.hex(12)}`);
    if (!request) throw fault('SCH004', { what: `'${name}' is no job that a source was asked for` });
    replies.push(await schedule(request));
  }
  return joinReplies(replies, '');
}
