import { describe, expect, it } from 'vitest';
import { parsePackageList } from './packages-yaml.ts';
import { parseReleaseDefinition } from './release-definition.ts';

const text = `release:
  metadata:
    version: 11
    required:
      - ego: '2.7.2'
  copyright: |
    Copyright {{cur_year}} nobody
  repositories:
    - flora:
        url: https://git.example/flora.git
    - staging: &staging
        url: https://git.example/staging.git
        src_sha1: 1111111111111111111111111111111111111111
        note: 'a slip'
    - staging-old:
        <<: *staging
        src_sha1: 2222222222222222222222222222222222222222
  source-collections:
    next:
      - flora
      - staging:
          src_sha1: 3333333333333333333333333333333333333333
  remotes:
    dev: { url: 'https://git.example/{repo}' }
    prod: { url: 'ssh://git.example/{repo}', mirrors: ['ssh://mirror.example/{repo}'] }
  kit-definitions:
    meta-repo-branch: testing
    defaults:
      masters: [core-kit, llvm-kit]
      source: next
      stability: prime
      branch: main
      priority: 500
    kits:
      - core-kit:
          masters: []
          aliases: [gentoo]
          priority: 1000
          eclasses:
            include: { staging: ['*'], flora: [waf] }
            mask: [llvm]
      - llvm-kit
      - perl-kit:
          kind: sourced
          source: { url: https://git.example/perl-kit.git, branch: 5.30 }
      - python-kit:
          branch: '3.10'
          settings: { primary: python3_9, has_python: 3.10, mask: '>=dev-lang/python-3.11' }
`;

const problemsOf = (changed: string) =>
  parseReleaseDefinition(changed, 'repositories.yaml').problems.map(({ code, what, place }) => [
    code,
    place?.line,
    what,
  ]);

describe('repositories.yaml', () => {
  it('says what a release is made of, and fields that nobody reads are warnings with a hint', () => {
    const { release, problems } = parseReleaseDefinition(text, 'releases/next/repositories.yaml');
    expect(problems).toMatchObject([
      {
        code: 'YML003',
        severity: 'warning',
        place: { file: 'releases/next/repositories.yaml', line: 14, column: 9 },
        next: "Did you mean 'notes'?",
      },
      { code: 'YML003' },
    ]);
    expect(release?.metadata).toEqual({ version: 11, required: [{ ego: '2.7.2' }] });
    expect(release?.metaRepoBranch).toBe('testing');
    expect(release?.copyright).toContain('{{cur_year}}');
    expect(release?.repositories.get('staging-old')).toMatchObject({
      url: 'https://git.example/staging.git',
      sha1: '2'.repeat(40),
    });
    expect(release?.collections.get('next')).toMatchObject([
      { name: 'flora', url: 'https://git.example/flora.git' },
      { name: 'staging', url: 'https://git.example/staging.git', sha1: '3'.repeat(40) },
    ]);
    expect(release?.remotes.get('prod')?.mirrors).toEqual(['ssh://mirror.example/{repo}']);
  });
  it('gives each kit what the defaults say and it does not, and texts stay as they were written', () => {
    const [core, llvm, perl, python] = parseReleaseDefinition(text, 'x').release?.kits ?? [];
    expect(core).toMatchObject({
      kind: 'auto',
      source: 'next',
      masters: [],
      priority: 1000,
      stability: 'prime',
    });
    expect(core?.eclasses.include.get('flora')).toEqual(['waf']);
    expect(llvm).toMatchObject({ masters: ['core-kit'], priority: 500 });
    expect(perl).toMatchObject({ kind: 'sourced', source: { branch: '5.30' }, branch: 'main' });
    expect(python?.settings).toMatchObject({ has_python: '3.10' });
  });
  it.each([
    ['\tx: y', 'YML001', '\tx', /./],
    ['kits: []', 'YML002', 'kits', /'release'/],
    [text.replace('      - flora\n', '      - florra\n'), 'PMS040', 'florra', /'florra'/],
    [text.replace('source: next', 'source: nxet'), 'PMS040', 'core-kit:', /'nxet'/],
    [
      text.replace('branch: 5.30 }', 'branch: a, src_sha1: b }'),
      'YML002',
      'url: https://git.example/perl',
      /exactly one/,
    ],
    [text.replace('kind: sourced', 'kind: sauced'), 'YML002', 'kind: sauced', /'auto' nor 'sourced'/],
    [text.replace('masters: []', 'masters: core-kit'), 'YML002', 'masters: core-kit', /no list/],
    [text.replace('priority: 1000', 'priority: high'), 'YML002', 'priority: high', /whole number/],
    [text.replace('- llvm-kit\n', '- core-kit\n'), 'YML002', '- core-kit\n', /twice/],
    [text.replace(/flora:\n +url: .*\n/, 'flora\n'), 'YML002', '- flora\n', /no 'url'/],
    [text.replace('- flora:', '- staging:'), 'YML002', '- staging: &', /defined twice/],
  ] as const)('tells the place of a mistake (%#)', (changed, code, needle, what) => {
    const line = changed.slice(0, changed.indexOf(needle)).split('\n').length;
    expect(problemsOf(changed)).toContainEqual([code, line, expect.stringMatching(what)]);
  });
});

describe('packages.yaml', () => {
  it('has packages below names of repositories, grouped in any way', () => {
    const { list, problems } = parsePackageList(
      `exclude: [dev-python/templates, 'x11-*/*']
copyfiles:
  - flora:
      - src: licenses/x
eclasses:
  - flora: [waf]
packages:
  - flora:
      - app-misc/a
      - group:
          - app-misc/b
        deeper: { x: [app-misc/c, app-misc/metadata.xml] }
  - staging:
`,
      'core-kit/packages.yaml',
    );
    expect(problems).toEqual([]);
    expect(list.packages.map(({ repository, what }) => `${repository} ${what}`)).toEqual([
      'flora app-misc/a',
      'flora app-misc/b',
      'flora app-misc/c',
      'flora app-misc/metadata.xml',
    ]);
    expect(list).toMatchObject({ exclude: ['dev-python/templates', 'x11-*/*'], eclasses: [{ what: 'waf' }] });
    expect(list.copyfiles).toMatchObject([{ repository: 'flora', what: { src: 'licenses/x' } }]);
  });
  it('tells places of mistakes, and gives the rest', () => {
    const { list, problems } = parsePackageList(
      'packages:\n  - flora:\n      - a/b\n      - a\npackage: []\n',
      'x',
    );
    expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
      ['YML003', 5],
      ['PMS002', 4],
    ]);
    expect(list.packages).toHaveLength(1);
    expect(parsePackageList('packages: {}', 'x').problems).toEqual([]);
    expect(parsePackageList('a:\n\t- b', 'x').problems).toMatchObject([
      { code: 'YML001', place: { line: 2 } },
    ]);
    expect(parsePackageList('packages:\n  - a: 1\n    b: 2\n', 'x').problems).toMatchObject([
      { code: 'YML002' },
    ]);
    expect(parsePackageList('copyfiles:\n  - a:\n     - {}\n', 'x').problems).toMatchObject([
      { code: 'YML002' },
    ]);
  });
});

it('refuses aliases that multiply, in both files', () => {
  const lines = Array.from({ length: 30 }, (_, at) => `  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`);
  const text = ['  a0: &a0 [x]', ...lines].join('\n');
  const coded = [{ code: 'YML001', what: expect.stringContaining('aliases') }];
  expect(parseReleaseDefinition(`release:\n${text}`, 'x').problems).toMatchObject(coded);
  expect(parsePackageList(`packages:\n${text}`, 'x').problems).toMatchObject(coded);
});
