import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The checkout of Portage to run, when there is one. */
export const checkout = process.env['PACKMILL_PORTAGE'];

/** What a profile of the tests has. */
const makeDefaults = `ARCH="amd64"
ACCEPT_KEYWORDS="amd64"
CHOST="x86_64-pc-linux-gnu"
USERLAND="GNU"
KERNEL="linux"
ELIBC="glibc"
IUSE_IMPLICIT="prefix prefix-guest prefix-stack"
USE_EXPAND="ARCH ELIBC KERNEL PYTHON_TARGETS"
USE_EXPAND_IMPLICIT="ARCH ELIBC KERNEL"
USE_EXPAND_UNPREFIXED="ARCH"
USE_EXPAND_HIDDEN="ARCH ELIBC KERNEL"
USE_EXPAND_VALUES_ARCH="amd64 arm64 x86"
USE_EXPAND_VALUES_ELIBC="glibc musl"
USE_EXPAND_VALUES_KERNEL="linux"
`;

/** The repository that the packages were built from, as far as it takes part: it has no ebuilds. */
export const sourceRepository: Readonly<Record<string, string>> = {
  'profiles/repo_name': 'tryrepo\n',
  'profiles/eapi': '8\n',
  'profiles/categories': 'app-misc\ndev-libs\n',
  'profiles/arch.list': 'amd64\narm64\n',
  'profiles/profiles.desc': 'amd64 base stable\n',
  'profiles/base/eapi': '8\n',
  'profiles/base/make.defaults': makeDefaults,
  'metadata/layout.conf': 'masters =\nthin-manifests = true\nprofile-formats = portage-2\n',
  'licenses/GPL-2': 'text\n',
  'licenses/CC0-1.0': 'text\n',
};

/** What Portage keeps for itself in a root, beside the image. */
export const besideImages: readonly string[] = [
  // the phases of the sample package write it
  'var/lib/ebindemo/state',
  ...['etc/csh.env', 'etc/env.d', 'etc/environment.d', 'etc/profile.env'],
  ...['tmp', 'var/cache', 'var/db', 'var/lib/gentoo', 'var/lib/portage', 'var/log', 'var/tmp'],
];

/** How a command of Portage ended. */
export interface Ended {
  readonly code: number;
  /** Both outputs. */
  readonly text: string;
}

/** A run of Portage. */
export interface Run {
  /** Variables of this run, such as `USE`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether the run gets an `/etc` and a `/var` of its own, as emerge with ROOT needs them. */
  readonly apart?: boolean | undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Programs that Portage calls by names that not every system has. */
function linkTools(folder: string): void {
  mkdirSync(folder, { recursive: true });
  symlinkSync('/usr/bin/python3', join(folder, 'python'));
  symlinkSync('/usr/bin/python3', join(folder, 'python3'));
  symlinkSync(existsSync('/usr/bin/tar') ? '/usr/bin/tar' : '/bin/tar', join(folder, 'gtar'));
}

/**
 * A place where the real Portage works: a source repository with a profile, the ebin repository beside it, a root to merge
 * into. Nothing of the system's own Portage takes part, and the environment is empty but for what is named here.
 */
export class PortageLab {
  readonly folder: string;
  readonly root: string;
  readonly distfiles: string;
  readonly #ebins: string | undefined;

  /** `ebins` is the folder of the ebin repository, used where it is. */
  constructor(
    folder: string,
    { ebins, pkgdir }: { readonly ebins?: string | undefined; readonly pkgdir?: string | undefined } = {},
  ) {
    this.folder = folder;
    this.root = join(folder, 'root');
    this.distfiles = join(folder, 'distfiles');
    this.#ebins = ebins;
    const profiles = join(folder, 'repo', 'profiles');
    for (const [path, text] of Object.entries(sourceRepository)) write(join(folder, 'repo', path), text);
    for (const name of [
      'root',
      'distfiles',
      'tmp',
      'log',
      'home',
      'var/lib',
      'var/cache',
      'var/tmp',
      'var/db',
    ])
      mkdirSync(join(folder, name), { recursive: true });
    linkTools(join(folder, 'tools'));
    const settings = {
      DISTDIR: this.distfiles,
      PKGDIR: pkgdir ?? join(folder, 'pkgdir'),
      PORTAGE_TMPDIR: join(folder, 'tmp'),
      PORTAGE_LOGDIR: join(folder, 'log'),
      PORTAGE_USERNAME: 'root',
      PORTAGE_GRPNAME: 'root',
      FEATURES:
        '-sandbox -usersandbox -userpriv -userfetch -network-sandbox -ipc-sandbox -pid-sandbox -news -merge-sync -usersync xattr',
      GENTOO_MIRRORS: '',
      ACCEPT_LICENSE: '*',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
    write(join(folder, 'etc', 'portage', 'make.conf'), lines.join(''));
    symlinkSync(join(profiles, 'base'), join(folder, 'etc', 'portage', 'make.profile'));
    for (const name of ['passwd', 'group', 'nsswitch.conf', 'ld.so.cache', 'hosts'])
      if (existsSync(`/etc/${name}`)) copyFileSync(`/etc/${name}`, join(folder, 'etc', name));
    if (existsSync('/etc/alternatives'))
      cpSync('/etc/alternatives', join(folder, 'etc', 'alternatives'), {
        recursive: true,
        verbatimSymlinks: true,
      });
  }

  get repositories(): string {
    const section = (name: string, location: string, priority: number): string =>
      `[${name}]\nlocation = ${location}\nauto-sync = no\npriority = ${priority}\n`;
    const ebins = this.#ebins === undefined ? '' : section('ebins', this.#ebins, 50);
    return `[DEFAULT]\nmain-repo = tryrepo\n${section('tryrepo', join(this.folder, 'repo'), 0)}${ebins}`;
  }

  /** The whole environment of its runs. */
  environment(): Record<string, string> {
    // scanelf and getfattr may stand in a folder of their own
    const more = process.env['PACKMILL_PORTAGE_TOOLS'];
    const path = [
      join(this.folder, 'tools'),
      more,
      join(checkout ?? '', 'bin'),
      '/usr/sbin',
      '/usr/bin',
      '/sbin',
      '/bin',
    ];
    return {
      HOME: join(this.folder, 'home'),
      TERM: 'dumb',
      NOCOLOR: 'true',
      LANG: 'C.UTF-8',
      PATH: path.filter((one) => one !== undefined).join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      PORTAGE_USERNAME: 'root',
      PORTAGE_GRPNAME: 'root',
      PORTAGE_REPOSITORIES: this.repositories,
      ROOT: this.root,
      PORTAGE_CONFIGROOT: this.folder,
    };
  }

  /** Runs a program of the checkout to its end. */
  async run([name = '', ...words]: readonly string[], { env, apart = false }: Run = {}): Promise<Ended> {
    const program = join(checkout ?? '', 'bin', name);
    const box = [
      '--dev-bind',
      '/',
      '/',
      '--bind',
      `${this.folder}/etc`,
      '/etc',
      '--bind',
      `${this.folder}/var`,
      '/var',
    ];
    const [file, list] = apart ? ['bwrap', [...box, '--', program, ...words]] : [program, words];
    return new Promise((done) => {
      const options = {
        env: { ...this.environment(), ...env },
        maxBuffer: 1 << 26,
        encoding: 'utf8',
      } as const;
      execFile(file, list, options, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) || 1 : 0, text: stdout + stderr });
      });
    });
  }
}
