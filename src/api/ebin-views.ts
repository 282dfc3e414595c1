import { z } from 'zod';

const bytes = z.int();
const flags = z.array(z.string());

/** What was the matter when an ebin was made. */
const ebinProblemSchema = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  /** The package file that it is about. */
  path: z.string().optional(),
});

/** One ebin: a row of `GET /api/ebins/:repository`. */
export const ebinRowSchema = z.object({
  /** `category/name-version` of the ebuild. */
  cpv: z.string(),
  /** Flags that choose. */
  flags: z.int(),
  /** Combinations that exist. */
  built: z.int(),
  /** Combinations that the ebuild allows and nobody has built; null where flags are too many to be counted. */
  missing: z.int().nullable(),
  objects: z.int(),
  /** Bytes of its objects, each counted once, and what sharing saves beyond that. */
  keptBytes: bytes,
  savedBytes: bytes,
  /** When the newest of its builds was made; null when that is not known. */
  newestMs: z.number().nullable(),
  problems: z.int(),
});
export type EbinRow = z.output<typeof ebinRowSchema>;

/** `GET /api/ebins/:repository`. */
export const ebinListSchema = z.object({
  repository: z.string(),
  ebins: z.array(ebinRowSchema),
  /** Versions that were refused last time; what was published of them before is still there. */
  refused: z.array(z.object({ cpv: z.string(), problems: z.array(ebinProblemSchema) })),
  /** Bytes of all objects, those of several packages counted once. */
  keptBytes: bytes,
  /** Whether missing combinations may be asked for, with the token of an operator. */
  takesRequests: z.boolean(),
});
export type EbinList = z.output<typeof ebinListSchema>;

/** Repositories of ebins: a row of `GET /api/ebins`. */
export const ebinRepositorySchema = z.object({
  repository: z.string(),
  ebins: z.int(),
  refused: z.int(),
  keptBytes: bytes,
});
export const ebinRepositoriesSchema = z.array(ebinRepositorySchema);
export type EbinRepositoryView = z.output<typeof ebinRepositorySchema>;

const patternSchema = z.object({
  /** Flags that are on; those that are in neither list do not matter. */
  on: flags,
  off: flags,
  combinations: z.int(),
  /** Flags that are on in the first of these combinations. */
  first: flags,
});

const sharedObjectSchema = z.object({
  /** Class of paths: `main`, `splitdebug`, `installsources`, … */
  part: z.string(),
  /** Counts the objects of its class. */
  number: z.int(),
  sha512: z.string(),
  name: z.string(),
  size: bytes,
  /** Combinations that have it, whatever the filter says. */
  combinations: z.int(),
});

/** A combination that exists, and what leads to it. */
export const ebinNearSchema = z.object({
  /** Flags that are on in it. */
  use: flags,
  turnOn: flags,
  turnOff: flags,
});

/** The USE matrix of an ebin: `GET /api/ebins/:repository/:category/:version`. */
export const ebinMatrixSchema = z.object({
  repository: z.string(),
  cpv: z.string(),
  /** The version that was built. */
  origin: z.string(),
  /** File of the ebuild below the repository. */
  path: z.string(),
  /** Flags that are decided by the question. */
  filter: z.object({ on: flags, off: flags }),
  flags: z.array(
    z.object({
      flag: z.string(),
      byDefault: z.boolean(),
      /** Classes that it changes; a flag that changes none is neutral. */
      changes: flags,
    }),
  ),
  /** Flags that every build has the same way. */
  pinned: z.array(z.object({ flag: z.string(), isOn: z.boolean() })),
  /** Flags of the builds that the ebin leaves out. */
  dropped: flags,
  /** Combinations within the filter; null where flags are too many to be counted. */
  counts: z.object({ built: z.int(), missing: z.int().nullable(), forbidden: z.int().nullable() }),
  /** REQUIRED_USE of the ebuild that was built; null: not known, and nothing counts as forbidden. */
  demands: z.string().nullable(),
  parts: z.array(
    z.object({
      part: z.string(),
      /** The flag that asks for it; null when it is always there, or a package of its own. */
      flag: z.string().nullable(),
      objects: z.int(),
      combinations: z.int(),
      /** Flags that never change it. */
      neutral: flags,
      keptBytes: bytes,
      savedBytes: bytes,
    }),
  ),
  keptBytes: bytes,
  savedBytes: bytes,
  /** Combinations that have the same objects of all classes. */
  contents: z.array(
    z.object({
      objects: z.array(sharedObjectSchema),
      combinations: z.int(),
      /** Rows of the matrix; no missing combination fits one. */
      patterns: z.array(patternSchema),
      /** Patterns beyond the first 32. */
      patternsLeft: z.int(),
      /** Builds of the first 64 combinations; where nothing is known of a build, its flags only. */
      builds: z.array(
        z.object({
          use: flags,
          path: z.string().optional(),
          buildId: z.int().optional(),
          builtMs: z.number().optional(),
        }),
      ),
    }),
  ),
  /** Contents beyond the first 200. */
  contentsLeft: z.int(),
  /** Combinations that the ebuild allows and nobody has built. */
  missing: z.array(patternSchema),
  /** Patterns beyond the first 64. */
  missingLeft: z.int(),
  /** When the question decides every flag: what there is. */
  choice: z
    .object({
      use: flags,
      state: z.enum(['built', 'missing', 'forbidden']),
      nearest: z.array(ebinNearSchema),
    })
    .nullable(),
  problems: z.array(ebinProblemSchema),
  takesRequests: z.boolean(),
});
export type EbinMatrix = z.output<typeof ebinMatrixSchema>;

const repositoryName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]*$/, 'the name of a repository');

export const ebinRepositoryParamsSchema = z.strictObject({ repository: repositoryName });
export const ebinParamsSchema = z.strictObject({
  repository: repositoryName,
  category: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/, 'a category'),
  version: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9+_.-]*$/, 'name and version of an ebuild'),
});

/** Flags that are decided, with blanks between them: `alpha -doc`. */
export const ebinQuerySchema = z.strictObject({
  use: z
    .string()
    .max(4096)
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(z.string().regex(/^[-+!]?[A-Za-z0-9][A-Za-z0-9+_@-]*$/, 'a USE flag, or -flag')))
    .optional(),
});
