import { z } from 'zod';

const texts = z.record(z.string(), z.string());

/** `BuildRecord` of the model, as a builder hands it in and the store has it. */
export const buildRecordSchema = z.object({
  version: z.literal(1),
  kind: z.string(),
  recipe: z.object({ name: z.string(), version: z.string(), inputDigest: z.string() }),
  materials: z
    .array(
      z.object({
        role: z.enum(['recipe', 'source', 'dependency', 'root', 'settings']),
        name: z.string().max(4096),
        uri: z.string().max(4096).optional(),
        digest: z.record(z.string(), z.string().regex(/^[0-9a-f]{1,256}$/)),
        isKept: z.boolean().optional(),
        annotations: z.record(z.string(), z.json()).optional(),
      }),
    )
    .max(20_000),
  circumstances: z.object({
    target: z.string(),
    arch: z.string(),
    reasons: z.json(),
    published: z.json(),
    repositoryNeeds: z.array(z.string()),
    processors: z.int().positive(),
    epochSeconds: z.int().nonnegative(),
    network: z.string(),
  }),
  settings: z.record(z.string(), z.json()),
  machine: z.object({ name: z.string(), arch: z.string(), versions: texts }),
});
