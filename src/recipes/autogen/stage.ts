import { basename, join, relative } from 'node:path';
import { ensureFolder, entryFacts, writeFileWithMode } from '../../host/index.ts';
import {
  failed,
  type JobContext,
  judgeEnd,
  type KindServices,
  type StagedJob,
  type Step,
  type StepMount,
  type Verdict,
} from '../../model/index.ts';
import type { AutogenDetails } from './autogen-recipe.ts';
import { collectPackages, collectStatic, type DistfileSettings } from './collect.ts';
import { type CredentialTable, secretsOf, settingsFile, withoutSecrets } from './credentials.ts';
import { layout } from './layout.ts';
import { type RunResult, readReport } from './report.ts';

/** What the farm's settings say to every autogen. */
export interface AutogenSettings extends DistfileSettings {
  readonly upstreams: Readonly<Record<string, string>>;
  readonly distfilesHost: string | undefined;
  readonly release: string;
  /** Who autogens are to servers; read when a job begins. Throws CFG010. */
  readonly credentials: () => CredentialTable;
  /** The Node that runs packmill, and folders and files of packmill by their names in its folder. */
  readonly runtime: string;
  readonly program: readonly { readonly name: string; readonly path: string }[];
}

/** Fills the work folder of an attempt and describes the job. */
export async function stageAutogen(
  settings: AutogenSettings,
  context: JobContext<AutogenDetails>,
  services: KindServices,
): Promise<StagedJob> {
  const { work, recipe } = context;
  if (recipe.details.file === undefined) return staticFiles(context, services);
  for (const name of ['made', 'home', 'report']) await services.makeBuilderFolder(`${work}/${name}`);
  // stands before what a working copy has in its `.git`
  ensureFolder(`${work}/nothing`);
  await writeFileWithMode(`${work}/no-file`, '', 0o644);
  const credentials = settings.credentials();
  const secrets = secretsOf(credentials);
  await writeFileWithMode(`${work}/home/.autogen`, settingsFile(settings.upstreams, credentials), 0o600);
  await services.giveToBuilder(`${work}/home`);
  let result: RunResult = { packages: [], failures: [] };
  return {
    rootContents: { present: [], files: [], writable: [] },
    steps: [stepOf(settings, context)],
    judge: (step, end) => {
      const { packages, failures } = readReport(`${work}/report`);
      result = { packages, failures: failures.map((line) => withoutSecrets(line, secrets)) };
      return judgeEnd(recipe.name, step, end, (code) => judgeCode(recipe.name, code, result));
    },
    afterStep: async () => undefined,
    explain: (outcome) => outcome,
    collect: async () =>
      await collectPackages({ context, services, result, made: `${work}/made`, settings, secrets }),
    epilogue: () => [],
    summary: () => [],
  };
}

/** Nothing runs for what is there already. */
function staticFiles(context: JobContext<AutogenDetails>, services: KindServices): StagedJob {
  return {
    rootContents: { present: [], files: [], writable: [] },
    steps: [],
    judge: () => 'continue',
    afterStep: async () => undefined,
    explain: (outcome) => outcome,
    collect: async () => await collectStatic({ context, services }),
    epilogue: () => [],
    summary: () => [],
  };
}

/** The repository as it is, read-only and without its `.git`, which may hold passwords. */
function treeMounts(work: string, repository: string): readonly StepMount[] {
  const target = `${layout.tree}/${basename(repository)}`;
  const git = entryFacts(join(repository, '.git'))?.kind;
  const cover = { folder: 'nothing', file: 'no-file', link: undefined, other: undefined }[git ?? 'other'];
  return [
    { source: repository, target, writable: false },
    ...(cover === undefined
      ? []
      : [{ source: `${work}/${cover}`, target: `${target}/.git`, writable: false }]),
  ];
}

function stepOf(settings: AutogenSettings, { work, sourceCache, recipe }: JobContext<AutogenDetails>): Step {
  const { overlay, repository, file = '', rule } = recipe.details;
  const own = (name: string, target: string): StepMount => ({
    source: `${work}/${name}`,
    target,
    writable: true,
  });
  const top = join(layout.tree, basename(repository));
  return {
    name: 'autogen',
    user: 'builder',
    changesRoot: false,
    network: 'fetch',
    mounts: [
      ...treeMounts(work, repository),
      own('made', layout.made),
      own('home', layout.home),
      own('report', layout.report),
      ...(sourceCache === undefined
        ? []
        : [{ source: sourceCache, target: layout.workspace, writable: true }]),
      ...settings.program.map(({ name, path }) => ({
        source: path,
        target: `${layout.program}/${name}`,
        writable: false,
      })),
      { source: settings.runtime, target: `${layout.program}/runtime`, writable: false },
    ],
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: layout.home,
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/tmp',
      METATOOLS_WORKSPACE: layout.workspace,
      NODE_COMPILE_CACHE: `${layout.workspace}/compiled`,
      ...(settings.distfilesHost === undefined ? {} : { METATOOLS_DISTFILES_HOST: settings.distfilesHost }),
    },
    workingDirectory: join(top, relative(repository, overlay)),
    command: [
      `${layout.program}/runtime`,
      '--disable-warning=ExperimentalWarning',
      `${layout.program}/src/cli/main.ts`,
      'doit',
      `./${file}`,
      ...(rule === undefined ? [] : [`--rule=${rule}`]),
      `--repository=${top}`,
      `--into=${layout.made}`,
      '--prod',
      `--release=${settings.release}`,
      `--json-report=${layout.report}/report.jsonl`,
    ],
    timeoutMs: undefined,
  };
}

/** What an exit code other than 0 means. */
function judgeCode(name: string, code: number, { failures }: RunResult): Verdict {
  const [first, ...others] = failures;
  if (first === undefined) return failed('AGN037', `the autogen '${name}' ended with ${code}`);
  const more = others.length === 0 ? '' : `; ${others.length} more failed`;
  return failed('AGN037', `${first}${more}`);
}
