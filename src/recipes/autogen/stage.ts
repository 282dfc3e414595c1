import { basename, join, relative } from 'node:path';
import { copyTree, ensureFolder, pathKind, writeFileWithMode } from '../../host/index.ts';
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
import { layout } from './layout.ts';
import { type RunResult, readReport } from './report.ts';

/** What the farm's settings say to every autogen. */
export interface AutogenSettings extends DistfileSettings {
  readonly upstreams: Readonly<Record<string, string>>;
  readonly distfilesHost: string | undefined;
  readonly release: string;
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
  const { overlay, repository, file } = recipe.details;
  if (file === undefined) return staticFiles(context, services);
  const inside = join(basename(repository), relative(repository, overlay));
  for (const name of ['tree', 'home', 'report']) await services.makeBuilderFolder(`${work}/${name}`);
  await copyTree(overlay, `${work}/tree/${inside}`, new Set(['.git', 'node_modules']));
  const top = `${work}/tree/${basename(repository)}`;
  for (const name of ['generators', 'releases']) {
    if (overlay !== repository && pathKind(join(repository, name)) === 'folder')
      await copyTree(join(repository, name), join(top, name), new Set());
  }
  ensureFolder(`${top}/.git`);
  const upstreams = JSON.stringify({ upstreams: settings.upstreams });
  await writeFileWithMode(`${work}/home/.autogen`, `${upstreams}\n`, 0o600);
  for (const name of ['tree', 'home', 'report']) await services.giveToBuilder(`${work}/${name}`);
  let result: RunResult = { packages: [], failures: [] };
  return {
    rootContents: { present: [], files: [], writable: [] },
    steps: [stepOf(settings, context, { inside, file })],
    judge: (step, end) => {
      result = readReport(`${work}/report`);
      return judgeEnd(recipe.name, step, end, (code) => judgeCode(recipe.name, code, result));
    },
    afterStep: async () => undefined,
    explain: (outcome) => outcome,
    collect: async () =>
      await collectPackages({
        context,
        services,
        result,
        overlay: `${work}/tree/${inside}`,
        settings,
      }),
    epilogue: () => [],
    summary: () => [],
  };
}

/** Nothing runs for what is there already. */
function staticFiles(context: JobContext<AutogenDetails>, services: KindServices): StagedJob {
  const { overlay } = context.recipe.details;
  return {
    rootContents: { present: [], files: [], writable: [] },
    steps: [],
    judge: () => 'continue',
    afterStep: async () => undefined,
    explain: (outcome) => outcome,
    collect: async () => await collectStatic({ context, services, overlay }),
    epilogue: () => [],
    summary: () => [],
  };
}

function stepOf(
  settings: AutogenSettings,
  { work, sourceCache }: JobContext,
  { inside, file }: { readonly inside: string; readonly file: string },
): Step {
  const own = (name: string, target: string): StepMount => ({
    source: `${work}/${name}`,
    target,
    writable: true,
  });
  return {
    name: 'autogen',
    user: 'builder',
    changesRoot: false,
    network: 'fetch',
    mounts: [
      own('tree', layout.tree),
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
    workingDirectory: join(layout.tree, inside),
    command: [
      `${layout.program}/runtime`,
      '--disable-warning=ExperimentalWarning',
      `${layout.program}/src/cli/main.ts`,
      'doit',
      file,
      '--prod',
      '--release',
      settings.release,
      '--json-report',
      `${layout.report}/report.jsonl`,
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
