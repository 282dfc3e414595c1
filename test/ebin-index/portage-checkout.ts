import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  type GeneratedEbuild,
  manifestText,
  packageMetadataText,
  pfOf,
  repositoryTexts,
} from '../../src/ebin-index/index.ts';

/** repos.conf of a folder with the source repository and the one of ebins. */
export const repositories = (folder: string): string =>
  [
    '[DEFAULT]',
    'main-repo = tryrepo',
    ...['tryrepo', 'ebins'].flatMap((name) => [
      `[${name}]`,
      `location = ${folder}/${name}`,
      'auto-sync = no',
    ]),
  ].join('\n');

function writeAll(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const profile = [
  'ARCH="amd64"',
  'ACCEPT_KEYWORDS="amd64"',
  'CHOST="x86_64-pc-linux-gnu"',
  'KERNEL="linux"',
  'ELIBC="glibc"',
  'USE_EXPAND="ARCH ELIBC KERNEL PYTHON_TARGETS"',
  'USE_EXPAND_IMPLICIT="ARCH ELIBC KERNEL"',
  'USE_EXPAND_UNPREFIXED="ARCH"',
  'USE_EXPAND_VALUES_ARCH="amd64 arm64"',
  'USE_EXPAND_VALUES_ELIBC="glibc"',
  'USE_EXPAND_VALUES_KERNEL="linux"',
  '',
].join('\n');

const sourceRepository = new Map([
  ['profiles/repo_name', 'tryrepo\n'],
  ['profiles/eapi', '8\n'],
  ['profiles/categories', 'app-misc\ndev-libs\n'],
  ['profiles/arch.list', 'amd64\narm64\n'],
  ['profiles/profiles.desc', 'amd64 base stable\n'],
  ['profiles/base/eapi', '8\n'],
  ['profiles/base/make.defaults', profile],
  ['metadata/layout.conf', 'masters =\nthin-manifests = true\n'],
  ['licenses/GPL-2', 'text\n'],
  ['licenses/CC0-1.0', 'text\n'],
]);

/** A repository of the ebuilds, the one that its packages were built from, and a profile. */
export function writeRepositories(folder: string, ebuilds: readonly GeneratedEbuild[]): void {
  const categories = ebuilds.map(({ id }) => id.category);
  const settings = { masters: ['tryrepo'], categories, mirrors: ['http://127.0.0.1:9'] };
  writeAll(join(folder, 'ebins'), repositoryTexts(settings));
  for (const { id, text, objects, flags } of ebuilds)
    writeAll(
      join(folder, 'ebins', id.category, id.name),
      new Map([
        [`${pfOf(id)}.ebuild`, text],
        ['Manifest', manifestText(objects)],
        ['metadata.xml', packageMetadataText(flags)],
      ]),
    );
  writeAll(join(folder, 'tryrepo'), sourceRepository);
  const make = [
    `DISTDIR="${folder}/dist"`,
    `PORTAGE_TMPDIR="${folder}/tmp"`,
    'ACCEPT_LICENSE="*"',
    'FEATURES="-sandbox -usersandbox -userpriv -news -network-sandbox -ipc-sandbox -pid-sandbox"',
    '',
  ];
  writeAll(folder, new Map([['etc/portage/make.conf', make.join('\n')]]));
  for (const name of ['tmp', 'dist', 'tools']) mkdirSync(join(folder, name));
  symlinkSync(join(folder, 'tryrepo/profiles/base'), join(folder, 'etc/portage/make.profile'));
  symlinkSync('/usr/bin/python3', join(folder, 'tools/python'));
}

/** Runs a program of the checkout that PACKMILL_PORTAGE names, in an environment that is otherwise empty. */
export async function runPortage(
  folder: string,
  [name = '', ...words]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const bin = join(process.env['PACKMILL_PORTAGE'] ?? '', 'bin');
  const env = {
    HOME: folder,
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    PATH: `${folder}/tools:${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    PYTHONDONTWRITEBYTECODE: '1',
    PORTAGE_USERNAME: 'root',
    PORTAGE_GRPNAME: 'root',
    PORTAGE_REPOSITORIES: repositories(folder),
    PORTAGE_CONFIGROOT: folder,
    ...variables,
  };
  return (await promisify(execFile)(join(bin, name), words, { env, maxBuffer: 1 << 26 })).stdout;
}
