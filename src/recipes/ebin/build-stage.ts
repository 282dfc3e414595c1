import { basename, dirname } from 'node:path';
import { ensureFolder, writeFileWithMode } from '../../host/index.ts';
import {
  failed,
  type JobContext,
  judgeEnd,
  type KindServices,
  type StagedJob,
  type Step,
  type StepMount,
} from '../../model/index.ts';
import { collectBuild } from './collect-build.ts';
import type { BuildDetails, EbinDetails } from './ebin-recipe.ts';

/** What the manager says to builds of combinations. */
export interface BuildSettings {
  /** Words for FEATURES beyond those of the root's make.conf. */
  readonly features: string;
  /**
   * Binary packages of the same version that a PKGDIR has, as paths below it: Portage counts BUILD_ID on from them. None where the
   * builder does not see the folder.
   */
  readonly existing: (folder: string, cpv: string) => readonly string[];
  /** Whether the root's `package.use` is a folder, in which a file says what the package alone is to have. */
  readonly hasUseFolder: boolean;
}

const place = {
  packages: '/build/pkgdir',
  distfiles: '/build/distfiles',
  temporary: '/build/tmp',
} as const;

/** The cage is the farm's; those of Portage would need rights that nobody has in it. */
const features = [
  ...['-ipc-sandbox', '-mount-sandbox', '-network-sandbox', '-pid-sandbox', '-sandbox', '-usersandbox'],
  ...[
    '-userpriv',
    '-userfetch',
    '-usersync',
    '-news',
    '-merge-sync',
    '-parallel-fetch',
    'binpkg-multi-instance',
  ],
];

/** Fills the work folder of an attempt that builds a combination with Portage, and describes the job. */
export async function stageBuild(
  settings: BuildSettings,
  details: BuildDetails,
  context: JobContext<EbinDetails>,
  services: KindServices,
): Promise<StagedJob> {
  const { work, recipe, say } = context;
  for (const name of ['pkgdir', 'distfiles', 'tmp']) await services.makeBuilderFolder(`${work}/${name}`);
  const existing = settings.existing(details.folder, details.cpv);
  for (const path of existing) {
    // the sandbox puts the file of the PKGDIR over it
    ensureFolder(dirname(`${work}/pkgdir/${path}`));
    await writeFileWithMode(`${work}/pkgdir/${path}`, '', 0o644);
  }
  await services.giveToBuilder(`${work}/pkgdir`);
  const use = details.use.join(' ');
  context.notes.setting('combination', { cpv: details.cpv, use: details.use });
  say(`USE="${use}" ${atomOf(details.cpv)}`);
  return {
    rootContents: {
      present: ['var/tmp', 'var/log/portage', 'var/cache/edb', ...(settings.hasUseFolder ? [useFolder] : [])],
      files: settings.hasUseFolder
        ? [{ path: `${useFolder}/zz-packmill-request`, text: `${atomOf(details.cpv)} ${use}\n` }]
        : [],
      writable: ['etc', 'usr', 'var', 'opt', 'srv', 'run', 'root'],
    },
    steps: stepsOf(settings, details, { work, existing, processors: context.processors }),
    judge: (step, end) =>
      judgeEnd(recipe.name, step, end, (code) =>
        failed('EBN105', `emerge ended with ${code} in the ${step.name} phase of '${recipe.name}'`),
      ),
    afterStep: async () => undefined,
    explain: (outcome, _tail, excerpt) =>
      outcome.kind === 'failed' && excerpt !== ''
        ? { kind: 'failed', problem: { ...outcome.problem, why: excerpt } }
        : outcome,
    collect: async () =>
      await collectBuild({ details, services, packages: `${work}/pkgdir`, existing: new Set(existing) }),
    epilogue: () => [],
    summary: () => [],
  };
}

const useFolder = 'etc/portage/package.use';

/** `=category/name-version`, or the name alone: the newest version then. */
const atomOf = (cpv: string): string => (/-\d/.test(basename(cpv)) ? `=${cpv}` : cpv);

function stepsOf(
  settings: BuildSettings,
  { cpv, use, folder }: BuildDetails,
  at: { readonly work: string; readonly existing: readonly string[]; readonly processors: number },
): readonly Step[] {
  const own = (name: string, target: string): StepMount => ({
    source: `${at.work}/${name}`,
    target,
    writable: true,
  });
  const mounts: readonly StepMount[] = [
    own('pkgdir', place.packages),
    own('distfiles', place.distfiles),
    own('tmp', place.temporary),
    ...at.existing.map((path) => ({
      source: `${folder}/${path}`,
      target: `${place.packages}/${path}`,
      writable: false,
    })),
  ];
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    TERM: 'dumb',
    NOCOLOR: 'true',
    LANG: 'C.UTF-8',
    PKGDIR: place.packages,
    DISTDIR: place.distfiles,
    PORTAGE_TMPDIR: place.temporary,
    MAKEOPTS: `-j${at.processors}`,
    FEATURES: [...features, ...settings.features.split(/\s+/).filter(Boolean)].join(' '),
  };
  const step = (name: string, network: Step['network'], words: readonly string[]): Step => ({
    ...{ name, user: 'root', changesRoot: true, network, mounts, workingDirectory: '/' },
    // what is asked for is the package's alone where the root can say so; it counts for all that is built otherwise
    environment:
      settings.hasUseFolder && name === 'dependencies' ? environment : { ...environment, USE: use.join(' ') },
    command: ['emerge', '--ignore-default-opts', '--color=n', '--oneshot', ...words, atomOf(cpv)],
    timeoutMs: undefined,
  });
  return [
    step('dependencies', 'fetch', ['--onlydeps', '--with-bdeps=y']),
    step('fetch', 'fetch', ['--nodeps', '--fetchonly']),
    step('build', 'build', ['--nodeps', '--buildpkgonly']),
  ];
}
