import { z } from 'zod';
import { timeSpan } from './quantities.ts';

const word = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'a word of letters, digits and . _ + -');
const placeWord = z
  .string()
  .regex(/^[A-Za-z0-9_][^/]*\/[A-Za-z0-9_][^/]*\/[A-Za-z0-9_][^/]*$/, 'BUILD/ARCH_DESC/SUBARCH');

/** A stage that others made: nothing is known of it but what its checksum says. */
const seedSchema = z.strictObject({
  file: z.string().startsWith('/'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal digits'),
  version: word,
  type: z.enum(['stage1', 'stage3']).default('stage3'),
});

/** A subarch that is built, as in `target/...` of the Metro language. */
const buildSchema = z
  .strictObject({
    build: word,
    'arch-desc': word,
    subarch: word,
    /** Which targets (`multi/mode`), and those that are made of the stage3 afterwards (`multi/extras`). */
    mode: z.enum(['full', 'freshen', 'quick', 'stage1']).default('full'),
    extras: z.array(word).default([]),
    /** What the first run begins with. */
    seed: seedSchema.optional(),
    /** A subarch whose stages run here, too: the first run begins with its newest one (`strategy/build: remote`). */
    remote: placeWord.optional(),
    /** What kind of stage a run begins with (`strategy/seed`). */
    begin: z.enum(['stage3', 'stage1']).default('stage3'),
    /** Further elements, by name. */
    values: z.record(z.string(), z.string()).default({}),
  })
  .refine(({ seed, remote }) => seed === undefined || remote === undefined, {
    message: "'seed' and 'remote' are two beginnings",
  });

/** What is built of files of the Metro language. */
export const stagesSchema = z.strictObject({
  /** File to begin with, as a path in the source. */
  file: z
    .string()
    .regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0]+$/, 'a file of the source')
    .default('farm.conf'),
  builds: z.array(buildSchema).min(1),
  /** Elements of all builds, by name. */
  values: z.record(z.string(), z.string()).default({}),
  /** Version of everything; default: the day on which a run begins. */
  version: word.optional(),
  /** A build that is older is made anew, and one that failed so often in a row is not, until somebody asks for it. */
  stale: timeSpan.prefault('3d'),
  failures: z.int().min(1).default(3),
});

/** Settings of a source of stages; spans in milliseconds. */
export type StagesConfig = z.output<typeof stagesSchema>;
