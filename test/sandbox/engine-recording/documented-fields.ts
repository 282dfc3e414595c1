/**
 * What the Docker Engine API 1.43 documents of the requests that packmill sends: names of fields and their kinds.
 * Podman's compatible endpoints take the same. A real engine ignores names that it does not know, so that a
 * misspelt limit would be no limit; here it is a violation.
 */
type Kind =
  | 'text'
  | 'number'
  | 'flag'
  | 'texts'
  | 'numbers'
  | 'map'
  | { readonly [name: string]: Kind }
  | readonly [Kind];

const mount: Kind = {
  Target: 'text',
  Source: 'text',
  Type: 'text',
  ReadOnly: 'flag',
  Consistency: 'text',
  BindOptions: { Propagation: 'text', NonRecursive: 'flag', CreateMountpoint: 'flag' },
};

const hostConfig: Kind = {
  CpuShares: 'number',
  Memory: 'number',
  CgroupParent: 'text',
  CpuPeriod: 'number',
  CpuQuota: 'number',
  CpusetCpus: 'text',
  MemoryReservation: 'number',
  MemorySwap: 'number',
  MemorySwappiness: 'number',
  NanoCpus: 'number',
  OomKillDisable: 'flag',
  Init: 'flag',
  PidsLimit: 'number',
  Ulimits: [{ Name: 'text', Soft: 'number', Hard: 'number' }],
  Binds: 'texts',
  NetworkMode: 'text',
  AutoRemove: 'flag',
  VolumesFrom: 'texts',
  Mounts: [mount],
  CapAdd: 'texts',
  CapDrop: 'texts',
  CgroupnsMode: 'text',
  Dns: 'texts',
  IpcMode: 'text',
  PidMode: 'text',
  Privileged: 'flag',
  ReadonlyRootfs: 'flag',
  SecurityOpt: 'texts',
  Tmpfs: 'map',
  UsernsMode: 'text',
  ShmSize: 'number',
  Sysctls: 'map',
  Runtime: 'text',
};

const containerConfig: { readonly [name: string]: Kind } = {
  Hostname: 'text',
  Domainname: 'text',
  User: 'text',
  AttachStdin: 'flag',
  AttachStdout: 'flag',
  AttachStderr: 'flag',
  Tty: 'flag',
  OpenStdin: 'flag',
  StdinOnce: 'flag',
  Env: 'texts',
  Cmd: 'texts',
  Healthcheck: { Test: 'texts', Interval: 'number', Timeout: 'number', Retries: 'number' },
  Image: 'text',
  WorkingDir: 'text',
  Entrypoint: 'texts',
  NetworkDisabled: 'flag',
  Labels: 'map',
  StopSignal: 'text',
  StopTimeout: 'number',
};

const execConfig: Kind = {
  AttachStdin: 'flag',
  AttachStdout: 'flag',
  AttachStderr: 'flag',
  ConsoleSize: 'numbers',
  DetachKeys: 'text',
  Tty: 'flag',
  Env: 'texts',
  Cmd: 'texts',
  Privileged: 'flag',
  User: 'text',
  WorkingDir: 'text',
};

/** One operation: its documented query parameters, and its body where it has one. */
export interface Operation {
  readonly query: readonly string[];
  readonly body?: Kind;
}

export const operations = {
  'POST /containers/create': {
    query: ['name', 'platform'],
    body: { ...containerConfig, HostConfig: hostConfig, NetworkingConfig: 'map' },
  },
  'POST /containers/{id}/start': { query: ['detachKeys'] },
  'POST /containers/{id}/kill': { query: ['signal'] },
  'POST /containers/{id}/exec': { query: [], body: execConfig },
  'GET /containers/{id}/json': { query: ['size'] },
  'GET /containers/{id}/top': { query: ['ps_args'] },
  'GET /containers/json': { query: ['all', 'limit', 'size', 'filters'] },
  'DELETE /containers/{id}': { query: ['v', 'force', 'link'] },
  'POST /exec/{id}/start': { query: [], body: { Detach: 'flag', Tty: 'flag', ConsoleSize: 'numbers' } },
  'GET /exec/{id}/json': { query: [] },
  /** Its body is a tar. */
  'POST /build': {
    query: ['dockerfile', 't', 'remote', 'q', 'nocache', 'pull', 'rm', 'forcerm', 'memory', 'networkmode'],
  },
  'POST /commit': {
    query: ['container', 'repo', 'tag', 'comment', 'author', 'pause', 'changes'],
    body: containerConfig,
  },
  'POST /images/create': {
    query: ['fromImage', 'fromSrc', 'repo', 'tag', 'message', 'changes', 'platform'],
  },
  'GET /images/{id}/json': { query: [] },
  'GET /images/json': { query: ['all', 'filters', 'shared-size', 'digests'] },
  'DELETE /images/{id}': { query: ['force', 'noprune'] },
  'GET /version': { query: [] },
  'GET /info': { query: [] },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

/** The operation of a request without its version, and the id in its path; undefined when it is not documented. */
export function operationOf(
  method: string,
  path: string,
): { readonly name: OperationName; readonly id: string } | undefined {
  for (const name of Object.keys(operations) as OperationName[]) {
    const [ofMethod = '', template = ''] = name.split(' ');
    if (ofMethod !== method) continue;
    const match = new RegExp(`^${template.replace('{id}', '([^/]+)')}$`).exec(path);
    if (match !== null) return { name, id: decodeURIComponent(match[1] ?? '') };
  }
  return undefined;
}

/** What a request has that its operation does not document, one line each. */
export function violations(name: OperationName, query: URLSearchParams, body: unknown): readonly string[] {
  const operation: Operation = operations[name];
  const found = [...query.keys()]
    .filter((key) => !operation.query.includes(key))
    .map((key) => `${name}: the query has '${key}'`);
  if (operation.body === undefined)
    return body === undefined ? found : [...found, `${name}: there is a body`];
  return [...found, ...wrong(operation.body, body, name)];
}

function wrong(kind: Kind, value: unknown, at: string): readonly string[] {
  if (kind === 'text') return typeof value === 'string' ? [] : [`${at} is no text`];
  if (kind === 'number') return Number.isInteger(value) ? [] : [`${at} is no whole number`];
  if (kind === 'flag') return typeof value === 'boolean' ? [] : [`${at} is neither true nor false`];
  if (kind === 'texts' || kind === 'numbers') {
    const type = kind === 'texts' ? 'string' : 'number';
    const fits = Array.isArray(value) && value.every((one) => typeof one === type);
    return fits ? [] : [`${at} is no list of ${kind}`];
  }
  if (kind === 'map') {
    const fits = typeof value === 'object' && value !== null && Object.values(value).every(isText);
    return fits ? [] : [`${at} is no map of texts`];
  }
  if (Array.isArray(kind)) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((one, index) => wrong(kind[0] as Kind, one, `${at}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${at} is no object`];
  const fields = kind as { readonly [name: string]: Kind };
  return Object.entries(value).flatMap(([name, one]) =>
    fields[name] === undefined
      ? [`${at}.${name} is not documented`]
      : wrong(fields[name], one, `${at}.${name}`),
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
