import { z } from 'zod';

/** `GET /healthz`: the process answers. */
export const aliveReplySchema = z.object({ alive: z.literal(true) });

/** `GET /readyz`: requests can be accepted now; `problems` also tells of what does not stop that. */
export const readyReplySchema = z.object({ ready: z.boolean(), problems: z.array(z.string()) });
