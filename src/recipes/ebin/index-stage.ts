import { join } from 'node:path';
import { ensureFolder, pathKind, readFileTree, writeFileTree, writeFileWithMode } from '../../host/index.ts';
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
import { collectEbins } from './collect-index.ts';
import type { EbinDetails, IndexDetails } from './ebin-recipe.ts';
import type { IndexSettings } from './index-settings.ts';
import { layout } from './layout.ts';
import { refusalsOf } from './report.ts';

const mostBytes = 256 * 1024 * 1024;

/** Fills the work folder of an attempt that makes ebuilds anew, and describes the job. */
export async function stageIndex(
  settings: IndexSettings,
  details: IndexDetails,
  context: JobContext<EbinDetails>,
  services: KindServices,
): Promise<StagedJob> {
  const { work, recipe, sourceCache } = context;
  if (sourceCache === undefined) throw new Error('ebins need a folder that outlives the attempt');
  for (const name of ['report', 'tmp', 'home']) await services.makeBuilderFolder(`${work}/${name}`);
  await writeFileWithMode(`${work}/ebins.json`, settings.text, 0o644);
  if (!settings.prune) await bringBack(settings, { job: recipe.name, workspace: sourceCache, services });
  return {
    rootContents: { present: [], files: [], writable: [] },
    steps: [stepOf(settings, details, { work, workspace: sourceCache, name: recipe.name })],
    judge: (step, end) =>
      judgeEnd(recipe.name, step, end, (code) => judgeCode(recipe.name, code, `${work}/report`)),
    afterStep: async () => undefined,
    explain: (outcome) => outcome,
    collect: async () => await collectEbins({ context, services, settings, workspace: sourceCache }),
    epilogue: () => [],
    summary: () => [],
  };
}

/**
 * Versions whose builds are gone stay as they are published. A workspace that was made anew does not know them, so that they are
 * taken from the tree.
 */
async function bringBack(
  settings: IndexSettings,
  {
    job,
    workspace,
    services,
  }: { readonly job: string; readonly workspace: string; readonly services: KindServices },
): Promise<void> {
  const { tree, packages } = settings.published(job);
  const repository = `${workspace}/repo`;
  const missing = packages.filter((name) => pathKind(`${repository}/${name}`) === 'none');
  if (missing.length === 0) return;
  for (const name of missing) {
    const [category = ''] = name.split('/');
    ensureFolder(join(repository, category));
    await writeFileTree(
      join(repository, name),
      await readFileTree(join(tree, name), { skip: new Set(), mostBytes }),
    );
  }
  await services.giveToBuilder(repository);
}

const readOnly = (source: string, target: string): StepMount => ({ source, target, writable: false });

function stepOf(
  settings: IndexSettings,
  { folders }: IndexDetails,
  { work, workspace, name }: { readonly work: string; readonly workspace: string; readonly name: string },
): Step {
  const own = (folder: string, target: string): StepMount => ({ source: folder, target, writable: true });
  const keyFile = (index: number): string => `${layout.keys}/${index}`;
  return {
    name: 'ebins',
    user: 'builder',
    changesRoot: false,
    network: 'none',
    mounts: [
      own(workspace, layout.workspace),
      own(`${work}/report`, layout.report),
      own(`${work}/tmp`, layout.temporary),
      own(`${work}/home`, '/build/home'),
      readOnly(`${work}/ebins.json`, layout.settings),
      ...folders.map((folder, index) => readOnly(folder, `${layout.packages}/${index}`)),
      ...settings.keys.map((key, index) => readOnly(key, keyFile(index))),
      ...settings.folders.map((folder) => readOnly(folder, folder)),
      ...settings.program.map(({ name: part, path }) => readOnly(path, `${layout.program}/${part}`)),
      readOnly(settings.runtime, `${layout.program}/runtime`),
    ],
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/build/home',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      TMPDIR: layout.temporary,
      NODE_COMPILE_CACHE: `${layout.workspace}/compiled`,
    },
    workingDirectory: layout.workspace,
    command: [
      `${layout.program}/runtime`,
      '--disable-warning=ExperimentalWarning',
      `${layout.program}/src/cli/main.ts`,
      ...['ebin', 'generate', ...folders.map((_, index) => `${layout.packages}/${index}`)],
      ...[`--out=${layout.workspace}/repo`, `--store=${layout.workspace}/store`, `--atom=${name}`],
      ...[`--config=${layout.settings}`, `--signatures=${settings.signatures}`],
      ...settings.keys.map((_, index) => `--key=${keyFile(index)}`),
      ...(settings.prune ? ['--prune'] : []),
      `--json-report=${layout.report}/report.json`,
    ],
    timeoutMs: undefined,
  };
}

/** What an exit code other than 0 means: the first version that was refused says why. */
function judgeCode(name: string, code: number, report: string): Verdict {
  const [first, ...others] = refusalsOf(report);
  if (first === undefined) return failed('EBN100', `making the ebins of '${name}' ended with ${code}`);
  const more = others.length === 0 ? '' : `; ${others.length} more of its versions are refused`;
  return failed(first.code, `${first.cpv}: ${first.message}${more}`);
}
