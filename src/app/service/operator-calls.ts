import {
  ebinRequestDropSchema,
  ebinRequestSchema,
  forecastQuerySchema,
  jobSelectionSchema,
  readMessage,
  rebuildCallSchema,
  removalRequestSchema,
  scheduleRequestSchema,
  simulateQuerySchema,
  upkeepPauseSchema,
  upkeepRunRequestSchema,
  whyQuerySchema,
} from '../../api/index.ts';
import type { CallHandler } from '../../channel/index.ts';
import type { FarmService } from './farm-service.ts';

/** What operators ask over the queue store, as Chaotic Manager's clients do: whoever has its password may. */
export function operatorCalls(service: FarmService): Readonly<Record<string, CallHandler>> {
  return {
    schedule: async (body) => service.schedule(readMessage(scheduleRequestSchema, body)),
    'remove-obsolete': async (body) => service.removeObsolete(readMessage(removalRequestSchema, body)),
    cancel: async (body) => {
      const { reason, ...selection } = body as { reason?: string };
      return service.cancel(readMessage(jobSelectionSchema, selection), reason ?? 'canceled by hand');
    },
    'clear-queue': async (body) => service.clearQueue(readMessage(jobSelectionSchema, body)),
    retry: async (body) => service.retry(body as readonly string[]),
    drain: async (body) => {
      const { builder, drained } = body as { builder: string; drained: boolean };
      await service.drain(builder, drained);
      return true;
    },
    'upkeep-run': async (body) => {
      const { source, ...request } = body as { source: string };
      return service.runUpkeep(source, readMessage(upkeepRunRequestSchema, request));
    },
    'upkeep-pause': async (body) => {
      const { source, ...request } = body as { source: string };
      await service.pauseUpkeep(source, readMessage(upkeepPauseSchema, request).paused);
      return true;
    },
    'ebin-request': async (body) => service.requestEbin(readMessage(ebinRequestSchema, body)),
    'ebin-drop': async (body) => {
      const { id } = readMessage(ebinRequestDropSchema.pick({ id: true }), body);
      await service.dropEbinRequest(id);
      return true;
    },
    'rebuild-decide': async (body) => {
      const { id, decision } = readMessage(rebuildCallSchema, body);
      return service.rebuilds.decide(id, decision, undefined);
    },
    'ebin-requests': async () => service.ebinRequests(),
    upkeep: async () => service.upkeep(),
    jobs: async (body) => (body as readonly string[]).map((id) => service.job(id) ?? null),
    stats: async () => service.stats(),
    builders: async () => service.builders(),
    why: async (body) => service.foresight.why(readMessage(whyQuerySchema, body).of),
    forecast: async (body) => service.foresight.forecast(readMessage(forecastQuerySchema, body)),
    simulate: async (body) => service.foresight.simulate(readMessage(simulateQuerySchema, body)),
    health: async () => service.health(),
  };
}
