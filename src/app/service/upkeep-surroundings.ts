import type { UpkeepConfig } from '../../config/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { ensureFolder, entryFacts, replaceFile, textIfThere } from '../../host/index.ts';

type Read = (name: string) => string | undefined;

/** Variables of the manager that its runs see too. Its own secrets, and those of its queue, are not among them. */
const handedOn = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TMPDIR', 'TZ', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME'],
  ...['SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'],
  ...[
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'all_proxy',
    'ALL_PROXY',
  ],
  ...[
    'CONTAINER_ENGINE',
    'CONTAINER_HOST',
    'DOCKER_HOST',
    'DOCKER_SOCKET',
    'BUILDER_IMAGE',
    'CI_SANDBOX_ROOT',
  ],
];

/**
 * Secrets of a source's runs by variable. Throws CIF003 for a file that is missing, empty or may be read by others,
 * and for a variable that is not set.
 */
export function upkeepSecrets(config: UpkeepConfig, read: Read): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(config.secrets).map(([name, from]) => [
      name,
      from.startsWith('$') ? ofVariable(name, from.slice(1), read) : ofFile(name, from),
    ]),
  );
}

function ofVariable(name: string, variable: string, read: Read): string {
  const value = read(variable);
  if (value !== undefined && value !== '') return value;
  throw fault('CIF003', {
    what: `the secret '${name}' is to come from variable '${variable}', which is not set`,
  });
}

function ofFile(name: string, path: string): string {
  const facts = entryFacts(path);
  const text = textIfThere(path)?.trimEnd();
  if (facts === undefined || text === undefined || text === '')
    throw fault('CIF003', { what: `the file '${path}' of secret '${name}' is missing or empty` });
  if ((facts.mode & 0o077) !== 0)
    throw fault('CIF003', { what: `the file '${path}' of secret '${name}' may be read by others` });
  return text;
}

/**
 * The ssh that git of a source calls; undefined: the usual one. Keys of hosts are kept in its folder: the one that is
 * pinned, else those of first contacts. Throws SYS004.
 */
export function upkeepSsh(config: UpkeepConfig, folder: string): string | undefined {
  const { 'ssh-key': key, 'ssh-host-key': pinned } = config;
  if (key === undefined && pinned === undefined) return undefined;
  const trust = pinned === undefined ? 'accept-new' : 'yes';
  const known = `${folder}/${pinned === undefined ? 'known-hosts' : 'pinned-hosts'}`;
  ensureFolder(folder, 0o700);
  if (pinned !== undefined) replaceFile(known, `${pinned.trim()}\n`, 0o600);
  const options = [
    ...['BatchMode=yes', 'ConnectTimeout=30', 'ServerAliveInterval=15', `StrictHostKeyChecking=${trust}`],
    `UserKnownHostsFile=${known}`,
    ...(key === undefined ? [] : ['IdentitiesOnly=yes']),
  ].map((option) => `-o ${quoted(option)}`);
  return ['ssh', ...options, ...(key === undefined ? [] : ['-i', quoted(key)])].join(' ');
}

/** For the shell that git hands its ssh command to. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The whole environment of a run. */
export function upkeepEnvironment(parts: {
  readonly config: UpkeepConfig;
  readonly manager: { readonly url: string; readonly token: string };
  readonly secrets: Readonly<Record<string, string>>;
  readonly ssh: string | undefined;
  /** Folder for what runs keep: caches. */
  readonly folder: string;
  readonly read: Read;
}): Readonly<Record<string, string>> {
  const { config, manager, secrets, ssh, read } = parts;
  const environment: Record<string, string> = { PACKMILL_CACHE: `${parts.folder}/cache` };
  for (const name of handedOn) {
    const value = read(name);
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    ...reviewVariables(config),
    ...config.variables,
    ...secrets,
    ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: ssh }),
    PACKMILL_MANAGER: manager.url,
    PACKMILL_TOKEN: manager.token,
    NO_COLOR: '1',
  };
}

function reviewVariables({ reviews }: UpkeepConfig): Readonly<Record<string, string>> {
  if (reviews === undefined) return {};
  const base = reviews['base-url'].replace(/\/+$/, '');
  if (reviews.kind === 'github') return { GITHUB_API_URL: base, GITHUB_REPOSITORY: reviews.id };
  return { CI_API_V4_URL: /\/api\/v4$/.test(base) ? base : `${base}/api/v4`, CI_PROJECT_ID: reviews.id };
}
