import { layout } from './sandbox-layout.ts';
import { shellQuote } from './shell-quote.ts';

/** An upstream that something local stands in for: URLs beginning with `prefix` begin with `replacement` instead. */
export interface UrlRewrite {
  readonly prefix: string;
  readonly replacement: string;
}

/** What makepkg is told; everything else has the fixed values of specification 16.2 step 2. */
export interface MakepkgSettings {
  readonly arch: string;
  readonly processors: number;
  readonly packager: string;
}

/** The whole `makepkg.conf` (makepkg.conf(5)) of a job; the host's own plays no part. */
export function makepkgConf(settings: MakepkgSettings): string {
  const download = (protocol: string): string => `'${protocol}::${layout.control}/download %o %u'`;
  return `# written by packmill for this job
DLAGENTS=(${['file', 'ftp', 'http', 'https'].map(download).join('\n          ')})
VCSCLIENTS=('bzr::breezy' 'fossil::fossil' 'git::git' 'hg::mercurial' 'svn::subversion')
CARCH=${shellQuote(settings.arch)}
CHOST=${shellQuote(`${settings.arch}-pc-linux-gnu`)}
CFLAGS="-O2 -pipe -fno-plt -fexceptions -Wp,-D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security -fstack-clash-protection"
CXXFLAGS="$CFLAGS -Wp,-D_GLIBCXX_ASSERTIONS"
LDFLAGS="-Wl,-O1,--sort-common,--as-needed,-z,relro,-z,now"
LTOFLAGS="-flto=auto"
MAKEFLAGS="-j${settings.processors}"
BUILDENV=(!distcc !color !ccache check !sign)
OPTIONS=(strip docs !libtool !staticlibs emptydirs zipman purge !debug lto)
INTEGRITY_CHECK=(sha256)
STRIP_BINARIES="--strip-all"
STRIP_SHARED="--strip-unneeded"
STRIP_STATIC="--strip-debug"
MAN_DIRS=({usr{,/local}{,/share},opt/*}/{man,info})
DOC_DIRS=(usr/{,local/}{,share/}{doc,gtk-doc} opt/*/{doc,gtk-doc})
PURGE_TARGETS=(usr/{,share}/info/dir .packlist *.pod)
DBGSRCDIR="/usr/src/debug"
BUILDDIR=${layout.work}
PKGDEST=${layout.packages}
SRCDEST=${layout.sources}
SRCPKGDEST=${layout.work}
LOGDEST=${layout.work}
PACKAGER=${shellQuote(settings.packager)}
COMPRESSGZ=(gzip -c -f -n)
COMPRESSBZ2=(bzip2 -c -f)
COMPRESSXZ=(xz -c -z -)
COMPRESSZST=(zstd -c -z -q -)
PKGEXT='.pkg.tar'
SRCEXT='.src.tar.gz'
`;
}

/** The `pacman.conf` with which dependencies are installed: the store has verified the files already. */
export function pacmanConf(
  arch: string,
  repositories: readonly { readonly name: string; readonly servers: readonly string[] }[] = [],
): string {
  const sections = repositories.map(
    ({ name, servers }) => `\n[${name}]\n${servers.map((server) => `Server = ${server}\n`).join('')}`,
  );
  return `# written by packmill for this job
[options]
Architecture = ${arch}
SigLevel = Never
LocalFileSigLevel = Never
${sections.join('')}`;
}

/** The builder's `~/.gitconfig`: local mirrors may belong to anybody, and stand in for their servers. */
export function gitConfig(rewrites: readonly UrlRewrite[]): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const lines = [
    '[safe]',
    '\tdirectory = *',
    '[protocol "file"]',
    '\tallow = always',
    '[advice]',
    '\tdetachedHead = false',
  ];
  for (const { prefix, replacement } of rewrites) {
    lines.push(`[url ${quote(replacement)}]`, `\tinsteadOf = ${quote(prefix)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The program that makepkg calls to download one file: `download OUTPUT URL`. */
export function downloadScript(rewrites: readonly UrlRewrite[]): string {
  const cases = rewrites.map(
    ({ prefix, replacement }) =>
      `  ${shellQuote(prefix)}*) url=${shellQuote(replacement)}"\${url#${shellQuote(prefix)}}" ;;`,
  );
  return `#!/usr/bin/env bash
# written by packmill for this job: download OUTPUT URL
set -euo pipefail
output=$1
url=$2
case "$url" in
${cases.join('\n')}
  *) ;;
esac
case "$url" in
  file://*)
    path=\${url#file://}
    path=\${path#localhost}
    # an URL has %20 for a space, but recipes also write paths as they are
    if [ ! -e "$path" ]; then
      path=\${path//\\\\/\\\\\\\\}
      printf -v path '%b' "\${path//%/\\\\x}"
    fi
    exec cp --reflink=auto -- "$path" "$output"
    ;;
  *) exec curl --globoff --fail --location --continue-at - --retry 3 --retry-delay 3 --silent --show-error --output "$output" -- "$url" ;;
esac
`;
}
