import { z } from 'zod';
import { pythonSchema } from './python-config.ts';
import { byteSize, timeSpan } from './quantities.ts';
import { stagesSchema } from './stages-config.ts';
import { upkeepSchema } from './upkeep-config.ts';

const repositoryName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a repository name of letters, digits and . _ + -');
const port = z.int().min(1).max(65_535);

/** Redis or Valkey, and a tunnel to it where it is not reached directly (specification 13.6). */
const redisSchema = z.strictObject({
  host: z.string().default('localhost'),
  port: port.default(6379),
  username: z.string().optional(),
  password: z.string().optional(),
  db: z.int().nonnegative().default(0),
  ssh: z
    .strictObject({
      host: z.string(),
      port: port.default(22),
      user: z.string().default('root'),
      /** Private key file. */
      key: z.string().default('/app/sshkey'),
      /** The server's key, as in known_hosts; without it the first one seen is remembered. */
      'host-key': z.string().optional(),
      /** Local end of the tunnel. */
      'local-port': z.int().min(0).max(65_535).default(6380),
    })
    .optional(),
});

/** Where builders without HTTP send results (specification 13.3, 14.7). */
const landingZoneSchema = z.strictObject({
  path: z.string().startsWith('/'),
  /** The same folder as the SSH account sees it. */
  advertised: z.string().optional(),
  host: z.string().default('localhost'),
  port: port.default(22),
  user: z.string().default('root'),
});

/** A provider of accounts (OpenID Connect), and who of them may operate the farm. */
const openidSchema = z.strictObject({
  /** As the provider calls itself. */
  issuer: z.url({ protocol: /^https?$/ }),
  'client-id': z.string().min(1),
  'client-secret': z.string().optional(),
  /** The farm's address for people; `/signed-in` of it is registered with the provider. */
  url: z.url({ protocol: /^https?$/ }),
  scope: z.string().default('openid profile email'),
  /** Claim that people are called by. */
  name: z.string().default('preferred_username'),
  /** Accounts with one of the values in the claim are operators. */
  operators: z.strictObject({
    claim: z.string().default('groups'),
    values: z.array(z.string()).min(1),
  }),
  /** How long somebody stays signed in. */
  session: timeSpan.prefault('8h'),
});

const tokenSchema = z.strictObject({
  name: z.string(),
  role: z.enum(['builder', 'operator']),
  /** SHA-256 of the token, in hexadecimal digits: the token itself stands nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal digits'),
});

/** Settings of manager, builders and web. */
export const serviceSchema = z
  .strictObject({
    /** Names the farm on a Redis that several use. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/)
      .default('farm'),
    /** Without it the queue is the farm's own file, and builders run on this machine. */
    redis: redisSchema.optional(),
    host: z.string().default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8080),
    /** Also serve metrics, health and readiness there, for those who must not see the rest. */
    'metrics-port': z.int().min(0).max(65_535).optional(),
    /** Manifest of datafiles of Python symbols that the pages show; default: that of the farm's own target of the kind `python`. */
    'python-manifest': z.string().optional(),
    /** Address under which builders reach the web port; without it they use the landing zone. */
    url: z.string().optional(),
    /** Sites whose pages may read queue and logs. */
    cors: z.array(z.string()).default([]),
    'trust-proxy': z.union([z.boolean(), z.string()]).default(false),
    'request-log': z.boolean().default(true),
    /** How long a builder may be silent before its jobs go back. */
    lease: timeSpan.prefault('15s'),
    /** No job waits longer than this because of newer ones. */
    'longest-wait': timeSpan.prefault('24h'),
    'landing-zone': landingZoneSchema.optional(),
    tokens: z.array(tokenSchema).default([]),
    /** People sign in with their accounts at a provider. */
    openid: openidSchema.optional(),
    'upload-limit': byteSize.prefault('4GiB'),
    /** A clean-up that would take more than this share of the recipes away, and at least ten, is refused. */
    'removal-limit': z.number().min(0).max(1).default(0.05),
  })
  .prefault({});

const releaseName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'the name of a release');

/** How the kits of a release are regenerated; see `packmill tree regen`. */
const regenSchema = z.strictObject({
  release: releaseName,
  /** Whether kits and meta-repo are pushed to their remotes. */
  push: z.boolean().default(true),
  'on-autogen-failure': z.enum(['keep-previous', 'skip', 'abort']).default('keep-previous'),
  'create-branches': z.boolean().default(false),
  /** Where archives go before kits are pushed: a folder, or `ssh://user@host:port/folder`. */
  cdn: z.string().min(1).optional(),
  'cdn-key': z.string().startsWith('/').optional(),
  'cdn-known-hosts': z.string().startsWith('/').optional(),
});

const folderName = z
  .string()
  .regex(
    /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0]*[^/\0]$/,
    'a folder, as a path from the top of the repository',
  );

/** Where binary packages are. */
const packagePlace = /^(?:\/|https?:\/\/.)/;

const recipeSourceSchema = z
  .strictObject({
    url: z.string().min(1),
    branch: z.string().optional(),
    /**
     * What it has: folders with PKGBUILDs, autogens of an overlay, the definition of a release (kit-fixups), binary packages of
     * Gentoo that become ebins, files of the Metro language of which stages are built, or lists of Python distributions.
     */
    kind: z.enum(['pkgbuild', 'autogen', 'release', 'ebins', 'stages', 'python']).default('pkgbuild'),
    /** Of autogens, ebins, stages and Python distributions: the target that they are made for. */
    target: repositoryName.optional(),
    /** Of autogens: the folder of the repository that is the overlay; default: its top. */
    overlay: folderName.optional(),
    /** Of ebins: further PKGDIRs or addresses of binhosts, whose builds count as those of `url` do. */
    also: z
      .array(z.string().regex(packagePlace, 'an absolute path, or an address of http or https'))
      .optional(),
    /** Of stages: what is built of the files, and when. */
    stages: stagesSchema.optional(),
    /** Of Python distributions: which ones, and where they come from. */
    python: pythonSchema.optional(),
    /** Of a release: which one, and how its kits are regenerated. */
    regen: regenSchema.optional(),
    /** The farm itself keeps the recipes up to date; without it they are only read. */
    upkeep: upkeepSchema.optional(),
  })
  .superRefine(({ kind, url, also, branch, target, overlay, regen, stages, python, upkeep }, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'autogen' && target === undefined) wrong('target', "autogens need 'target'");
    if (kind === 'ebins' && target === undefined) wrong('target', "ebins need 'target'");
    if (kind === 'stages' && target === undefined) wrong('target', "stages need 'target'");
    if ((kind === 'pkgbuild' || kind === 'release') && target !== undefined)
      wrong('target', 'belongs to autogens, ebins, stages and Python distributions');
    if (kind === 'python' && target === undefined) wrong('target', "Python distributions need 'target'");
    if (kind !== 'python' && python !== undefined)
      wrong('python', 'belongs to a source of Python distributions');
    if (kind === 'stages' && stages === undefined) wrong('stages', "a source of stages needs 'stages'");
    if (kind !== 'stages' && stages !== undefined) wrong('stages', 'belongs to a source of stages');
    if (kind === 'ebins' && !packagePlace.test(url))
      wrong('url', 'of ebins is the absolute path of a PKGDIR, or an address of http or https');
    if (kind !== 'ebins' && also !== undefined) wrong('also', 'belongs to ebins');
    if (kind === 'ebins' && branch !== undefined) wrong('branch', 'folders of packages have none');
    if (kind !== 'autogen' && overlay !== undefined) wrong('overlay', 'belongs to autogens');
    if (kind === 'release' && regen === undefined) wrong('regen', "a release needs 'regen'");
    if (kind === 'release' && branch === undefined) wrong('branch', "a release needs 'branch'");
    if (kind !== 'release' && regen !== undefined) wrong('regen', 'belongs to a release');
    if (kind !== 'pkgbuild' && Object.keys(upkeep?.triggers ?? {}).length > 0)
      wrong('upkeep', "'triggers' are for PKGBUILDs");
  });

/** Git repositories of recipes, by id. */
export const recipeSourcesSchema = z.record(repositoryName, recipeSourceSchema).default({});

const settingsFile = z.string().regex(/^(?:\/|~\/)./, 'an absolute path, or one that begins with ~/');

/**
 * What is built for, beside `repository`, by id: pacman repositories, trees of ebuilds that autogens make, ebins, mirrors of stages, or
 * symbol data of Python.
 */
export const targetsSchema = z
  .record(
    repositoryName,
    z.strictObject({
      /** What is published, and with it the kind of recipes: PKGBUILDs, autogens, binary packages, stages, or Python distributions. */
      kind: z.enum(['pacman', 'ebuild-tree', 'ebins', 'stages', 'python']).default('pacman'),
      /** Sections of pacman.conf for builds of this target; `$repo` and `$arch` are pacman's. */
      'extra-repos': z.array(z.strictObject({ name: z.string(), servers: z.array(z.string()) })).default([]),
      'extra-keyrings': z.array(z.string()).default([]),
      /** Of packages: as `rebuild.abi`, for this target. */
      abi: z.enum(['off', 'preview', 'auto']).optional(),
      /** Of a tree: the release that its autogens make. */
      release: releaseName.default('next'),
      /** Of a tree: a file with `authentication:` as in `~/.autogen`, for its autogens. */
      credentials: settingsFile.optional(),
      /** Of ebins: a file as `ebins.json`, with options and rules. */
      settings: settingsFile.optional(),
      /** Of ebins: addresses of `distfiles/`; default: those of this farm's web server, where `service.url` is set. */
      mirrors: z.array(z.url({ protocol: /^(?:https?|ftp)$/ })).optional(),
      /** Of ebins: whether versions leave the repository of which there is no binary package any more. */
      prune: z.boolean().default(false),
      /** Of ebins: whether packages have to be signed, and public keys that are trusted. */
      signatures: z.enum(['auto', 'require', 'ignore']).default('auto'),
      keys: z.array(z.string().startsWith('/')).default([]),
      /** Of stages: versions of each subarch that stay in the mirror; default: 2. */
      versions: z.int().min(1).optional(),
      /** Of ebins: words for FEATURES of builds that are asked for, such as `splitdebug`. */
      features: z.string().default(''),
    }),
  )
  .default({});

const commitStatusSchema = z.strictObject({
  kind: z.enum(['gitlab', 'github']),
  /** GitLab: where it is. GitHub: root of its REST API. */
  'base-url': z.string(),
  /** GitLab: project id. GitHub: owner/repository. */
  id: z.string(),
  token: z.string(),
  'check-name': z.string().default('packmill: %pkgbase%'),
});

/** Who is told of what happens. */
export const notifySchema = z
  .strictObject({
    /** Public address of the log page; without it there are no commit statuses. */
    'logs-url': z.string().optional(),
    /** By recipe source. */
    statuses: z.record(z.string(), commitStatusSchema).default({}),
    telegram: z
      .strictObject({
        /** Default: the client's own. */
        'api-root': z.string().optional(),
        token: z.string(),
        'chat-id': z.string(),
      })
      .optional(),
    webhooks: z
      .array(
        z.strictObject({
          url: z.string(),
          secret: z.string().optional(),
          events: z.array(z.string()).optional(),
        }),
      )
      .default([]),
    mail: z
      .strictObject({
        smtp: z.string(),
        from: z.string(),
        to: z.array(z.string()).min(1),
        events: z.array(z.string()).optional(),
      })
      .optional(),
  })
  .prefault({});
