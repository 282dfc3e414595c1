import { type EventsReply, eventsQuerySchema, eventsReplySchema } from '../api/index.ts';
import type { FarmService } from '../app/index.ts';
import type { FarmEvent } from '../model/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';
import { type EventSink, lastEventId, sendEvents } from './server-sent-events.ts';

type WireEvent = EventsReply['events'][number];

/** An event as it travels: fields that it has not are left out. */
function wireEvent(event: FarmEvent): WireEvent {
  const { id, atMs, plan, reason, kind } = event;
  const base = { id, atMs, plan, reason, kind };
  if (event.kind === 'job-canceling') return { ...base, job: event.job, attempt: event.attempt };
  if (event.kind === 'job-urgency') return { ...base, job: event.job };
  if (event.kind !== 'job-moved') return base;
  return {
    ...base,
    job: event.job,
    from: event.from,
    to: event.to,
    ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
    ...(event.builder === undefined ? {} : { builder: event.builder }),
  };
}

interface EventsQuery {
  readonly after?: number;
  readonly limit?: number;
}

/** The event log of the farm, by pages and live. */
export function eventRoutes(server: WebServer, { service, streams, limits }: RouteContext): void {
  server.get<{ Querystring: EventsQuery }>(
    '/api/events',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'What happened after an event, oldest first',
        tag: 'events',
        query: eventsQuerySchema,
        answer: eventsReplySchema,
        also: polled,
      }),
    },
    async ({ query }): Promise<EventsReply> => {
      const after = query.after ?? 0;
      const events = service.events(after, query.limit ?? 200).map(wireEvent);
      return { events, next: events.at(-1)?.id ?? after };
    },
  );
  server.get<{ Querystring: EventsQuery }>(
    '/api/events/stream',
    {
      exposeHeadRoute: false,
      schema: describeRoute({
        summary: 'What happens, live',
        description:
          'Server-sent events; data is an event as in `/api/events`, the id is its id. Goes on after `Last-Event-ID` ' +
          'or `after`; without them it begins with what happens next.',
        tag: 'events',
        query: eventsQuerySchema,
        answer: { type: 'text/event-stream', description: 'The events.' },
        also: { 503: 'Too many readers.' },
      }),
    },
    async (request, reply) =>
      sendEvents(streams, reply, {
        heartbeatMs: limits.heartbeatMs,
        produce: (sink) => followEvents(service, lastEventId(request) ?? request.query.after, sink),
      }),
  );
}

/** Sends each event once: what the service tells only wakes us, the events come from its log. */
async function followEvents(service: FarmService, after: number | undefined, sink: EventSink): Promise<void> {
  const { signal } = sink;
  let last = after;
  let wake: (() => void) | undefined;
  let isNew = last !== undefined;
  const unsubscribe = service.subscribe((event) => {
    last ??= event.id - 1;
    isNew = true;
    wake?.();
  });
  const leave = (): void => wake?.();
  signal.addEventListener('abort', leave);
  try {
    while (!signal.aborted) {
      if (!isNew || last === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      isNew = false;
      for (let page = service.events(last, 200); page.length > 0; page = service.events(last, 200)) {
        for (const event of page) {
          if (signal.aborted) return;
          await sink.send({ id: event.id, data: wireEvent(event) });
          last = event.id;
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', leave);
    unsubscribe();
  }
}
