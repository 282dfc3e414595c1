import { z } from 'zod';
import { recipeNameSchema } from './schedule.ts';

const ms = z.number();
const sourceId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'the id of a recipe source');
const triggerName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the name of a trigger');

/** `on-commit`: what a push means; `on-schedule`: the regular run; `trigger`: packages that wait for a named one. */
export const upkeepKinds = ['on-commit', 'on-schedule', 'trigger'] as const;
const kindSchema = z.enum(upkeepKinds);
export type UpkeepKind = z.output<typeof kindSchema>;

/** What was the matter with a run or a package. */
const troubleSchema = z.object({
  code: z.string(),
  what: z.string(),
  /** What to do now. */
  next: z.string().optional(),
});

/** One run of a recipe source's upkeep. */
export const upkeepRunSchema = z.object({
  kind: kindSchema,
  trigger: z.string().optional(),
  /** Those it was for alone. */
  packages: z.array(z.string()).optional(),
  /** Who wanted it: the branch moved, its time had come, or somebody asked. */
  by: z.enum(['push', 'timer', 'hand']),
  startedMs: ms,
  endedMs: ms.nullable(),
  /** `later`: the world was in the way, and it is tried again; `interrupted`: the manager ended. */
  outcome: z.enum(['running', 'done', 'failed', 'later', 'interrupted']),
  problem: troubleSchema.nullable(),
  /** Packages that it scheduled. */
  scheduled: z.array(z.string()),
  /** Problems of single packages and warnings. */
  warnings: z.int(),
});
export type UpkeepRun = z.output<typeof upkeepRunSchema>;

/** Where a package stands, as `.checks.json` of branch `state` says. */
export const upkeepPackageStates = ['fresh', 'review', 'failed', 'paused', 'unseen', 'by-hand'] as const;
const packageStateSchema = z.enum(upkeepPackageStates);
export type UpkeepPackageState = z.output<typeof packageStateSchema>;

/** One recipe source that keeps itself up to date: a row of `GET /api/upkeep`. */
export const upkeepViewSchema = z.object({
  source: z.string(),
  /** What it has recipes of, as the settings say; without it PKGBUILDs. */
  kind: z.string().optional(),
  /** Address without secrets. */
  url: z.string(),
  branch: z.string().nullable(),
  /** The commit that was last looked at. */
  commit: z.string().nullable(),
  paused: z.boolean(),
  running: upkeepRunSchema.nullable(),
  /** The newest run of each kind and trigger that is over, newest first. */
  last: z.array(upkeepRunSchema),
  /** What is due when, soonest first; `atMs` is in the past where it waits for its turn. */
  next: z.array(z.object({ kind: kindSchema, trigger: z.string().optional(), atMs: ms })),
  /** What keeps it from its work now. */
  problem: troubleSchema.extend({ sinceMs: ms }).nullable(),
  /** Packages by state; empty before the first run. */
  packages: z.partialRecord(packageStateSchema, z.int()),
});
export type UpkeepView = z.output<typeof upkeepViewSchema>;
export const upkeepReplySchema = z.array(upkeepViewSchema);

/** One package: a row of `GET /api/upkeep/:id/packages`. */
export const upkeepPackageSchema = z.object({
  name: z.string(),
  /**
   * `fresh`: looked at with success; `review`: a change waits for somebody; `failed`: the last check failed; `paused`:
   * it failed often and is left alone until `nextTryMs`; `unseen`: not looked at yet; `by-hand`: nothing is followed.
   */
  state: packageStateSchema,
  /** `CI_PKGBUILD_SOURCE`. */
  follows: z.string().nullable(),
  trigger: z.string().nullable(),
  checkedMs: ms.nullable(),
  updatedMs: ms.nullable(),
  failures: z.int(),
  error: z.object({ code: z.string(), what: z.string(), sinceMs: ms }).nullable(),
  nextTryMs: ms.nullable(),
  review: z.object({ branch: z.string(), url: z.string().nullable(), sinceMs: ms }).nullable(),
});
export type UpkeepPackage = z.output<typeof upkeepPackageSchema>;

/** `GET /api/upkeep/:id/packages?name=NAME`: one package alone. */
export const upkeepPackagesQuerySchema = z.object({ name: z.string().min(1).max(256).optional() });

export const upkeepPackagesSchema = z.object({
  source: z.string(),
  commit: z.string().nullable(),
  /** Web address of the recipe folders, to be followed by a name; null where it is not known. */
  recipesUrl: z.string().nullable(),
  packages: z.array(upkeepPackageSchema),
});
export type UpkeepPackages = z.output<typeof upkeepPackagesSchema>;

export const upkeepParamsSchema = z.strictObject({ id: sourceId });

/** `POST /api/upkeep/:id/run`. */
export const upkeepRunRequestSchema = z
  .strictObject({
    kind: kindSchema.default('on-schedule'),
    /** Of the kind `trigger`. */
    trigger: triggerName.optional(),
    /** Only these packages; with the kind `on-commit` they are built whatever changed. */
    packages: z.array(recipeNameSchema).min(1).max(20_000).optional(),
  })
  .refine(({ kind, trigger }) => (kind === 'trigger') === (trigger !== undefined), {
    message: "'trigger' belongs to the kind 'trigger'",
    path: ['trigger'],
  })
  .refine(({ kind, packages }) => kind !== 'trigger' || packages === undefined, {
    message: "a trigger takes no 'packages'",
    path: ['packages'],
  });
export type UpkeepRunRequest = z.output<typeof upkeepRunRequestSchema>;

/** The run has its place in the line; what comes of it is in `GET /api/upkeep`. */
export const upkeepRunReplySchema = z.object({
  source: z.string(),
  kind: kindSchema,
  /** Runs before it, the one that is going on included. */
  ahead: z.int(),
});
export type UpkeepRunReply = z.output<typeof upkeepRunReplySchema>;

/** `POST /api/upkeep/:id/pause`. */
export const upkeepPauseSchema = z.strictObject({ paused: z.boolean() });
export const upkeepPauseReplySchema = z.object({ source: z.string(), paused: z.boolean() });
