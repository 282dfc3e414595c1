import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../src/config/index.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  // formats read files that look like an environment
  .filter((path) => path.endsWith('.ts') && !/\.(spec|table)\.ts$|^(diagnostics|formats)\//.test(path))
  .map((path) => read(join('src', path)));

/** Variables of the system and of other programs, which packmill reads as those do. */
const notOurs = [
  ...['CI', 'HOME', 'LANG', 'LC_ALL', 'PATH', 'TERM', 'TMPDIR', 'USER', 'COLUMNS', 'NO_COLOR', 'FORCE_COLOR'],
  ...[
    'CONTAINER_HOST',
    // of pip
    'PIP_INDEX_URL',
    // of metatools, so that both work on one workspace
    'METATOOLS_WORKSPACE',
    'METATOOLS_DISTFILES_HOST',
    'FUNTOO_FIXUPS_URL',
    // of Portage, and of everybody who makes archives alike
    'DISTDIR',
    'SOURCE_DATE_EPOCH',
    'DOCKER_HOST',
    'XDG_RUNTIME_DIR',
    'GNUPGHOME',
    'BUILDTOOL',
    'BUILDTOOLVER',
    'GIT_CONFIG_COUNT',
    'XDG_CACHE_HOME',
    // of GitLab CI and of GitHub Actions
    ...[
      'GITLAB_CI',
      'CI_COMMIT_BRANCH',
      'CI_DEFAULT_BRANCH',
      'CI_PIPELINE_ID',
      'CI_PIPELINE_URL',
      'CI_PROJECT_URL',
    ],
    ...[
      'GITHUB_ACTIONS',
      'GITHUB_REF_NAME',
      'GITHUB_REF_TYPE',
      'GITHUB_REPOSITORY',
      'GITHUB_RUN_ID',
      'GITHUB_SERVER_URL',
      'GITHUB_TOKEN',
    ],
  ],
];
/** Variables of Chaotic Manager that an environment may still have, and that change nothing. */
const withoutEffect = ['BUILDER_BUILD_DIR_HOST', 'BUILDER_BUILD_DIR_MANAGER'];

/** Names that the source reads: by its readers, and by fields of what it calls an environment. */
function namesRead(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const text of sources) {
    for (const pattern of [
      /\b(?:read|variable)\('([A-Z][A-Z_]+)'/g,
      /\b(?:number|json|portOf)\(read, '([A-Z][A-Z_]+)'/g,
      /\b(?:env|environment)(?:\.|\[')([A-Z][A-Z_]+)/g,
    ]) {
      for (const [, name = ''] of text.matchAll(pattern)) names.add(name);
    }
    // TELEGRAM_... is put together
    if (text.includes('`TELEGRAM_$')) {
      for (const name of ['BOT_TOKEN', 'CHAT_ID', 'API_ROOT']) names.add(`TELEGRAM_${name}`);
    }
  }
  return names;
}

describe('the table of variables of the environment', () => {
  const table = environmentVariables.map(({ name }) => name as string);
  it('has every variable that is read, and none that is not', () => {
    const found = namesRead();
    const missing = [...found].filter((name) => !table.includes(name) && !notOurs.includes(name));
    expect(missing.sort()).toEqual([]);
    expect(table.filter((name) => !found.has(name)).sort()).toEqual([...withoutEffect].sort());
  });

  it('is what docs/service.md says, row by row', () => {
    const rows = [
      ...read('docs/service.md').matchAll(/^\| `([A-Z][A-Z_]+)` \| (.*?) \| (.*?) \| (.*) \|$/gm),
    ];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      environmentVariables.map(({ name, role, default: value, required, meaning }) => [
        name,
        role,
        required ? 'required' : value === undefined ? '-' : `\`${value}\``,
        meaning,
      ]),
    );
  });
});
