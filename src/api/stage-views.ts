import { z } from 'zod';

const resultSchema = z.object({
  /** `stage3`, `lxd`, ...; `seed-stage3` for what others made. */
  target: z.string(),
  version: z.string(),
  /** In the mirror. */
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Key of everything that it was made of; null for seeds. */
  key: z.string().nullable(),
  /** What it began with. */
  begun: z.string().nullable(),
  durationMs: z.number().nullable(),
  /** Link to the newest result, where it leads here. */
  latest: z.string().nullable(),
});

const subarchSchema = z.object({
  build: z.string(),
  archDesc: z.string(),
  subarch: z.string(),
  /** Which targets a run has. */
  mode: z.string(),
  /** The version that is built, or was built last. */
  version: z.string(),
  /** `complete`: a stage3 of that version is published. */
  state: z.enum(['complete', 'building', 'failed', 'waiting']),
  /** Failures in a row. */
  failures: z.number(),
  jobs: z.array(
    z.object({ id: z.string(), target: z.string(), state: z.string(), reason: z.string().nullable() }),
  ),
  /** Newest version first. */
  results: z.array(resultSchema),
});

/** A source of stages and what its mirror has: a row of `GET /api/stages`. */
const stageSourceSchema = z.object({
  source: z.string(),
  target: z.string(),
  /** What readers see; 0 when nothing is published yet. */
  generation: z.number(),
  subarches: z.array(subarchSchema),
  /** Package trees. */
  trees: z.array(resultSchema),
});
export type StageSourceView = z.output<typeof stageSourceSchema>;
export type StageSubarchView = z.output<typeof subarchSchema>;
export type StageResultView = z.output<typeof resultSchema>;

export const stageSourcesSchema = z.array(stageSourceSchema);
