import type { ScheduleReply } from '../../api/index.ts';

/** Answers to several requests as one, under the id and the plan of the first; `otherwise`: its id when there is none. */
export function joinReplies(replies: readonly ScheduleReply[], otherwise: string): ScheduleReply {
  const [first] = replies;
  return {
    id: first?.id ?? otherwise,
    accepted: replies.flatMap(({ accepted }) => accepted),
    refused: replies.flatMap(({ refused }) => refused),
    ...(first?.plan === undefined ? {} : { plan: first.plan }),
  };
}
