// The house as data: which rooms there are, on which floor, and whom each may know.
// `npm run check` holds the sources against it, docs/architecture.md is compared with it, and both drawings come from it.

/**
 * @typedef {object} Room
 * @property {number} floor an arrow never points to a higher floor
 * @property {string} purpose one line, as in docs/architecture.md
 * @property {readonly string[]} knows rooms it may import, beyond those that everybody may (see `everybody`)
 * @property {readonly string[]} [borrows] rooms it may import types from, never values
 * @property {boolean} [shelf] a shelf of members, one folder each; each member has a door of its own
 * @property {Readonly<Record<string, readonly string[]>>} [members] which member of the shelf may know which other one
 * @property {readonly string[]} [drivers] folders behind the room's contract; only `app`, tests and benches name them
 * @property {readonly string[]} [doors] folders of the room that have an `index.ts` of their own for others, so that a
 *   command loads only what it needs
 * @property {readonly string[]} [node] Node modules it may use beyond those of its floor
 */

/** Floors from the ground up. `pure`: no disk, network, process, clock, randomness or environment. */
export const floors = [
  { name: 'words', pure: true },
  { name: 'trade', pure: true },
  { name: 'hands', pure: false },
  { name: 'motion', pure: false },
  { name: 'app', pure: false },
  { name: 'faces', pure: false },
];

/** Rooms that every room above them may use. */
export const everybody = ['diagnostics', 'primitives', 'model'];

/** @type {Readonly<Record<string, Room>>} */
export const rooms = {
  diagnostics: { floor: 0, purpose: 'the one problem shape, the catalogue of codes, renderers', knows: [] },
  primitives: { floor: 0, purpose: 'digests, byte counts, durations, ids', knows: ['diagnostics'] },
  graph: {
    floor: 0,
    purpose: 'order, cycles, closure, critical path of any graph',
    knows: ['diagnostics', 'primitives'],
  },
  formats: {
    floor: 0,
    purpose: 'text and bytes in, values and problems out',
    knows: ['diagnostics', 'primitives'],
    shelf: true,
    members: {
      pacman: ['archives', 'elf'],
      archives: [],
      elf: [],
      shell: [],
      'pkgbuild-repo': ['pacman'],
      yaml: [],
      gentoo: ['yaml', 'archives'],
      python: ['gentoo'],
      'python-graph': [],
      pyresources: ['python-graph'],
      jinja: [],
      'extended-json': [],
      metro: [],
    },
    node: ['node:zlib', 'node:crypto'],
  },
  model: {
    floor: 1,
    purpose: 'recipe, run, plan, job, attempt, artifact: states and their moves',
    knows: [],
  },
  api: { floor: 1, purpose: 'wire contracts', knows: [] },
  planner: { floor: 1, purpose: 'recipes and inventory into a plan with reasons', knows: ['graph'] },
  failures: {
    floor: 1,
    purpose: 'why a build failed, from its log: phases, classes by rules, what makes two failures the same',
    knows: [],
    node: ['node:crypto'],
  },
  provenance: {
    floor: 1,
    purpose: 'signed statements of how packages were made, and bills of their materials',
    knows: [],
  },
  'package-difference': {
    floor: 1,
    purpose: 'what two builds of a package do not have in common, by layers: entries, sections, lines',
    knows: ['formats'],
    node: ['node:crypto', 'node:zlib'],
  },
  review: {
    floor: 1,
    purpose: 'what a change of a recipe means: minor or major, what it runs that it did not',
    knows: ['formats'],
  },
  'ebin-index': {
    floor: 1,
    purpose: 'builds of one version into an ebuild that chooses among them by USE, with a proof that it does',
    knows: ['formats'],
    node: ['node:crypto'],
  },
  'python-symbols': {
    floor: 1,
    purpose:
      'facts of Python symbols from graphs, docstrings and stubs: signatures, return types, coverage, changes',
    knows: ['formats'],
  },
  'python-corpora': {
    floor: 1,
    purpose:
      'facts of Python symbols from what others counted, wrote and called; former nodes led back to symbols',
    knows: ['formats', 'python-symbols'],
  },
  host: {
    floor: 2,
    purpose: 'the only room that touches disk, processes, network, clock, chance, environment',
    knows: [],
    doors: ['early'],
  },
  config: {
    floor: 2,
    purpose: 'packmill.yaml: schema, defaults, where a value comes from',
    knows: ['formats', 'host'],
    doors: ['credentials'],
  },
  database: {
    floor: 2,
    purpose: 'the record: runs, plans, jobs, attempts, generations',
    knows: ['host'],
    node: ['node:sqlite'],
  },
  store: { floor: 2, purpose: 'objects named by their hash: put, get, verify, collect', knows: ['host'] },
  fetcher: {
    floor: 2,
    purpose: 'polite requests to servers of others: budgets, caches, patience',
    knows: ['host', 'store'],
  },
  fastpull: {
    floor: 2,
    purpose: 'files and pages of others, kept by address and by hash; archives made of folders',
    knows: ['formats', 'host', 'store', 'fetcher'],
  },
  ebins: {
    floor: 2,
    purpose:
      'binary packages of Gentoo opened, their images taken apart into objects that are kept by content',
    knows: ['formats', 'host', 'store', 'fetcher'],
  },
  captures: {
    floor: 2,
    purpose:
      'root folders into archives and images, the same bytes each time, and archives into root folders',
    knows: ['formats', 'host'],
  },
  incremental: {
    floor: 2,
    purpose:
      'files made from files: what is out of date and why, made in order, recorded so that nothing is made twice',
    knows: ['graph', 'host'],
    doors: ['unchanged'],
  },
  git: { floor: 2, purpose: 'repositories of recipes and of sources', knows: ['host'] },
  upstream: {
    floor: 2,
    purpose: 'what others have: AUR, tags, versions, branches, package databases',
    knows: ['formats', 'host', 'fetcher', 'git'],
  },
  identity: { floor: 2, purpose: 'who somebody is: accounts at an OpenID provider', knows: [] },
  forge: { floor: 2, purpose: 'merge and pull requests on GitLab and GitHub', knows: ['host'] },
  queue: {
    floor: 2,
    purpose: 'ready jobs and fenced leases, nothing else',
    knows: ['host'],
    drivers: ['embedded', 'bullmq', 'memory'],
  },
  sandbox: {
    floor: 2,
    purpose: 'one command in a cage: profile in, reason of its end out',
    knows: ['host'],
    drivers: ['bubblewrap', 'container', 'scripted'],
  },
  logs: {
    floor: 2,
    purpose: 'one append-only file per attempt, followed live',
    knows: ['host', 'failures'],
  },
  signer: {
    floor: 2,
    purpose: 'keys and detached signatures',
    knows: ['host'],
    drivers: ['gnupg', 'memory'],
  },
  publisher: {
    floor: 2,
    purpose: 'generations of a target: stage, sign, flip, roll back',
    knows: ['formats', 'host', 'store', 'signer'],
    drivers: ['pacman-repo', 'ebuild-tree'],
    node: ['node:sqlite'],
  },
  channel: {
    floor: 2,
    purpose: 'messages between manager and builders: calls, their answers, live log bytes',
    knows: ['host'],
    drivers: ['redis', 'memory'],
  },
  ssh: {
    floor: 2,
    purpose: 'tunnels and file transfer through the system OpenSSH',
    knows: ['host'],
  },
  notifier: {
    floor: 2,
    purpose: 'tells people and machines what happened',
    knows: ['host'],
    node: ['node:sqlite'],
  },
  dispatcher: {
    floor: 3,
    purpose: 'ready jobs to builders: order, leases, retries, reaping',
    knows: ['host', 'queue', 'database', 'logs', 'planner', 'graph'],
  },
  simulator: {
    floor: 3,
    purpose: 'jobs run forward in virtual time by the dispatcher: makespan, waiting, when each will be done',
    knows: ['graph', 'queue', 'database', 'dispatcher'],
  },
  builder: {
    floor: 3,
    purpose: 'claim, fetch, sandbox, collect, store, report',
    knows: [
      'api',
      'provenance',
      'graph',
      'host',
      'queue',
      'channel',
      'ssh',
      'store',
      'fetcher',
      'git',
      'sandbox',
      'logs',
    ],
  },
  recipes: {
    floor: 3,
    purpose: 'kinds of recipe: they describe, the engine acts',
    knows: ['api', 'graph', 'formats', 'planner', 'host', 'ebins'],
    borrows: ['config', 'store', 'fetcher', 'git', 'sandbox', 'logs', 'stages'],
    shelf: true,
    members: { pkgbuild: [], autogen: [], ebin: ['autogen'], stage: [], python: [] },
  },
  autogen: {
    floor: 3,
    purpose: 'programs that write ebuilds: hub, artifacts, archives, builds, the run over all of them',
    knows: ['formats', 'host', 'fetcher', 'fastpull', 'git'],
    borrows: ['sandbox'],
  },
  ebuilds: {
    floor: 3,
    purpose: 'what ebuilds say: metadata by Bash in the sandbox, md5-cache kept right',
    knows: ['formats', 'host'],
    borrows: ['sandbox'],
  },
  'python-explorer': {
    floor: 3,
    purpose: 'what Python distributions define: environments, the explorer in a sandbox, graphs made valid',
    knows: ['formats', 'host'],
    borrows: ['sandbox'],
  },
  'python-resources': {
    floor: 2,
    purpose:
      'datafiles of Python symbols, manifests of them, and the manager that answers questions from them',
    knows: ['formats', 'host'],
  },
  'python-build': {
    floor: 3,
    purpose: 'data of many Python distributions: lists, Dockerfiles, and what is made from what',
    knows: [
      'formats',
      'host',
      'incremental',
      'python-corpora',
      'python-explorer',
      'python-resources',
      'python-symbols',
    ],
  },
  'ebin-repository': {
    floor: 3,
    purpose: 'repositories of ebins: made from folders of binary packages, kept in step, checked, cleaned',
    knows: ['formats', 'host', 'ebins', 'ebin-index'],
  },
  stages: {
    floor: 3,
    purpose:
      'stage builds: planned from files of the Metro language, made in trees of their own, found again',
    knows: ['formats', 'host', 'store', 'captures'],
    borrows: ['sandbox'],
  },
  'stage-mirror': {
    floor: 3,
    purpose:
      'mirrors of stages: results published whole, links to the newest flipped at once, cleaned, taken over',
    knows: ['host', 'ebins', 'stages'],
    borrows: ['signer'],
  },
  tree: {
    floor: 3,
    purpose: 'whole kits and the meta-repo put together, checked, and pushed in two phases',
    knows: ['formats', 'host', 'git', 'fastpull', 'autogen'],
  },
  pipeline: {
    floor: 3,
    purpose: 'what pushes and timers mean for a repository of recipes',
    knows: ['api', 'graph', 'formats', 'planner', 'review', 'host', 'fetcher', 'upstream', 'git', 'forge'],
    doors: ['push'],
    borrows: ['sandbox'],
  },
  app: {
    floor: 4,
    purpose: 'composition root and use cases; alone names the drivers',
    knows: ['*'],
    doors: [
      'ci',
      'client',
      'autogen',
      'fastpull',
      'ebuild-tree',
      'tree',
      'metro',
      'metro-editor',
      'stages',
      'ebins',
      'python',
      'python-unchanged',
    ],
  },
  cli: {
    floor: 5,
    purpose: 'one file per command',
    knows: ['app', 'api', 'host', 'http'],
    borrows: ['config'],
  },
  http: {
    floor: 5,
    purpose: 'routes, live events, web hooks',
    knows: ['app', 'api', 'host'],
    borrows: ['config'],
  },
};

/**
 * Rooms (or drivers and members, as room/driver) that alone may import an npm package or a fenced Node module. `web` is the
 * dashboard: no room, but what runs in browsers.
 */
export const fences = {
  'node:sqlite': ['database', 'queue/embedded', 'publisher', 'notifier'],
  bullmq: ['queue/bullmq'],
  ioredis: ['queue/bullmq', 'channel/redis'],
  '@octokit/request': ['notifier', 'forge'],
  '@gitbeaker/rest': ['notifier', 'forge'],
  'smol-toml': ['upstream', 'autogen'],
  'openid-client': ['identity'],
  grammy: ['notifier'],
  nodemailer: ['notifier'],
  bson: ['formats'],
  commander: ['cli'],
  yaml: ['config', 'formats/yaml'],
  zod: ['config', 'api'],
  'vscode-languageserver': ['app'],
  fastify: ['http'],
  '@fastify/cors': ['http'],
  '@fastify/static': ['http'],
  '@fastify/swagger': ['http'],
  'prom-client': ['http'],
  preact: ['web'],
  uplot: ['web'],
  '@xterm/xterm': ['web'],
};

/** Node modules that only compute; every floor above the pure ones may use them. */
export const harmlessNode = [
  'node:path',
  'node:url',
  'node:util',
  'node:events',
  'node:stream',
  'node:buffer',
  'node:string_decoder',
  'node:assert',
];

/** Lines of a file: `aim` is reported, `limit` is enforced; lines of a function and its parameters are enforced. */
export const sizes = { aimLines: 250, limitLines: 500, functionLines: 60, parameters: 4 };
