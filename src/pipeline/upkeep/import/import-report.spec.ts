import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importReport } from './import-report.ts';
import { importRules } from './import-rules.ts';
import type { ImportedHistory, ImportedPackage, ImportedRepository } from './imported-repository.ts';
import { renderImportMarkdown, renderImportText } from './render-import.ts';

const description = (
  pkgbase: string,
  lines: readonly string[] = [],
  pkgnames: readonly string[] = [pkgbase],
): string =>
  [
    `pkgbase = ${pkgbase}`,
    ...['pkgver = 1.0', 'pkgrel = 2', 'arch = any', ...lines].map((line) => `\t${line}`),
    ...pkgnames.map((name) => `\npkgname = ${name}`),
    '',
  ].join('\n');

const aPackage = (name: string, more: Partial<ImportedPackage> = {}): ImportedPackage => ({
  name,
  config: 'CI_PKGBUILD_SOURCE=aur\n',
  srcinfo: description(name),
  files: new Set(['PKGBUILD', '.SRCINFO', '.CI']),
  ciFiles: new Set(['config']),
  versionCheck: undefined,
  ...more,
});

/** In order: reviews are on and somebody is trusted, so that nothing is found but what a test adds. */
const inOrder = 'CI_HUMAN_REVIEW=true\nCI_OVERWRITE_COMMITS=true\n';

const repository = (
  packages: readonly ImportedPackage[],
  more: Partial<ImportedRepository> = {},
): ImportedRepository => ({
  name: 'recipes',
  settings: inOrder,
  maintainers: 'me\n',
  otherFiles: new Set(),
  packages,
  history: undefined,
  ...more,
});

/** Rules that apply to one package (`name: rule`) or to the repository (`rule`). */
const found = (of: ImportedRepository): string[] =>
  importReport(of).findings.map(({ rule, package: name }) =>
    name === undefined ? rule : `${name}: ${rule}`,
  );
const ofPackage = (more: Partial<ImportedPackage>, name = 'foo'): string[] =>
  found(repository([aPackage(name, more)])).map((line) => line.replace(`${name}: `, ''));
const ofSettings = (settings: string): string[] => found(repository([aPackage('foo')], { settings }));
const withConfig = (config: string, name?: string): string[] =>
  ofPackage({ config: `CI_PKGBUILD_SOURCE=aur\n${config}` }, name);

describe('an import report of a repository', () => {
  it('finds nothing where nothing is different', () => {
    const report = importReport(repository([aPackage('foo')]));
    expect(report).toMatchObject({ packages: 1, touched: 0, counts: {}, findings: [] });
    expect(renderImportText(report, { all: false })).toContain('Nothing behaves differently.');
  });

  it('calls BUILD_REPO and REPO_NAME swapped only when the manager knows them only so (decision 1)', () => {
    const settings = `${inOrder}BUILD_REPO=target\nREPO_NAME=source\n`;
    const known = (...targets: string[]): string[] =>
      found(repository([aPackage('foo')], { settings, knownTargets: new Set(targets) }));
    expect(known('target')).toEqual([]);
    expect(known('target', 'source')).toEqual([]);
    expect(known('source')).toEqual(['swapped-names']);
    expect(known()).toEqual(['unknown-target']);
    expect(ofSettings(settings)).toEqual(['names-differ']);
    expect(ofSettings(`${inOrder}BUILD_REPO=same\nREPO_NAME=same\n`)).toEqual([]);
    const otherFiles = new Set(['.ci/packmill.yml']);
    expect(found(repository([aPackage('foo')], { settings, otherFiles }))).toEqual([]);
  });

  it("says that there is no '.ci/config'", () => {
    expect(found(repository([aPackage('foo')], { settings: undefined }))).toContain('no-settings');
    expect(found(repository([aPackage('foo')], { settings: '' }))).not.toContain('no-settings');
  });

  it('names old pipelines, an unpinned template, the watermark and what reviews would let through', () => {
    const otherFiles = new Set([
      '.gitlab-ci.yml',
      '.ci/functions.sh',
      '.github/workflows/chaotic-on-commit.yml',
      '.ci/aur-state',
      'README.md',
    ]);
    const settings = 'TEMPLATE_REPO=https://example.org/t.git\n';
    const of = repository([aPackage('foo')], { otherFiles, settings });
    expect(importReport(of).counts).toEqual({
      'old-pipeline': 3,
      'template-unpinned': 1,
      'review-off': 1,
      'overwrites-commits': 1,
      'aur-watermark': 1,
    });
    expect(found(repository([aPackage('foo')], { maintainers: '#somebody\n' }))).toEqual(['nobody-trusted']);
    expect(found(repository([]))).toEqual(['no-package']);
  });

  it('reads settings as they are written: quotes, blanks, unknown names and lines that are none', () => {
    const report = importReport(
      repository([aPackage('foo')], {
        settings: `${inOrder}GIT_AUTHOR_NAME="Chaotic CI"\nCI_CLONE_DELAY=1 \nCI_MAX_PARALEL=4\nexport X=1\n`,
      }),
    );
    expect(report.findings.map(({ rule, line }) => [rule, line])).toEqual([
      ['settings-unknown', 5],
      ['settings-stray', 6],
      ['settings-quotes', 3],
      ['settings-quotes', 4],
    ]);
    expect(report.findings[0]?.what).toContain("did you mean 'CI_MAX_PARALLEL'");
  });

  const history: ImportedHistory = {
    head: 'a'.repeat(40),
    scheduled: 'a'.repeat(40),
    marked: [],
    reviewBranches: [],
    state: new Set(['.commit', 'foo']),
  };
  const ofHistory = (more: Partial<ImportedHistory>): readonly string[] =>
    importReport(
      repository([aPackage('foo'), aPackage('bar')], { history: { ...history, ...more } }),
    ).findings.map(({ rule, what }) => `${rule}: ${what}`);

  it('looks at tag, state branch and review branches', () => {
    expect(ofHistory({})).toEqual([]);
    expect(ofHistory({ scheduled: undefined })).toEqual(['scheduled-tag: it is missing']);
    expect(ofHistory({ scheduled: 'b'.repeat(40) })).toEqual([
      'scheduled-tag: it is at bbbbbbb, the newest commit is aaaaaaa',
    ]);
    expect(ofHistory({ state: new Set(['foo']) })).toEqual(["state-branch: 1 files and no '.commit'"]);
    expect(ofHistory({ reviewBranches: ['update-foo', 'update-gone'] })).toEqual([
      'review-branches: 2 branches, 1 of them of packages that are gone',
    ]);
  });

  it.each([
    ['x [deploy foo]', []],
    ['x [deploy all]', []],
    ['x [deploy foo bar]', ['foo, bar; before: nothing']],
    ['x [deploy foo] [deploy bar]', ['foo, bar; before: foo']],
    ['x [deploy foo!]', ["'[deploy foo!]' would be fatal; before: ignored"]],
    ['x [deploy gone]', ["'gone' is no package any more"]],
  ])('reads the marker of %j as it will be read', (message, expected) => {
    const id = 'c'.repeat(40);
    expect(ofHistory({ marked: [{ id, message }] })).toEqual(
      expected.map((words) => `deploy-markers: commit ccccccc: ${words}`),
    );
  });
});

describe('an import report of a package', () => {
  it.each([
    ['BUILDER_CLAS=5\n', ['settings-unknown']],
    ['export BUILDER_CLASS=5\n', ['settings-stray']],
    ['BUILDER_CLASS="5"\n', ['settings-quotes']],
    ['CI_MANAGE_AUR=yes\n', ['flag-word']],
    ['CI_GIT_COMMIT=abc\n', ['state-in-config']],
    ['CI_PACKAGE_BUMP=1.0-2/1\n', []],
    ['CI_PACKAGE_BUMP=0:1.0-2/3\n', []],
    ['CI_PACKAGE_BUMP=0.9-1/1\n', ['bump-stale']],
    ['CI_PACKAGE_BUMP=3\n', ['bump-plain']],
    ['CI_PACKAGE_BUMP=0\n', []],
    ['CI_PACKAGE_BUMP=$(x)\n', ['bump-unreadable']],
    ['CI_PKGREL=3\n', ['bump-plain', 'bump-alias']],
    ['CI_MANAGE_AUR=true\nCI_PACKAGE_BUMP=1.0-2/1\n', ['bump-aur']],
    ['CI_NVCHECKER=true\n', ['nvchecker-file', 'nvchecker-overrides']],
  ])('with %j has %j', (config, rules) => {
    expect(withConfig(config)).toEqual(rules);
  });

  it('is unmanaged without settings, and names no source when that is empty', () => {
    expect(ofPackage({ config: undefined })).toEqual(['unmanaged']);
    expect(ofPackage({ config: '# nothing\n' })).toEqual(['unmanaged']);
    expect(ofPackage({ config: 'CI_PKGBUILD_SOURCE=\nBUILDER_CLASS=5\n' })).toEqual(['source-missing']);
  });

  it('needs review when its recipe comes from elsewhere, unless host or owner are trusted', () => {
    const config = 'CI_PKGBUILD_SOURCE=https://git.example.org/team/foo.git\n';
    expect(ofPackage({ config })).toEqual(['source-needs-review']);
    const trusting = (value: string): string[] =>
      found(
        repository([aPackage('foo', { config })], { settings: `${inOrder}CI_TRUSTED_SOURCES=${value}\n` }),
      );
    expect(trusting('git.example.org')).toEqual([]);
    expect(trusting('git.example.org/team')).toEqual([]);
    expect(trusting('git.example.org/other')).toEqual(['foo: source-needs-review']);
    const aur = 'CI_PKGBUILD_SOURCE=https://aur.archlinux.org/foo.git\n';
    expect(ofPackage({ config: aur })).toEqual(['source-needs-review', 'source-is-aur']);
  });

  it('has a name that old alphabets missed, or that nobody takes', () => {
    expect(ofPackage({}, 'python-jaraco.vcs')).toEqual(['name-missed']);
    expect(ofPackage({}, 'Foo')).toContain('name-invalid');
  });

  it('has no PKGBUILD, no .SRCINFO, an empty one, or one of another recipe', () => {
    expect(ofPackage({ files: new Set(['.SRCINFO']) })).toEqual(['pkgbuild-missing']);
    expect(ofPackage({ srcinfo: undefined })).toEqual(['srcinfo-missing']);
    expect(ofPackage({ srcinfo: '\n' })).toEqual(['srcinfo-unusable']);
    expect(ofPackage({ srcinfo: 'pkgver = 1\n' })).toEqual(['srcinfo-unusable']);
    expect(ofPackage({ srcinfo: description('bar') })).toContain('srcinfo-other-pkgbase');
  });

  it('was never found in the AUR when its pkgbase is no pkgname', () => {
    const srcinfo = description('dxvk', [], ['dxvk-a', 'dxvk-b']);
    expect(ofPackage({ srcinfo }, 'dxvk')).toEqual(['split-not-found']);
    expect(ofPackage({ srcinfo, config: 'CI_PKGBUILD_SOURCE=custom\n' }, 'dxvk')).toEqual([]);
  });

  it('has several git sources, a branch, or nothing that is watched', () => {
    const git = (...lines: string[]): string[] =>
      ofPackage(
        {
          srcinfo: description(
            'foo-git',
            lines.map((line) => `source = ${line}`),
          ),
        },
        'foo-git',
      );
    expect(git('git+https://a.example/a.git')).toEqual([]);
    expect(git('git+https://a.example/a.git', 'b::git+https://a.example/b.git')).toEqual([
      'several-git-sources',
    ]);
    expect(git('git+https://a.example/a.git#branch=dev')).toEqual(['branch-exact']);
    expect(git('git+https://a.example/a.git#tag=v1')).toEqual(['not-watched']);
    expect(withConfig('CI_ON_TRIGGER=daily\n', 'foo-svn')).toEqual([]);
    expect(withConfig('', 'foo-svn')).toEqual(['not-watched']);
  });

  it('is bumped by its triggers at last when it has an epoch, and no more when they are blacklisted', () => {
    const srcinfo = description('foo', ['epoch = 1']);
    const config = 'CI_PKGBUILD_SOURCE=aur\nCI_REBUILD_TRIGGERS=boost:icu\n';
    expect(ofPackage({ srcinfo, config })).toEqual(['epoch-trigger']);
    const settings = `${inOrder}CI_REBUILD_BLACKLIST=icu:glibc\n`;
    expect(found(repository([aPackage('foo', { config })], { settings }))).toEqual([
      'foo: trigger-blacklisted',
    ]);
  });

  it('has hooks, groups and misplaced files', () => {
    expect(ofPackage({ ciFiles: new Set(['config', 'update.sh', 'on-failure.sh']) })).toEqual([
      'update-hook',
      'result-hook',
    ]);
    expect(ofPackage({ files: new Set(['PKGBUILD', 'prepare']) })).toEqual(['misplaced-interfere']);
    const srcinfo = description('foo', ['groups = xfce4']);
    expect(ofPackage({ srcinfo })).toEqual(['groups-removed']);
    expect(ofPackage({ srcinfo, config: 'CI_PKGBUILD_SOURCE=aur\nBUILDER_ALLOW_PROHIBITED=true\n' })).toEqual(
      [],
    );
  });

  it('has a version check that cannot be done', () => {
    const check = (text: string): string[] =>
      ofPackage({
        config: 'CI_PKGBUILD_SOURCE=custom\nCI_NVCHECKER=true\n',
        versionCheck: { file: '.nvchecker.toml', text },
      });
    expect(check('[foo]\nsource = "github"\ngithub = "a/b"\n')).toEqual([]);
    expect(check('[foo]\nsource = "no-such-source"\n')).toEqual(['nvchecker-source']);
    expect(check('[foo\n')).toEqual(['nvchecker-source']);
  });
});

describe('the dependency tree of an import report', () => {
  it('counts edges by both rules: fakes vanish, names with other letters appear, circles are named', () => {
    const report = importReport(
      repository([
        aPackage('app', {
          srcinfo: description('app', ['depends = lib', 'depends = ui', 'checkdepends = c++lib']),
        }),
        aPackage('lib'),
        // two provide it, so that nobody can say which one is meant
        aPackage('ui-a', { srcinfo: description('ui-a', ['provides = ui']) }),
        aPackage('ui-b', { srcinfo: description('ui-b', ['provides = ui']) }),
        aPackage('c++lib', { srcinfo: description('c++lib', ['makedepends = lib']) }),
        aPackage('x', { srcinfo: description('x', ['depends = y']) }),
        aPackage('y', { srcinfo: description('y', ['depends = x']) }),
      ]),
    );
    // 'c++lib' claimed to be 'lib', so that the old edge from 'app' led to the wrong one
    expect(report.tree).toMatchObject({
      packages: 7,
      oldEdges: 4,
      newEdges: 5,
      vanished: 1,
      appeared: 2,
      byProvides: 0,
    });
    expect(report.tree.oldEdges - report.tree.vanished).toBe(report.tree.newEdges - report.tree.appeared);
    expect(report.tree.cycles.map((members) => [...members].sort())).toEqual([['x', 'y']]);
    expect(report.findings.filter(({ rule }) => rule === 'tree-shift').map((one) => one.package)).toEqual([
      'c++lib',
    ]);
  });
});

describe('the texts of an import report', () => {
  const many = Array.from({ length: 25 }, (_, index) => aPackage(`p${index}`, { srcinfo: undefined }));

  it('shorten long lists unless all is asked for, in both forms', () => {
    const report = importReport(repository(many));
    for (const render of [renderImportText, renderImportMarkdown]) {
      expect(render(report, { all: false })).toContain('and 5 more');
      expect(render(report, { all: true })).not.toContain('more');
    }
  });

  it('carry nothing that moves a cursor or becomes markup', () => {
    const config = 'CI_PKGBUILD_SOURCE=aur\n\u001b[2J<b>[x](http://evil)\n';
    const report = importReport(repository([aPackage('foo', { config })]));
    expect(renderImportText(report, { all: true })).not.toContain('\u001b');
    expect(renderImportMarkdown(report, { all: true })).toContain('\\<b\\>\\[x\\](http');
  });

  it('exist for every rule', () => {
    for (const rule of Object.values(importRules)) {
      expect([rule.title, rule.was, rule.is].every((text) => text.endsWith('.') || text === rule.title)).toBe(
        true,
      );
      expect(rule.title).not.toMatch(/\.$|^[A-Z][a-z]/);
    }
  });

  it('never fail, whatever is in the files', () => {
    const text = fc.option(
      fc.oneof(fc.string(), fc.constantFrom('A="', 'pkgbase = foo\npkgname', 'CI_PKGREL')),
      {
        nil: undefined,
      },
    );
    fc.assert(
      fc.property(text, text, text, fc.string(), (config, srcinfo, settings, name) => {
        const one = aPackage(name, {
          config,
          srcinfo,
          versionCheck: { file: 'nvchecker.toml', text: srcinfo ?? '' },
        });
        const report = importReport(repository([one], { settings }));
        renderImportMarkdown(report, { all: false });
      }),
      { numRuns: 200 },
    );
  });
});
