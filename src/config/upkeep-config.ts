import { z } from 'zod';
import { timeSpan } from './quantities.ts';

const variableName = /^[A-Z][A-Z0-9_]*$/;
/** What runs of a pipeline read; anything else would be a way around the settings. */
const runVariable =
  /^(?:CI_[A-Z0-9_]+|BUILD_REPO|REPO_NAME|GIT_AUTHOR_(?:NAME|EMAIL)|GITHUB_(?:API_URL|REPOSITORY|SERVER_URL)|TEMPLATE_[A-Z_]+)$/;

/** How a farm keeps a recipe repository up to date by itself (specification 6: the period is configuration). */
export const upkeepSchema = z.strictObject({
  /** Period of the regular run; `never`: on pushes, triggers and by hand only. */
  every: z.union([z.literal('never'), timeSpan]).prefault('30m'),
  /** Whether a moved branch is looked at, and how often the server is asked for it. */
  'on-push': z.boolean().default(true),
  look: timeSpan.prefault('1m'),
  /** Periods of triggers (`CI_ON_TRIGGER`), by name. */
  triggers: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the name of a trigger'), timeSpan)
    .default({}),
  /** No run takes longer. */
  timeout: timeSpan.prefault('2h'),
  /** Where commits are pushed to, when that is not the source's `url`. */
  'push-url': z.string().min(1).optional(),
  /** Private key file for git over SSH, and the server's key as ssh-keyscan prints it; without it the first one seen. */
  'ssh-key': z.string().startsWith('/').optional(),
  'ssh-host-key': z.string().optional(),
  /** Merge or pull requests for changes that somebody has to look at. */
  reviews: z
    .strictObject({
      kind: z.enum(['gitlab', 'github']),
      /** GitLab: its address. GitHub: root of its REST API. */
      'base-url': z.string(),
      /** GitLab: project id. GitHub: owner/repository. */
      id: z.string(),
    })
    .optional(),
  /** Web address of the recipe folders, for links: `https://HOST/GROUP/PROJECT/-/tree/main`. */
  'recipes-url': z.string().optional(),
  /** Variables of the runs, as a CI service would set them. No secrets: this file may be read by others. */
  variables: z
    .record(
      z.string().regex(runVariable, 'a variable of pipelines, such as CI_AUR_URL'),
      z.union([z.string(), z.number(), z.boolean()]).transform(String),
    )
    .default({}),
  /** Secrets of the runs by variable (`ACCESS_TOKEN`, `AUR_KEY`): a file, or `$NAME` of the manager's environment. */
  secrets: z
    .record(
      z.string().regex(variableName, 'the name of a variable'),
      z.string().regex(/^(?:\/|\$[A-Z][A-Z0-9_]*$)/, 'an absolute path, or $NAME of a variable'),
    )
    .default({}),
});

/** Settings of one source's upkeep; spans in milliseconds. */
export type UpkeepConfig = z.output<typeof upkeepSchema>;
