import { type Command, Option } from 'commander';
import { isFarm, type RegenEvent, type RegenReport, regenTree } from '../../app/tree/index.ts';
import { AppendFile, entryFacts, interruptible, machine, removeEntry } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { allowUnderscores } from '../both-spellings.ts';
import { pauseLine } from '../doit-display.ts';
import { parseCount } from '../parse-count.ts';
import { maxWaitOption } from '../parse-span.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { targetOf } from './cdn.ts';

interface RegenWords {
  readonly prod?: boolean;
  readonly nopush?: boolean;
  readonly createBranches?: boolean;
  readonly remoteProdUrl?: string;
  readonly remoteProdMirrors?: string;
  readonly fixupsUrl?: string;
  readonly fixupsBranch: string;
  readonly debug?: boolean;
  readonly howdy?: boolean;
  readonly onAutogenFailure: 'keep-previous' | 'skip' | 'abort';
  readonly onOriginMismatch: 'error' | 'repair' | 'ignore';
  readonly keepAutogens?: boolean;
  readonly dryRun?: boolean;
  readonly jsonReport?: string;
  readonly fastpullScope?: string;
  readonly jobs?: number;
  readonly maxWait?: number;
  readonly cdn?: string;
  readonly cdnKey?: string;
  readonly cdnKnownHosts?: string;
}

const help = `
Kits are made from kit-fixups and the repositories that releases/RELEASE/repositories.yaml there names. Everything
is made and checked before anything is pushed; then archives go to the CDN, then kits are pushed, meta-repo last.

Exit code 2: done, but autogens failed and their packages are as in the kit's last commit (or left out).

Examples:
  packmill tree regen next --fixups-url https://code.example/kit-fixups.git   # local repositories in dest-trees
  packmill tree regen next --prod --cdn ssh://cdn@files.example/srv --cdn-key key
  packmill tree regen next --dry-run                                           # what would change`;

/** `tree regen` and `merge-kits`: the kits of a release. */
export function addRegen(command: Command, shell: Shell): void {
  command
    .description('make all kits and the meta-repo of a release')
    .argument('<release>', 'name of the release, as in kit-fixups')
    .option('--prod', 'production: kits of the remotes of the release, which are pushed')
    .option('--nopush', 'with --prod: push nothing')
    .option('--create-branches', 'with --prod: begin branches that a remote lacks')
    .option('--remote-prod-url <url>', 'in place of that of the release; {repo} is the name of the kit')
    .option(
      '--remote-prod-mirrors <urls>',
      "in place of those of the release, with commas between; or 'none'",
    )
    .option('--fixups-url <url>', 'repository of kit-fixups (needed the first time)')
    .option('--fixups-branch <branch>', 'branch of kit-fixups', 'master')
    .option('--debug', 'as --verbose')
    .option('--howdy', 'say what is being done, also where there is no terminal')
    .option('--force', 'accepted and ignored')
    .addOption(
      new Option('--on-autogen-failure <policy>', 'what becomes of packages that cannot be made')
        .choices(['keep-previous', 'skip', 'abort'])
        .default('keep-previous'),
    )
    .addOption(
      new Option('--on-origin-mismatch <policy>', 'when a copy here is of another address')
        .choices(['error', 'repair', 'ignore'])
        .default('error'),
    )
    .option('--keep-autogens', 'leave autogens and templates in kits')
    .option('--dry-run', 'commit and push nothing; tell what would change')
    .option('--json-report <file>', 'what happens, as lines of JSON; - is standard output')
    .option('--fastpull-scope <scope>', 'name of the tables of downloads and archives (default: local)')
    .option('-j, --jobs <n>', 'packages at one time (default: 64)', parseCount)
    .option(...maxWaitOption)
    .option('--cdn <place>', 'with --prod: where archives go first: a folder, or ssh://user@host:port/folder')
    .option('--cdn-key <file>', 'private key for SFTP')
    .option('--cdn-known-hosts <file>', 'known_hosts file that names the host')
    .addHelpText('after', help)
    .action(async (release: string, words: RegenWords) => {
      await interruptible((signal) => act(shell, { release, words, signal }));
    });
  allowUnderscores(command);
}

async function act(
  shell: Shell,
  { release, words, signal }: { release: string; words: RegenWords; signal: AbortSignal },
): Promise<void> {
  if (words.debug === true) shell.beVerbose();
  const report = reportTo(shell, words.jsonReport);
  const { cdn } = words;
  try {
    const ended = await regenTree({
      release,
      farmFolder: shell.farmFolder(isFarm),
      production: words.prod === true,
      push: words.nopush !== true,
      createBranches: words.createBranches === true,
      remoteUrl: words.remoteProdUrl,
      mirrors: mirrorsOf(words.remoteProdMirrors),
      fixupsUrl: words.fixupsUrl,
      fixupsBranch: words.fixupsBranch,
      onFailure: words.onAutogenFailure,
      onOriginMismatch: words.onOriginMismatch,
      keepAutogens: words.keepAutogens === true,
      dryRun: words.dryRun === true,
      scope: words.fastpullScope,
      jobs: words.jobs,
      maxWaitMs: words.maxWait,
      cdn:
        cdn === undefined
          ? undefined
          : (workspace) =>
              targetOf(cdn, { key: words.cdnKey, knownHosts: words.cdnKnownHosts }, workspace, shell),
      signal,
      onProblem: (found) => shell.complain(found),
      onEvent: (event) => {
        report.write(event);
        show(shell, event, words);
      },
    });
    conclude(shell, ended, words);
  } catch (error) {
    if (!signal.aborted) throw error;
    shell.exitCode = exitCodes.interrupted;
    shell.tell('interrupted: the same command goes on from here');
  } finally {
    report.close();
  }
}

const mirrorsOf = (words: string | undefined): readonly string[] | undefined =>
  words === 'none' ? [] : words?.split(',').filter((one) => one !== '');

function reportTo(
  shell: Shell,
  place: string | undefined,
): { readonly write: (event: RegenEvent) => void; readonly close: () => void } {
  if (place === undefined) return { write: () => undefined, close: () => undefined };
  if (place === '-')
    return { write: (event) => shell.console.out(`${JSON.stringify(event)}\n`), close: () => undefined };
  const path = machine.absolute(place);
  // a report of its own for each run; a pipe is written to as it is
  if (entryFacts(path)?.kind === 'file') removeEntry(path);
  const file = new AppendFile(path);
  return {
    write: (event) => file.append(Buffer.from(`${JSON.stringify(event)}\n`)),
    close: () => file.close(),
  };
}

function show(shell: Shell, event: RegenEvent, words: RegenWords): void {
  switch (event.kind) {
    case 'begin':
      shell.tell(`release '${event.release}': ${event.kits.length} kits`);
      return;
    case 'stage':
      if (words.howdy === true || shell.verbose || shell.console.errCanRewrite)
        shell.tell(`${event.kit} ${event.branch}: ${event.stage}`);
      return;
    case 'kit': {
      for (const { problem } of event.failures) shell.complain(problem);
      // a tree of others has many flaws: all are in the report, here only what changes what people get
      for (const remark of event.remarks)
        if (shell.verbose || /^(?:TRE|EBD|YML)|PMS012/.test(remark.code)) shell.complain(remark);
      const change = event.changed ? `${event.changedFiles} files differ` : 'unchanged';
      const { kept, made, failed } = event.metadata;
      shell.tell(
        `${event.kit} ${event.branch}: ${event.ebuilds} ebuilds, ${change}; metadata: ${kept} kept, ${made} read, ${failed} failed`,
      );
      return;
    }
    case 'pause':
      shell.tell(pauseLine(event));
      return;
    case 'uploaded':
      shell.tell(`${event.report.sent} objects sent (${formatBytes(event.report.sentBytes)})`);
      return;
    case 'pushed':
      shell.tell(`${event.repository}: pushed ${Object.keys(event.branches).join(', ')}`);
      return;
    case 'problem':
      shell.complain(event.problem);
      return;
    case 'autogens':
    case 'mirrored':
    case 'meta-repo':
      return;
  }
}

/** Exit status when packages failed and the policy let the run go on (specification 7.4). */
const partial = 2;

function conclude(shell: Shell, report: RegenReport, words: RegenWords): void {
  if (report.isFailed) shell.exitCode = exitCodes.failed;
  else if (report.isPartial) shell.exitCode = partial;
  if (words.jsonReport === '-') return;
  shell.printJson(report);
  const kept = report.kits.flatMap(({ kit, kept: names }) => names.map((name) => `${kit}: ${name}`));
  if (kept.length > 0) shell.print('kept as they were:', ...kept.map((line) => `  ${line}`));
  if (shell.quiet) return;
  const changed = report.kits.filter((kit) => kit.changed).length;
  const verb = words.dryRun === true ? 'would change' : 'changed';
  shell.print(
    `kits: ${changed} of ${report.kits.length} ${verb}; meta-repo: ${report.metaRepo.changed ? verb : 'unchanged'}`,
  );
}
