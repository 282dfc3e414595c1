/** One variable that the processes of a farm with several machines read (specification 13.3 and 13.4). */
export interface EnvironmentVariable {
  readonly name: string;
  /** `both`: manager and builder; `client`: commands that ask a manager; `pipeline`: commands of `packmill ci`. */
  readonly role: 'manager' | 'builder' | 'both' | 'client' | 'pipeline';
  /** What holds when it is unset or empty; undefined: nothing, and the meaning says what follows. */
  readonly default: string | undefined;
  /** Whether the process does not start without it. */
  readonly required: boolean;
  /** Whether its value must not be shown anywhere. */
  readonly secret: boolean;
  readonly meaning: string;
}

type Row = readonly [
  name: string,
  role: EnvironmentVariable['role'],
  value: string | undefined,
  meaning: string,
  kind?: 'required' | 'secret',
];

const rows = [
  [
    'DATABASE_HOST',
    'both',
    'localhost',
    'host that builders hand their packages in to by SFTP; on a builder it overrides what the manager says, and results go by SFTP even where HTTP is offered',
  ],
  ['DATABASE_PORT', 'both', '22', 'SSH port of that host'],
  ['DATABASE_USER', 'both', 'root', 'SSH user on that host'],
  [
    'DATABASE_SSH_KEY',
    'builder',
    '/app/sshkey',
    'private key file for handing in by SFTP, without a passphrase, mode 0600',
  ],
  [
    'DATABASE_SSH_HOST_KEY',
    'builder',
    undefined,
    "that host's key as ssh-keyscan prints it; unset: the first one seen is kept, with warning SSH006",
  ],
  [
    'LANDING_ZONE_PATH',
    'manager',
    undefined,
    'folder where packages land before they are added; unset: results come by HTTP alone',
  ],
  [
    'LANDING_ZONE_ADVERTISED_PATH',
    'manager',
    undefined,
    'the same folder as builders have to name it; unset: as LANDING_ZONE_PATH',
  ],
  [
    'REPO_PATH',
    'manager',
    undefined,
    "folder of the published repositories; unset: the farm's folder 'public'",
  ],
  [
    'GPG_PATH',
    'manager',
    undefined,
    "GnuPG folder that holds the signing key; unset: the farm's own in 'keys/gnupg'",
  ],
  [
    'LOGS_URL',
    'manager',
    undefined,
    'public address of the log viewer (.../logs.html); unset: no commit statuses',
  ],
  ['PACKAGE_REPOS', 'manager', undefined, 'JSON: source repositories by id, each with its git "url"'],
  [
    'PACKAGE_TARGET_REPOS',
    'manager',
    undefined,
    'JSON: target repositories by id, each with "extra_repos" and "extra_keyrings"; the first one names a farm that has no name of its own',
  ],
  [
    'PACKAGE_REPOS_NOTIFIERS',
    'manager',
    undefined,
    'JSON: by source repository "id", "token" and "check_name" of commit statuses, and "base_url" where the GitLab is not at the address of the source',
    'secret',
  ],
  [
    'PACKMILL_URL',
    'manager',
    undefined,
    'web address of the manager as builders reach it; unset: results come by SFTP alone',
  ],
  [
    'PACKMILL_FARM_NAME',
    'both',
    'farm',
    'name under which manager, builders and clients of one farm meet on a queue store',
  ],
  [
    'REDIS_HOST',
    'both',
    'localhost',
    'host of the queue store; with none of REDIS_HOST, REDIS_PORT, REDIS_PASSWORD and REDIS_SSH_HOST a builder does not start, and a manager uses its settings',
  ],
  ['REDIS_PORT', 'both', '6379', 'port of the queue store'],
  ['REDIS_USERNAME', 'both', undefined, 'user of the queue store; unset: its default user'],
  ['REDIS_PASSWORD', 'both', undefined, 'password of the queue store; unset: none', 'secret'],
  ['REDIS_SSH_HOST', 'both', undefined, 'host to tunnel to the queue store through; unset: no tunnel'],
  ['REDIS_SSH_LOCAL_PORT', 'both', '6380', 'port of the loopback at which the tunnel begins'],
  ['REDIS_SSH_PORT', 'both', '22', 'SSH port of that host'],
  ['REDIS_SSH_USER', 'both', 'root', 'SSH user on that host'],
  [
    'REDIS_SSH_KEY',
    'both',
    '/app/sshkey',
    'private key file for the tunnel, without a passphrase, mode 0600',
  ],
  [
    'REDIS_SSH_HOST_KEY',
    'both',
    undefined,
    "that host's key as ssh-keyscan prints it; unset: the first one seen is kept, with warning SSH006",
  ],
  ['TELEGRAM_BOT_TOKEN', 'manager', undefined, 'bot that tells of builds; needs TELEGRAM_CHAT_ID', 'secret'],
  ['TELEGRAM_CHAT_ID', 'manager', undefined, 'chat it tells them to; needs TELEGRAM_BOT_TOKEN'],
  ['TELEGRAM_API_ROOT', 'manager', undefined, "root of the bot's API; unset: the client's own"],
  ['BUILDER_IMAGE', 'builder', undefined, 'image that builds run in; needed with CONTAINER_ENGINE'],
  [
    'CONTAINER_ENGINE',
    'builder',
    undefined,
    "'docker' or 'podman' makes the sandboxes; unset: bubblewrap does; any other text counts as 'podman'",
  ],
  ['DOCKER_SOCKET', 'builder', undefined, 'unix socket of the container engine; unset: where it usually is'],
  ['TRUST_PROXY', 'manager', undefined, 'proxies whose word about the client is believed; unset: none'],
  ['NO_HTTP_LOG', 'manager', undefined, 'anything: requests are not logged'],
  ['NODE_ENV', 'builder', undefined, "'development': images are never pulled"],
  ['BUILDER_HOSTNAME', 'builder', 'chaotic-builder', 'name of the builder in logs; jobs may ask for it'],
  ['BUILDER_TIMEOUT', 'builder', '3600', 'seconds a build may take, before the factor of its recipe'],
  [
    'BUILDER_CLASS',
    'builder',
    '2',
    'what the builder is able to do; jobs of a higher class go elsewhere; no number: only jobs addressed to it by name',
  ],
  [
    'BUILDER_GENTOO_ROOT',
    'builder',
    undefined,
    'folder with a Gentoo system, for combinations of ebins that are asked for',
  ],
  ['BUILDER_LABELS', 'builder', undefined, 'labels it carries, separated by blanks or commas'],
  [
    'BUILDER_ARCHES',
    'both',
    undefined,
    "architectures it builds for, separated by blanks or commas; unset: its machine's own",
  ],
  ['BUILDER_SLOTS', 'builder', '1', 'builds at one time'],
  [
    'BUILDER_LIMITS_CPUS',
    'builder',
    undefined,
    'processors a build may use, also the number of its jobs; unset: all, shared by the slots',
  ],
  ['BUILDER_LIMITS_RAM', 'builder', undefined, 'MiB of memory a build may use; unset: no limit'],
  [
    'BUILDER_ROOT',
    'builder',
    'host',
    "without an engine: 'host', or a folder or tarball with a root file system",
  ],
  [
    'SHARED_PATH',
    'builder',
    undefined,
    "folder of the builder's own, for everything it keeps; with an engine under the same name for both",
    'required',
  ],
  [
    'BUILDER_SRCDEST_CACHE_OVERRIDE',
    'builder',
    undefined,
    'another folder for cached sources; unset: in SHARED_PATH',
  ],
  [
    'BUILDER_BUILD_DIR_HOST',
    'builder',
    undefined,
    'accepted and not used: builds have folders of their own in SHARED_PATH',
  ],
  ['BUILDER_BUILD_DIR_MANAGER', 'builder', undefined, 'accepted and not used, as above'],
  [
    'CI_CODE_SKIP',
    'builder',
    '123',
    'accepted and not used: the code by which a recipe skips its build is always 123',
  ],
  ['PACKMILL_FARM', 'client', undefined, 'folder of the farm; unset: this folder if it is one, else .farm'],
  [
    'PACKMILL_MANAGER',
    'client',
    undefined,
    'web address of the manager that commands ask; unset: over the queue store, or the one at work on this machine',
  ],
  ['PACKMILL_TOKEN', 'client', undefined, 'token for that address', 'secret'],
  [
    'PACKMILL_STATE',
    'client',
    undefined,
    "folder where keys of SSH hosts are kept for commands; unset: the farm's 'state'",
  ],
  ['ACCESS_TOKEN', 'pipeline', undefined, 'token with which pipelines push and open reviews', 'secret'],
  ['DEPLOY_KEY', 'pipeline', undefined, 'private key for the SSH host in front of the queue store', 'secret'],
  [
    'AUR_KEY',
    'pipeline',
    undefined,
    'private key of an AUR account, for packages that are pushed back',
    'secret',
  ],
  ['TRIGGER', 'pipeline', undefined, "name of a trigger, as with 'packmill ci on-schedule --trigger'"],
  ['SKIP_ON_COMMIT_CHECK', 'pipeline', undefined, "'true': regular runs do not ask for tag 'scheduled'"],
  [
    'CI_TEST_PACKAGES',
    'pipeline',
    undefined,
    "packages of a trial run, parted by colons; tag 'scheduled' does not count then",
  ],
  ['CI_TEST_PACKAGE', 'pipeline', undefined, 'one such package'],
  [
    'CI_SANDBOX_ROOT',
    'pipeline',
    undefined,
    'root file system in which hooks of recipes run; unset: that of this machine',
  ],
  [
    'PACKMILL_CACHE',
    'pipeline',
    undefined,
    "folder for answers of other servers; unset: one in the user's cache",
  ],
] as const satisfies readonly Row[];

export type EnvironmentName = (typeof rows)[number][0];

/** All variables, those of the manager first. An empty value counts as unset. */
export const environmentVariables: readonly (EnvironmentVariable & { readonly name: EnvironmentName })[] =
  rows.map((row) => {
    const [name, role, value, meaning] = row;
    const kind: Row[4] = row[4];
    const required = kind === 'required';
    return { name, role, default: value, required, secret: kind === 'secret', meaning };
  });
