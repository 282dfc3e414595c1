import type { JobContext, Outcome, Step, StepMount } from '../../model/index.ts';
import { layout } from './sandbox-layout.ts';
import { shellQuote } from './shell-quote.ts';

/** What the steps of one job depend on; everything else about them is fixed. */
export interface StepsInput {
  /** Work folder of the attempt on the host; its folders are mounted below `/build`. */
  readonly work: string;
  /** Folders of the host that the fetch step may read, for `file://` sources and mirrors. */
  readonly fetchMounts: readonly StepMount[];
  /** Folder for sources that outlives the attempt. */
  readonly sourceCache: string | undefined;
  readonly installsDependencies: boolean;
  /** Some of them come from repositories elsewhere. */
  readonly usesRepositories: boolean;
  /** Some `.CI` file has to be applied in the sandbox. */
  readonly interferes: boolean;
  /** Some source is not in the recipe's folder; otherwise makepkg verifies all of them when it builds. */
  readonly fetches: boolean;
  readonly hooks: { readonly onSuccess: boolean; readonly onFailure: boolean };
  readonly processors: number;
  readonly packageName: string;
  /** Seconds since the epoch; everything that makepkg packs bears this time. */
  readonly epochSeconds: number;
}

const environment = (input: StepsInput): Record<string, string> => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: layout.home,
  USER: 'builder',
  LOGNAME: 'builder',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  SOURCE_DATE_EPOCH: String(input.epochSeconds),
  TERM: 'dumb',
  TMPDIR: '/tmp',
  MAKEFLAGS: `-j${input.processors}`,
  // an ordinary user's namespace answers chown with "invalid argument", which fakeroot would pass on
  FAKEROOTDONTTRYCHOWN: '1',
});

/**
 * Each folder is mounted on its own: the root of a mount can be neither moved nor replaced by a link from
 * inside, so the paths that packmill reads afterwards are the folders it made.
 */
function mounts(input: StepsInput): StepMount[] {
  const { work } = input;
  return [
    { source: `${work}/recipe`, target: layout.recipe, writable: true },
    { source: input.sourceCache ?? `${work}/sources`, target: layout.sources, writable: true },
    { source: `${work}/packages`, target: layout.packages, writable: true },
    { source: `${work}/work`, target: layout.work, writable: true },
    { source: `${work}/home`, target: layout.home, writable: true },
    { source: `${work}/control`, target: layout.control, writable: false },
    { source: `${work}/dependencies`, target: layout.dependencies, writable: false },
  ];
}

const makepkg = (...more: readonly string[]): string[] => [
  'makepkg',
  '--config',
  `${layout.control}/makepkg.conf`,
  '--nodeps',
  '--noconfirm',
  '--noprogressbar',
  '--nocolor',
  ...more,
];

/**
 * The commands of one PKGBUILD job in order: install dependencies, interfere, fetch and verify the
 * sources, build without network (specification 16.2; fetching and building are separate so that
 * `fetch-only` is possible).
 */
export function buildSteps(input: StepsInput): Step[] {
  const plain = { mounts: mounts(input), environment: environment(input), workingDirectory: layout.recipe };
  const dependencies: Step = {
    ...plain,
    name: 'dependencies',
    user: 'root',
    changesRoot: true,
    network: input.usesRepositories ? 'fetch' : 'none',
    workingDirectory: layout.work,
    command: ['bash', `${layout.control}/install-dependencies`],
    timeoutMs: undefined,
  };
  const interfere: Step = {
    ...plain,
    name: 'interfere',
    user: 'root',
    changesRoot: true,
    network: 'fetch',
    command: ['bash', `${layout.control}/interfere`],
    timeoutMs: undefined,
  };
  const fetch: Step = {
    ...plain,
    name: 'fetch',
    user: 'builder',
    changesRoot: false,
    network: 'fetch',
    mounts: [...plain.mounts, ...input.fetchMounts],
    command: ['bash', `${layout.control}/fetch`],
    timeoutMs: undefined,
  };
  const build: Step = {
    ...plain,
    name: 'build',
    user: 'builder',
    changesRoot: false,
    network: 'build',
    command: makepkg('--holdver', '--skippgpcheck'),
    timeoutMs: undefined,
  };
  return [
    ...(input.installsDependencies ? [dependencies] : []),
    ...(input.interferes ? [interfere] : []),
    ...(input.fetches ? [fetch] : []),
    build,
  ];
}

/**
 * The hook that belongs to an outcome (specification 16.3): `on-success.sh` after success, `on-failure.sh`
 * after failure and time-out, none otherwise; 300 s; its end changes nothing.
 */
export function hookSteps(input: StepsInput, outcome: Outcome): Step[] {
  const failed = outcome.kind === 'failed' || outcome.kind === 'timed-out';
  const name =
    outcome.kind === 'succeeded' && input.hooks.onSuccess
      ? 'on-success'
      : failed && input.hooks.onFailure
        ? 'on-failure'
        : undefined;
  if (!name) return [];
  return [
    {
      name,
      user: 'root',
      changesRoot: false,
      network: 'none',
      mounts: mounts(input),
      environment: {
        ...environment(input),
        PACKAGE: input.packageName,
        BUILDDIR: layout.work,
        PKGOUT: layout.packages,
        EXIT_CODE: failed ? (outcome.kind === 'timed-out' ? '124' : '1') : '0',
      },
      workingDirectory: layout.recipe,
      command: ['bash', '-c', `source .CI/${name}.sh`],
      timeoutMs: 300_000,
    },
  ];
}

/** Where the installation of dependencies says what it took from repositories, as sha256sum(1) does. */
export const installedList = 'installed-from-repositories';

/**
 * Installs what the recipe needs: from repositories what they have to meet, then everything in the dependency folder
 * at once, of which the farm has settled order and versions.
 */
export function installScript(
  { dependencies, repositoryNeeds }: Pick<JobContext, 'dependencies' | 'repositoryNeeds'>,
  assumed: readonly string[] = [],
): string {
  const pacman = `pacman --config ${layout.control}/pacman.conf --noconfirm --noprogressbar --color never`;
  const needs = [
    // an epoch beyond all real ones: what the root offers is new enough, as everywhere else
    ...assumed.map((name) => `--assume-installed ${shellQuote(`${name}=99:0`)}`),
    '--',
    ...repositoryNeeds.map(shellQuote),
  ].join(' ');
  return `#!/usr/bin/env bash
# written by packmill for this job: the packages this recipe depends on
set -euo pipefail
mkdir -p /var/lib/pacman/sync /var/lib/pacman/local /var/cache/pacman/pkg /var/log
${
  repositoryNeeds.length === 0
    ? ''
    : `${pacman} -Sy --needed --asdeps ${needs}
# what came, for the record of the build: nothing of the recipe has run yet
(cd /var/cache/pacman/pkg && find . -maxdepth 1 -name '*.pkg.tar*' ! -name '*.sig' -exec sha256sum {} +) > ${layout.work}/${installedList}
`
}${
  dependencies.length === 0
    ? ''
    : `${pacman} \\\n  -U -dd --asdeps --overwrite '*' ${layout.dependencies}/*.pkg.tar*\n`
}`;
}

/** Downloads and verifies the sources; PGP signatures are checked when the recipe brings the keys along. */
export function fetchScript(): string {
  const verify = makepkg('--verifysource').join(' ');
  return `#!/usr/bin/env bash
# written by packmill for this job: sources
set -euo pipefail
cd ${layout.recipe}
if compgen -G 'keys/pgp/*.asc' > /dev/null; then
  gpg --batch --quiet --import keys/pgp/*.asc
  code=0
  ${verify} || code=$?
  gpgconf --kill all || true
  exit "$code"
fi
if grep -q '^ *validpgpkeys' PKGBUILD; then
  echo '==> packmill: PGP signatures are not checked: the recipe has no keys/pgp/*.asc; checksums are'
fi
exec ${verify} --skippgpcheck
`;
}
