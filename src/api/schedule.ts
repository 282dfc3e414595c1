import { z } from 'zod';

const pkgbase = /[a-z0-9@_+][a-z0-9@._+-]*/.source;
const autogen = /[A-Za-z0-9_][A-Za-z0-9+_.-]*\/[A-Za-z0-9_][A-Za-z0-9+_.-]*/.source;
/** What names of recipes of any kind look like, for patterns that have them as a part. */
export const recipeNamePattern = `(?:${pkgbase}|${autogen})`;

/** How much a job is wanted: higher goes first, whatever the rest says. */
export const urgencySchema = z.int().min(-1000).max(1000);

/** A pkgbase: letters, digits and `@ . _ + -`, no leading dot or hyphen (specification 2.2). */
export const pkgbaseSchema = z
  .string()
  .regex(new RegExp(`^${pkgbase}$`), 'a pkgbase of lower-case letters, digits and @ . _ + -');
/** What autogens are called by: `category/name`, or `category/rule.yaml`. */
const autogenSchema = z
  .string()
  .max(256)
  .regex(new RegExp(`^${autogen}$`), 'category/name');
/** A recipe of any kind by its name. */
export const recipeNameSchema = z.union([pkgbaseSchema, autogenSchema]);
const repositoryName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a repository name');
const commit = z.string().regex(/^[0-9a-f]{7,64}$/, 'a commit in hexadecimal digits');
const arch = z.string().regex(/^[a-z0-9_]+$/, 'an architecture');

/** A request to build packages; `id` makes repeating it harmless: the first one counts. */
export const scheduleRequestSchema = z.strictObject({
  id: z.string().min(8).max(128),
  /** Without it: `chaotic-aur` where the farm has that target, else the farm's own. */
  target: repositoryName.optional(),
  /** Without it: the only one; of several `chaotic-aur`, else the farm's first. */
  source: repositoryName.optional(),
  arch: arch.default('x86_64'),
  /** Build exactly this commit; without it the newest of the source. */
  commit: commit.optional(),
  /**
   * The request is for what changed between this commit and `commit`. A range that begins where an earlier one of the same
   * target, source and architecture began is not taken but answered with `coveredTo`: whoever asked for that one
   * ended before writing down that it was taken.
   */
  since: commit.optional(),
  /** The `coveredTo` of an earlier answer, when that commit says nothing about this range and all of it is meant. */
  despite: commit.optional(),
  /** CI pipeline that asked, for commit statuses. */
  pipeline: z.string().max(64).optional(),
  /** Mirror for pacman inside builds (`$repo`, `$arch` are filled in). */
  archMirror: z.string().max(1024).optional(),
  /** `pkgbase:names:dependencies;...` (specification 12.1), a text of the reference's clients; checked, then the recipes themselves are read. */
  dependencyTree: z.string().optional(),
  urgency: urgencySchema.default(0),
  /** The packages are built anew for this rebuild: each for what broke it, and with a higher pkgrel. */
  rebuild: z.int().optional(),
  packages: z
    .array(
      z.strictObject({
        name: z.string().max(256),
        /** Minimum builder class, or the name of one builder (specification 12.6). */
        buildClass: z.union([z.number().nonnegative(), z.string().max(128)]).optional(),
      }),
    )
    .min(1)
    .max(20_000),
});
export type ScheduleRequest = z.output<typeof scheduleRequestSchema>;

const refusedSchema = z.object({
  name: z.string(),
  code: z.string(),
  what: z.string(),
  /** What to do now. */
  next: z.string().optional(),
});

/** `answer=early`: a request for many packages is answered before they are queued, and then without `plan`. */
export const scheduleQuerySchema = z.object({ answer: z.literal('early').optional() });

/** What became of a request; it is durable when this is answered. */
export const scheduleReplySchema = z.object({
  id: z.string(),
  /**
   * The plan that holds the jobs; undefined when nothing was accepted, while the sources are still being read, and in an
   * early answer.
   */
  plan: z.int().optional(),
  accepted: z.array(z.object({ name: z.string(), job: z.string() })),
  refused: z.array(refusedSchema),
  /** Nothing was taken: what changed up to this commit was accepted with an earlier request that began at `since`, too. */
  coveredTo: commit.optional(),
  /** What the one who asked should know of what was accepted, as lines for people. */
  notices: z.array(z.string()).optional(),
});
export type ScheduleReply = z.output<typeof scheduleReplySchema>;

/** Clean-up of a target: every package whose pkgbase is not listed goes (specification 14.9). */
export const removalRequestSchema = z.strictObject({
  id: z.string().min(8).max(128),
  /** Without it as for a request to build. */
  target: repositoryName.optional(),
  arch: arch.default('x86_64'),
  /** All valid pkgbases; never empty. */
  keep: z.array(z.string()).min(1),
  /** When the list was made, ms since the epoch: packages deployed later are not touched. */
  asOfMs: z.number().optional(),
  /** Also when more would vanish than the farm's limit allows. */
  force: z.boolean().default(false),
  /** Only tell what would go. */
  dryRun: z.boolean().optional(),
});
export type RemovalRequest = z.output<typeof removalRequestSchema>;

export const removalReplySchema = z.object({
  generation: z.int(),
  /** What went, or would go. */
  removed: z.array(z.string()),
  /** Not touched because they were deployed after the list was made. */
  spared: z.array(z.string()),
  /** Listed, but neither published nor a recipe that the farm knows. */
  unknown: z.array(z.string()),
});
export type RemovalReply = z.output<typeof removalReplySchema>;

/** Which queued and running jobs a command is for; all given conditions must hold. */
export const jobSelectionSchema = z.strictObject({
  jobs: z.array(z.string()).optional(),
  target: z.string().optional(),
  source: z.string().optional(),
  /** Pattern on pkgbases, `*` and `?`. */
  match: z.string().optional(),
});
export type JobSelection = z.output<typeof jobSelectionSchema>;
