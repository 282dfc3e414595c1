import type { Command } from 'commander';
import {
  buildRebuild,
  isFarm,
  listRebuilds,
  openFarm,
  type PreviewSubject,
  pacmanTarget,
  previewRebuild,
  type RebuildDecision,
  type RebuildPreview,
  type ShownRebuild,
  settleRebuild,
} from '../../app/index.ts';
import { isFault } from '../../diagnostics/index.ts';
import { interruptible, machine, systemClock } from '../../host/index.ts';
import { askFarm, type ManagerOption } from '../asked-farm.ts';
import { BuildDisplay } from '../build-display.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { conclude as concludeBuild } from './build.ts';
import { conclude as concludeRequest } from './schedule.ts';

interface TargetOptions {
  readonly repo?: string;
  readonly arch?: string;
}

const previewHelp = `
Without a file: as if every library of the package changed. With one: its libraries and symbols against those of the
published package; only packages that take something which is gone are listed.

Examples:
  packmill rebuild preview libfoo
  packmill rebuild preview libfoo=./libfoo-2.0-1-x86_64.pkg.tar.zst`;

/** `packmill rebuild …`: packages that a change of a library breaks. */
export function addRebuild(program: Command, shell: Shell): void {
  const rebuild = program
    .command('rebuild')
    .description('packages that a new build of a library breaks: which, why, and build them anew');
  rebuild
    .command('preview')
    .description('which packages would have to be built anew, in which order, and why; changes nothing')
    .argument('<package[=file]...>', 'published packages, each with the file of a new build or without')
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .addHelpText('after', previewHelp)
    .action((subjects: string[], options: TargetOptions) => preview(shell, subjects, options));
  rebuild
    .command('list')
    .description('results that are held back since they break published packages, and what becomes of them')
    .option('--all', 'those that are over, too')
    .action((options: { all?: boolean }) => list(shell, options.all === true));
  addDeciding(rebuild, shell);
}

function addDeciding(rebuild: Command, shell: Shell): void {
  const decision = (name: RebuildDecision, description: string): Command =>
    rebuild
      .command(name)
      .description(description)
      .argument('<number>', "number of the rebuild, as 'rebuild list' shows it", parseCount)
      .option('--manager <url>', 'web address of the manager')
      .option('-j, --jobs <n>', 'builds at one time, where no manager is at work', parseCount)
      .action((id: number, options: DecisionOptions) => decide(shell, { id, decision: name }, options));
  decision('go', 'build anew what a rebuild breaks, and publish all of it together').addHelpText(
    'after',
    '\nA manager that is at work does it; without one it is done here and now.',
  );
  decision('publish', 'publish what is held back as it is, with what it breaks');
  decision('drop', 'throw away what is held back: it will never be published');
}

interface DecisionOptions extends ManagerOption {
  readonly jobs?: number;
}

async function decide(
  shell: Shell,
  { id, decision }: { readonly id: number; readonly decision: RebuildDecision },
  options: DecisionOptions,
): Promise<void> {
  try {
    await askFarm(shell, options, async (client) =>
      concludeRequest(shell, await client.decideRebuild(id, decision)),
    );
  } catch (error) {
    const isElsewhere = options.manager !== undefined || machine.variable('PACKMILL_MANAGER') !== undefined;
    if (isElsewhere || !isFault(error, 'SCH005')) throw error;
    await decideHere(shell, { id, decision }, options.jobs);
  }
}

/** Without a manager the command does itself what was decided. */
async function decideHere(
  shell: Shell,
  { id, decision }: { readonly id: number; readonly decision: RebuildDecision },
  jobs: number | undefined,
): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'write');
  const by = machine.variable('USER');
  const display = new BuildDisplay(shell, systemClock);
  try {
    if (decision !== 'go') {
      const told = await settleRebuild(farm, id, decision, by);
      shell.printJson({ id, decision, told });
      shell.print(...(told.length === 0 ? [`rebuild ${id}: ${decision}`] : told));
      return;
    }
    const run = async (signal: AbortSignal): Promise<void> => {
      const observer = {
        onEvent: (event: Parameters<typeof display.show>[0]) => display.show(event),
        signal,
      };
      const report = await buildRebuild(farm, id, { jobs, by }, observer);
      display.end();
      concludeBuild(shell, report);
      if (signal.aborted) shell.exitCode = exitCodes.interrupted;
    };
    await interruptible(run, () => display.interrupted());
  } finally {
    display.end();
    await farm.close();
  }
}

async function list(shell: Shell, all: boolean): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    const rebuilds = await listRebuilds(farm, { open: !all });
    shell.printJson(rebuilds);
    if (rebuilds.length === 0) shell.print('nothing is held back');
    for (const one of rebuilds) shell.print(...rebuildLines(one));
  } finally {
    await farm.close();
  }
}

function rebuildLines(one: ShownRebuild): readonly string[] {
  const held = one.held.map(({ base, version }) => `${base} ${version}`).join(', ');
  const out = one.generation === undefined ? '' : `, generation ${one.generation}`;
  return [
    `rebuild ${one.id} of ${one.target}/${one.arch}: ${one.state}${out}: ${held}`,
    ...previewLines(one).map((line) => `  ${line}`),
    ...one.rebuild.flatMap(({ base, state, reason }) =>
      state === undefined ? [] : [`  ${base} is ${state}${reason ? `: ${reason}` : ''}`],
    ),
  ];
}

function subjectOf(text: string): PreviewSubject {
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text } : { name: text.slice(0, equals), file: text.slice(equals + 1) };
}

async function preview(shell: Shell, subjects: readonly string[], options: TargetOptions): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    const of = await pacmanTarget(farm, options.repo, options.arch);
    const found = await previewRebuild(farm, of, subjects.map(subjectOf));
    shell.printJson(found);
    shell.print(...previewLines(found));
  } finally {
    await farm.close();
  }
}

/** A preview for people: what becomes of libraries, then what is built, a line each. */
export function previewLines({
  libraries,
  rebuild,
}: Pick<RebuildPreview, 'libraries' | 'rebuild'>): readonly string[] {
  const changed = libraries.filter(({ fate }) => fate !== 'kept');
  return [
    ...changed.map(({ name, package: owner, fate, lost }) => {
      if (fate === 'gone') return `${owner}: ${name} is gone`;
      if (fate === 'unknown') return `${owner}: the symbols of ${name} cannot be read`;
      return `${owner}: ${name} loses ${lost.length} symbols: ${some(lost)}`;
    }),
    rebuild.length === 0
      ? 'nothing has to be built anew'
      : `to be built anew, in this order: ${rebuild.length}`,
    ...rebuild.flatMap(({ base, packages, because, after }) => [
      `  ${base}: ${packages.map(({ name, version, becomes }) => `${name} ${version} -> ${becomes}`).join(', ')}` +
        (after.length === 0 ? '' : `  after ${after.join(', ')}`),
      ...because.map(({ name, by, symbols }) =>
        symbols.length === 0
          ? `    needs ${name} of ${by}`
          : `    takes ${some(symbols)} from ${name} of ${by}`,
      ),
    ]),
  ];
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
