/** One variable that the processes of a farm with several machines read (specification 13.3 and 13.4). */
export interface EnvironmentVariable {
  readonly name: string;
  readonly role: 'manager' | 'builder' | 'both';
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
    'host that builders hand their packages in to; on a builder it overrides what the manager says',
  ],
  ['DATABASE_PORT', 'both', '22', 'SSH port of that host'],
  ['DATABASE_USER', 'both', 'root', 'SSH user on that host'],
  ['LANDING_ZONE_PATH', 'manager', undefined, 'folder where packages land before they are added', 'required'],
  [
    'LANDING_ZONE_ADVERTISED_PATH',
    'manager',
    undefined,
    'the same folder as builders have to name it; unset: as LANDING_ZONE_PATH',
  ],
  ['REPO_PATH', 'manager', undefined, 'folder of the published repositories', 'required'],
  ['GPG_PATH', 'manager', undefined, 'GnuPG folder that holds the signing key', 'required'],
  ['LOGS_URL', 'manager', undefined, 'public address of the log viewer; unset: no commit statuses'],
  ['PACKAGE_REPOS', 'manager', undefined, 'JSON: source repositories by id, each with its git "url"'],
  [
    'PACKAGE_TARGET_REPOS',
    'manager',
    undefined,
    'JSON: target repositories by id, each with "extra_repos" and "extra_keyrings"',
  ],
  [
    'PACKAGE_REPOS_NOTIFIERS',
    'manager',
    undefined,
    'JSON: by source repository the project, token and check name of commit statuses',
    'secret',
  ],
  ['REDIS_HOST', 'both', 'localhost', 'host of the queue store'],
  ['REDIS_PORT', 'both', '6379', 'port of the queue store'],
  ['REDIS_PASSWORD', 'both', undefined, 'password of the queue store; unset: none', 'secret'],
  ['REDIS_SSH_HOST', 'both', undefined, 'host to tunnel to the queue store through; unset: no tunnel'],
  ['REDIS_SSH_PORT', 'both', '22', 'SSH port of that host'],
  ['REDIS_SSH_USER', 'both', 'root', 'SSH user on that host'],
  ['TELEGRAM_BOT_TOKEN', 'manager', undefined, 'bot that tells of builds; needs TELEGRAM_CHAT_ID', 'secret'],
  ['TELEGRAM_CHAT_ID', 'manager', undefined, 'chat it tells them to; needs TELEGRAM_BOT_TOKEN'],
  [
    'BUILDER_IMAGE',
    'both',
    undefined,
    'image that builds run in when a container engine makes the sandboxes',
  ],
  ['CONTAINER_ENGINE', 'both', undefined, "'docker' or 'podman'; unset: the one that answers"],
  ['DOCKER_SOCKET', 'both', undefined, 'unix socket of the container engine; unset: where it usually is'],
  ['TRUST_PROXY', 'manager', undefined, 'proxies whose word about the client is believed; unset: none'],
  ['NO_HTTP_LOG', 'manager', undefined, 'anything: requests are not logged'],
  ['NODE_ENV', 'both', undefined, "'development': images are never pulled"],
  ['BUILDER_HOSTNAME', 'builder', 'chaotic-builder', 'name of the builder in logs; jobs may ask for it'],
  ['BUILDER_TIMEOUT', 'builder', '3600', 'seconds a build may take, before the factor of its recipe'],
  ['BUILDER_CLASS', 'builder', '2', 'what the builder is able to do; jobs of a higher class go elsewhere'],
  [
    'BUILDER_LIMITS_CPUS',
    'builder',
    undefined,
    'processors a build may use, also the number of its jobs; unset: all',
  ],
  ['BUILDER_LIMITS_RAM', 'builder', undefined, 'MiB of memory a build may use; unset: no limit'],
  [
    'SHARED_PATH',
    'builder',
    undefined,
    "folder that builds share with the builder, by the engine's name for it",
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
    "folder to build in by the engine's name for it, for this builder alone; unset: in SHARED_PATH",
  ],
  ['BUILDER_BUILD_DIR_MANAGER', 'builder', '/shared/build', 'the same folder as the builder sees it'],
  ['CI_CODE_SKIP', 'builder', '123', 'exit code by which a recipe skips its build on purpose'],
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
