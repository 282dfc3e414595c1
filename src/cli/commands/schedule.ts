import { type Command, InvalidArgumentError } from 'commander';
import {
  type JobView,
  type RemovalRequest,
  type ScheduleReply,
  type ScheduleRequest,
  scheduleRequestSchema,
} from '../../api/index.ts';
import type { FarmClient } from '../../app/client/index.ts';
import { fault, problem } from '../../diagnostics/index.ts';
import { systemClock, systemRandom, textIfThere } from '../../host/index.ts';
import { isFinal, isGood } from '../../model/index.ts';
import { readRequestedName } from '../../primitives/index.ts';
import { askFarm, type ManagerOption } from '../asked-farm.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface TargetOptions extends ManagerOption {
  readonly arch: string;
  readonly targetRepo?: string;
  readonly sourceRepo?: string;
}

interface ScheduleOptions extends TargetOptions {
  readonly commit?: string;
  readonly deptree?: string;
  readonly archMirror?: string;
  readonly urgency: number;
  readonly requestId?: string;
  readonly wait?: boolean;
}

interface RemoveOptions extends TargetOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly asOf?: string;
}

const managerHelp = `
The manager is found by --manager URL (or PACKMILL_MANAGER, with PACKMILL_TOKEN), else over the queue store that
REDIS_HOST names, else it is the one at work in the farm of this machine. For a target or a source that is not named it
takes chaotic-aur where its farm has one, else the farm's own target and its first source.`;

const removeHelp = `
A name that is neither published nor a known recipe is reported, and makes the exit code 1 when the rest is done. Refused
without --force: a list of which no name is known (PUB033), one that would leave nothing (PUB032) or take out too much
(PUB030, setting service.removal-limit).

Example:
  packmill auto-repo-remove --dry-run hello libquill      # what would go if these two stay`;

/** `packmill schedule` and `packmill auto-repo-remove`, with Chaotic Manager's arguments (specification 13.2). */
export function addSchedule(program: Command, shell: Shell): void {
  program
    .command('schedule')
    .description('ask the manager to build packages')
    .argument('<package...>', 'pkgbase, or pkgbase/class: a minimum builder class, or the name of a builder')
    .option('--arch <arch>', 'architecture', 'x86_64')
    .option('--target-repo <name>', "repository to build for (default: the farm's own)")
    .option('--source-repo <name>', "recipe source (default: the farm's first)")
    .option('--commit <sha[:pipeline]>', 'build exactly this commit, and report to this pipeline')
    .option('--deptree <text>', 'dependency tree, or a file with it; recipes are read by the manager itself')
    .option('--arch-mirror <url>', 'mirror for pacman in builds')
    .option('--urgency <n>', 'higher goes first, -1000 to 1000', parseUrgency, 0)
    .option(
      '--request-id <id>',
      'name of the request, 8 to 128 characters: sent again under it, it is the same one',
    )
    .option('--manager <url>', 'web address of the manager')
    .option('--wait', 'until all jobs are over; exit code 1 when one failed')
    .addHelpText('after', `${managerHelp}\n\nExample:\n  packmill schedule --commit 3f9a1c2 foo bar/5`)
    .action((packages: string[], options: ScheduleOptions) => schedule(shell, packages, options));
  program
    .command('auto-repo-remove')
    .description('take out of a repository all that is NOT listed: the names are what stays')
    .argument('<pkgbase...>', 'all pkgbases that stay')
    .option('--arch <arch>', 'architecture', 'x86_64')
    .option('--target-repo <name>', "repository (default: the farm's own)")
    .option('--as-of <time>', 'when the list was made (ISO 8601): what was deployed later stays')
    .option('--force', 'also when more would go than the limit allows, or all of it')
    .option('--dry-run', 'print what would be removed, and change nothing')
    .option('--manager <url>', 'web address of the manager')
    .addHelpText('after', `${removeHelp}\n${managerHelp}`)
    .action((keep: string[], options: RemoveOptions) => removeObsolete(shell, keep, options));
}

async function schedule(shell: Shell, packages: readonly string[], options: ScheduleOptions): Promise<void> {
  const [commit, pipeline] = (options.commit ?? '').split(':');
  const tree = options.deptree === undefined ? undefined : (textIfThere(options.deptree) ?? options.deptree);
  const request: ScheduleRequest = {
    id: options.requestId ?? `request-${systemRandom.hex(12)}`,
    ...(options.targetRepo === undefined ? {} : { target: options.targetRepo }),
    ...(options.sourceRepo === undefined ? {} : { source: options.sourceRepo }),
    arch: options.arch,
    ...(commit ? { commit } : {}),
    ...(pipeline ? { pipeline } : {}),
    ...(options.archMirror === undefined ? {} : { archMirror: options.archMirror }),
    ...(tree === undefined ? {} : { dependencyTree: tree }),
    urgency: options.urgency,
    packages: packages.map(parsePackage),
  };
  const [unfit] = scheduleRequestSchema.safeParse(request).error?.issues ?? [];
  if (unfit) {
    const field = unfit.path[0] === 'id' ? 'request-id' : unfit.path.join('.');
    shell.complain(problem('CLI001', { what: `'${field}' does not fit: ${unfit.message}` }), true);
    return;
  }
  await askFarm(shell, options, async (client) => {
    const reply = await client.schedule(request);
    if (!options.wait) return conclude(shell, reply);
    tellReply(shell, reply);
    const whole = await planned(shell, client, { request, reply });
    // one result for machines, once it is complete
    shell.printJson({ ...whole, jobs: await waitFor(shell, client, whole) });
  });
}

function parseUrgency(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && Math.abs(value) <= 1000) return value;
  throw new InvalidArgumentError('expected a whole number from -1000 to 1000');
}

/** Throws CLI001 for what is neither `foo` nor `foo/class`. */
function parsePackage(text: string): ScheduleRequest['packages'][number] {
  const asked = readRequestedName(text);
  if (asked === undefined) throw fault('CLI001', { what: `'${text}' is neither PKGBASE nor PKGBASE/CLASS` });
  return asked;
}

/** Says what became of a request; refused packages make the command fail. */
export function conclude(shell: Shell, reply: ScheduleReply): void {
  shell.printJson(reply);
  tellReply(shell, reply);
}

function tellReply(shell: Shell, reply: ScheduleReply): void {
  for (const { job } of reply.accepted) shell.print(`scheduled ${job}`);
  if (reply.plan === undefined && reply.accepted.length > 0)
    shell.tell('accepted; the recipe source is still being read');
  for (const line of reply.notices ?? []) shell.tell(line);
  tellRefused(shell, reply);
}

/** One line for each refused package, and what to do below the last of those it is the same for. */
function tellRefused(shell: Shell, { refused }: ScheduleReply): void {
  for (const [index, { name, code, what, next }] of refused.entries()) {
    shell.tell(`refused ${name}: ${code} ${what}`);
    if (next && refused[index + 1]?.next !== next) shell.tell(`  next: ${next}`);
  }
  if (refused.length > 0) shell.exitCode = exitCodes.failed;
}

/** The answer of a request that is planned; asked for again while its source is still being read. */
async function planned(
  shell: Shell,
  client: FarmClient,
  first: { readonly request: ScheduleRequest; readonly reply: ScheduleReply },
): Promise<ScheduleReply> {
  let { reply } = first;
  if (reply.plan !== undefined || reply.accepted.length === 0) return reply;
  while (reply.plan === undefined && reply.accepted.length > 0) {
    await systemClock.sleep(2_000);
    reply = await client.schedule(first.request);
  }
  tellRefused(shell, reply);
  return reply;
}

/** Tells of jobs until all are over; returns them as they ended. */
async function waitFor(shell: Shell, client: FarmClient, reply: ScheduleReply): Promise<readonly JobView[]> {
  const ended: JobView[] = [];
  const told = new Map<string, string>();
  // what is over is not asked for again: each job is a question of its own
  const open = new Set(reply.accepted.map(({ job }) => job));
  for (;;) {
    for (const job of await client.jobs([...open])) {
      if (job === null) continue;
      if (told.get(job.id) !== job.state) {
        told.set(job.id, job.state);
        shell.tell(`${job.state.padEnd(13)} ${job.id}${job.builder ? ` on ${job.builder}` : ''}`);
      }
      if (!isFinal(job.state)) continue;
      open.delete(job.id);
      ended.push(job);
      tellFailure(shell, job);
      if (!isGood(job.state) && job.state !== 'skipped') shell.exitCode = exitCodes.failed;
    }
    if (open.size === 0) return ended;
    await systemClock.sleep(500 + 10 * open.size);
  }
}

/** What a job failed on, and what to do now. */
function tellFailure(shell: Shell, { problem: failure, reason, state, logs }: JobView): void {
  if (failure) {
    shell.tell(`  ${failure.code} ${failure.what}`);
    if (failure.next) shell.tell(`  next: ${failure.next}`);
  } else if (reason && ['failed', 'timed-out', 'blocked', 'canceled'].includes(state)) {
    shell.tell(`  ${reason}`);
  }
  if (logs) shell.tell(`  log: ${logs}`);
}

async function removeObsolete(shell: Shell, keep: readonly string[], options: RemoveOptions): Promise<void> {
  const asOfMs = options.asOf === undefined ? undefined : Date.parse(options.asOf);
  if (asOfMs !== undefined && Number.isNaN(asOfMs)) {
    shell.complain(problem('CLI001', { what: `'${options.asOf}' is no time` }), true);
    return;
  }
  const request: RemovalRequest = {
    id: `removal-${systemRandom.hex(12)}`,
    ...(options.targetRepo === undefined ? {} : { target: options.targetRepo }),
    arch: options.arch,
    keep: [...keep],
    ...(asOfMs === undefined ? {} : { asOfMs }),
    force: options.force === true,
    // only when wanted: managers of before do not know the word, and refuse it
    ...(options.dryRun ? { dryRun: true } : {}),
  };
  await askFarm(shell, options, async (client) => {
    const done = await client.removeObsolete(request);
    shell.printJson(done);
    if (done.removed.length === 0) shell.print('nothing to remove');
    const did = options.dryRun ? 'would remove' : 'removed';
    for (const name of done.removed) shell.print(`${did} ${name}`);
    for (const name of done.spared) shell.print(`spared ${name}: deployed after the list was made`);
    for (const name of done.unknown) shell.tell(`unknown ${name}: neither published nor a known recipe`);
    if (done.unknown.length > 0) shell.exitCode = exitCodes.failed;
  });
}
