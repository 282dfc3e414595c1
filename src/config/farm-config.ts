import { z } from 'zod';
import { byteSize, timeSpan } from './quantities.ts';
import { notifySchema, recipeSourcesSchema, serviceSchema, targetsSchema } from './service-config.ts';

const repositoryName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a repository name of letters, digits and . _ + -');

const sandboxSchema = z
  .strictObject({
    /** `host`: the machine's own /usr and /etc, read-only; else a folder or tarball with a root file system. */
    root: z.string().default('host'),
    /** A folder with a root file system that has Portage: builds of ebins that are asked for run there. */
    'gentoo-root': z.string().startsWith('/').optional(),
    /** `fetch-only`: sources may be downloaded, builds run without network. */
    network: z.enum(['none', 'fetch-only', 'full']).default('fetch-only'),
    memory: byteSize.optional(),
    processes: z.int().positive().default(8192),
    timeout: timeSpan.prefault('2h'),
    'kill-grace': timeSpan.prefault('10s'),
    'log-limit': byteSize.prefault('100MiB'),
  })
  .prefault({});

const dependenciesSchema = z
  .strictObject({
    /** Names the root is known to offer; needs for them are met without a word. */
    'host-provides': z.array(z.string()).default([]),
    /** What to do about a need that neither the farm nor `host-provides` offers. */
    otherwise: z.enum(['assume', 'fail']).default('assume'),
    /** Names that official repositories offer: in-farm packages that only *provide* such a name take no part (12.4 b). */
    official: z.array(z.string()).default([]),
  })
  .prefault({});

const sourcesSchema = z
  .strictObject({
    /** URL prefixes that are served by local folders or other URLs instead. */
    map: z.record(z.string(), z.string()).default({}),
    /** Folders below which `file://` sources may lie; `any`: everywhere but in the farm and system folders. */
    local: z.union([z.literal('any'), z.array(z.string().startsWith('/'))]).default('any'),
    /** Ask upstream repositories of -git recipes for their newest commit when planning a build. */
    'upstream-heads': z.boolean().default(true),
  })
  .prefault({});

const publishSchema = z
  .strictObject({
    /** Where repositories are published; default: the farm's folder `public`. */
    root: z.string().startsWith('/').optional(),
    'keep-generations': z.int().min(2).default(5),
    'archive-days': z.number().nonnegative().default(7),
    'compression-level': z.int().min(1).max(19).default(3),
  })
  .prefault({});

const rebuildSchema = z
  .strictObject({
    /** A recipe changed but not its version: `bump` builds it as pkgrel N.1; `keep` leaves the published one. */
    'same-version': z.enum(['bump', 'keep']).default('bump'),
    /**
     * Which dependants of a rebuilt package are rebuilt: those that lost a soname or symbols, those of packages that differ in
     * anything that dependants see, all, or none.
     */
    dependants: z.enum(['broken', 'changed', 'all', 'none']).default('broken'),
    /**
     * A result that breaks published packages: `off` publishes it, `preview` holds it back until somebody decides, `auto`
     * until those packages were built anew, which is done at once. For one target: `targets.NAME.abi`.
     */
    abi: z.enum(['off', 'preview', 'auto']).default('off'),
    /** A result that differs from the published package of the same version in nothing but times: publish it or not. */
    unchanged: z.enum(['publish', 'skip']).default('publish'),
  })
  .prefault({});

const signingSchema = z
  .strictObject({
    /** An existing GnuPG home; the farm's own is made by init in `keys/gnupg`. */
    home: z.string().optional(),
    /** Fingerprint of the key to sign with; needed only when the home has several. */
    key: z.string().optional(),
  })
  .prefault({});

/** The whole of `packmill.yaml`. Unknown settings are errors. */
export const farmSchema = z.strictObject({
  repository: repositoryName.default('local'),
  arch: z
    .string()
    .regex(/^[a-z0-9_]+$/)
    .default('x86_64'),
  packager: z.string().default('packmill farm <packmill@localhost.invalid>'),
  /** Builds at one time; default: one for each processor, which they share. */
  jobs: z.int().positive().optional(),
  sandbox: sandboxSchema,
  dependencies: dependenciesSchema,
  sources: sourcesSchema,
  publish: publishSchema,
  rebuild: rebuildSchema,
  signing: signingSchema,
  service: serviceSchema,
  'recipe-sources': recipeSourcesSchema,
  targets: targetsSchema,
  notify: notifySchema,
  logs: z
    .strictObject({
      'keep-days': z.number().positive().default(7),
      'keep-per-job': z.int().positive().default(5),
    })
    .prefault({}),
  /** Addresses of registries and forges that autogens ask, by name: `github-api`, `pypi`, `go-proxy` and others. */
  upstreams: z.record(z.string(), z.string()).default({}),
  /** Where archives that autogens make are published, as `https://distfiles.example.org`. */
  'distfiles-host': z.string().optional(),
  store: z
    .strictObject({
      'grace-days': z.number().nonnegative().default(7),
      /** Whether sources that builds of this machine fetched are kept as long as their packages, so that builds can be verified. */
      'keep-sources': z.boolean().default(true),
    })
    .prefault({}),
});

/** Settings of a farm, complete with defaults. Byte counts are numbers of bytes, spans are milliseconds. */
export type FarmConfig = z.output<typeof farmSchema>;
