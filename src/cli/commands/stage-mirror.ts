import { type Command, InvalidArgumentError } from 'commander';
import {
  checkMirror,
  cleanMirror,
  latestStates,
  type MirrorSubarch,
  readMirror,
  rollBackLatest,
  takeMirror,
  toRemove,
  visibleState,
} from '../../app/stages/index.ts';
import { machine, systemClock } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { stateFarm } from './stage-display.ts';

const help = `
A mirror is the folder that builds of stages are published in ('path/mirror'). Its links to the newest results change all at once, and
each state of them is kept for a while.

Examples:
  packmill stage mirror list /srv/mirror
  packmill stage mirror verify /srv/mirror
  packmill stage mirror clean /srv/mirror --keep 2          # says what would go
  packmill stage mirror clean /srv/mirror --keep 2 --apply
  packmill stage mirror import /srv/old-mirror /srv/mirror`;

const dayMs = 86_400_000;

/** Milliseconds of a number of days. */
export function parseDays(text: string): number {
  const [, count] = /^(\d{1,5})d?$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("expected a number of days such as '3' or '3d'");
  return Number(count) * dayMs;
}

const keyOption = ['--state <dir>', 'farm whose key is meant (default: the farm we are in, if any)'] as const;

interface KeyWords {
  readonly state?: string;
}

/** `packmill stage mirror ...`. */
export function addStageMirror(stage: Command, shell: Shell): void {
  const mirror = stage
    .command('mirror')
    .description('mirrors of stages: list, verify, clean, take over, go back')
    .addHelpText('after', help);
  mirror
    .command('list')
    .description('what a mirror holds')
    .argument('<mirror>', 'its folder')
    .option('--states', 'the kept states of the links to the newest, too')
    .action((folder: string, options: { readonly states?: boolean }) => list(shell, folder, options));
  mirror
    .command('verify')
    .description('read every result and compare it with what is said of it')
    .argument('<mirror>', 'its folder')
    .option(...keyOption)
    .action(async (folder: string, words: KeyWords) => {
      const check = await checkMirror(machine.absolute(folder), stateFarm(shell, words));
      shell.printJson(check);
      for (const one of check.problems) shell.complain(one);
      shell.print(
        `${check.artifacts} results, ${formatBytes(check.bytes)}, ${check.problems.length} problems`,
      );
      if (check.problems.length > 0) shell.exitCode = exitCodes.failed;
    });
  addClean(mirror, shell);
  addImport(mirror, shell);
  mirror
    .command('rollback')
    .description('show an earlier state of the links to the newest again')
    .argument('<folder>', 'folder of a subarch: MIRROR/BUILD/ARCH_DESC/SUBARCH')
    .argument('<state>', "number of the state, as 'list --states' shows it", parseCount)
    .action(async (folder: string, number: number) => {
      const state = await rollBackLatest(machine.absolute(folder), number, systemClock.nowMs());
      shell.printJson({ state });
      shell.print(`state ${state}, as ${number} was`);
    });
}

interface CleanWords {
  readonly keep: number;
  readonly snapshots: number;
  readonly stale: number;
  readonly apply?: boolean;
}

function addClean(mirror: Command, shell: Shell): void {
  mirror
    .command('clean')
    .description('say what may go, or remove it')
    .argument('<mirror>', 'its folder')
    .option('--keep <n>', 'complete builds of each subarch that stay', parseCount, 2)
    .option('--snapshots <n>', 'snapshots of each build that stay', parseCount, 2)
    .option(
      '--stale <days>',
      'after which an incomplete build is taken for left behind',
      parseDays,
      3 * dayMs,
    )
    .option('--apply', 'remove it')
    .action(async (folder: string, options: CleanWords) => {
      const root = machine.absolute(folder);
      const rules = {
        keepBuilds: options.keep,
        keepSnapshots: options.snapshots,
        staleMs: options.stale,
      };
      const found = await toRemove(root, rules);
      if (options.apply) await cleanMirror(await readMirror(root), found);
      shell.printJson({ removed: options.apply === true, removals: found });
      const word = options.apply ? 'removed' : 'may go';
      for (const { path, why } of found) shell.print(`${word}: ${path} (${why})`);
      if (found.length === 0) shell.print('nothing may go');
    });
}

function addImport(mirror: Command, shell: Shell): void {
  mirror
    .command('import')
    .description('take another mirror of this layout over; doing it again takes over what is new')
    .argument('<from>', 'its folder')
    .argument('<mirror>', 'the folder to take it over into')
    .option('--unproven', 'results without a checksum, too')
    .option(...keyOption)
    .action(async (from: string, to: string, options: KeyWords & { readonly unproven?: boolean }) => {
      const report = await takeMirror(
        {
          from: machine.absolute(from),
          to: machine.absolute(to),
          allowUnstated: options.unproven === true,
        },
        stateFarm(shell, options),
      );
      shell.printJson(report);
      for (const one of report.problems) shell.complain(one);
      const { artifacts, snapshots, controls } = report;
      shell.print(`${artifacts} results, ${snapshots} snapshots, ${controls} control files`);
      if (report.problems.length > 0) shell.exitCode = exitCodes.failed;
    });
}

async function list(shell: Shell, folder: string, options: { readonly states?: boolean }): Promise<void> {
  const mirror = await readMirror(machine.absolute(folder));
  const subarches = mirror.subarches.map((one) => ({
    ...one,
    control: Object.fromEntries(one.control),
    latest: Object.fromEntries(one.latest),
    ...(options.states ? { visible: visibleState(one.path), states: latestStates(one.path) } : {}),
  }));
  shell.printJson({ ...mirror, subarches });
  shell.print(...mirror.subarches.flatMap((one) => subarchLines(one, options.states === true)));
  for (const { build, name, sizeBytes, isLatest } of mirror.snapshots)
    shell.print(`${build} ${name} ${formatBytes(sizeBytes)}${isLatest ? ' (newest)' : ''}`);
}

function subarchLines(subarch: MirrorSubarch, withStates: boolean): readonly string[] {
  const { identity, versions, latest, failures, busy, path } = subarch;
  const { build, archDesc, subarch: name } = identity;
  const notes = [
    ...(busy === undefined ? [] : [`${busy} is at it`]),
    ...(failures === 0 ? [] : [`failed ${failures} times in a row`]),
  ];
  const states = withStates ? latestStates(path) : [];
  const visible = visibleState(path);
  return [
    [`${build} ${archDesc} ${name}`, ...notes].join(', '),
    ...versions.flatMap(({ version, status, artifacts, isComplete }) => [
      `  ${version} ${status ?? (isComplete ? 'complete' : 'in progress')}`,
      ...artifacts.map((one) => {
        const lacks = [
          ...(one.stated === undefined ? ['no checksum'] : []),
          ...(one.isSigned ? [] : ['not signed']),
        ];
        return `    ${one.name} ${[formatBytes(one.sizeBytes), ...lacks].join(', ')}`;
      }),
    ]),
    ...[...latest]
      .filter(([link]) => !/\.(?:gpg|hash\.txt)$/.test(link))
      .map(([link, destination]) => `  ${link} -> ${destination}`),
    ...states.map(
      ({ number, createdMs, reason }) =>
        `  state ${number}${number === visible ? ' (visible)' : ''} of ${new Date(createdMs).toISOString()}: ${reason}`,
    ),
  ];
}
