import type { Command } from 'commander';
import {
  type DoitOptions,
  describeRun,
  doit,
  isFarm,
  purgeDistdirCopies,
  type RunReport,
} from '../../app/autogen/index.ts';
import { interruptible, machine, watchTree } from '../../host/index.ts';
import { allowUnderscores } from '../both-spellings.ts';
import { DoitDisplay } from '../doit-display.ts';
import { parseCount } from '../parse-count.ts';
import { maxWaitOption } from '../parse-span.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface DoitWords {
  readonly immediate?: boolean;
  readonly fastpullScope?: string;
  readonly forceDynamic?: boolean;
  readonly prod?: boolean;
  readonly release: string;
  readonly cat?: string;
  readonly pkg?: string;
  readonly rule?: string;
  readonly into?: string;
  readonly repository?: string;
  readonly fast?: boolean;
  readonly fixupsUrl?: string;
  readonly fixupsBranch: string;
  readonly debug?: boolean;
  readonly jobs?: number;
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
  readonly jsonReport?: string;
  readonly clean?: boolean;
  readonly distdir?: string;
  readonly purgeDistdir?: boolean;
  readonly offline?: boolean;
  readonly refetch?: readonly string[];
  readonly genPath: string;
  readonly maxWait?: number;
  readonly watch?: boolean;
}

const help = `
Without files: every autogen.ts and autogen.yaml below this folder. Ebuilds and Manifests are written below the
overlay root, package by package, whole or not at all; a failure stops no other package and makes the exit code 1.
What was downloaded or made once is kept in ~/repo_tmp (see METATOOLS_WORKSPACE), or in the farm with --farm.

Examples:
  packmill doit                               # all of this category, or overlay
  packmill doit app-misc/foo/autogen.ts       # one
  packmill doit --dry-run                     # what would change, as a diff
  packmill doit --force-dynamic --pkg foo     # make the archives of foo anew`;

/** `packmill doit`: runs autogens. */
export function addDoit(program: Command, shell: Shell): void {
  const command = program
    .command('doit')
    .description('run autogens: write ebuilds and Manifests')
    .argument('[file...]', 'autogen.ts and autogen.yaml files')
    .option('--immediate', 'ask for every page again, however fresh the kept one is')
    .option('--fastpull-scope <scope>', 'name of the tables of downloads and archives (default: local)')
    .option('--force-dynamic', 'make every archive anew')
    .option('--prod', 'production: nothing is copied to the folder of distfiles')
    .option('--release <name>', 'release that is made', 'next')
    .option('--cat <category>', 'only packages of this category')
    .option('--pkg <name>', 'only packages of this name')
    .option('--rule <name>', 'only this rule of autogen.yaml files')
    .option('--into <dir>', 'write packages below this folder instead of the overlay')
    .option('--repository <dir>', 'repository that the overlay is in (default: upwards to .git)')
    .option('--fast', 'do not update the copy of kit-fixups')
    .option('--fixups-url <url>', 'repository of kit-fixups (default: $FUNTOO_FIXUPS_URL)')
    .option('--fixups-branch <branch>', 'branch of kit-fixups', 'master')
    .option('--debug', 'as --verbose')
    .option('-j, --jobs <n>', 'packages at one time (default: 64)', parseCount)
    .option('--keep-going', 'go on after a failure (the default)')
    .option('--fail-fast', 'begin nothing more after the first failure')
    .option('--dry-run', 'write nothing; show what would change')
    .option('--json-report <file>', 'what happens, as lines of JSON; - is standard output')
    .option('--clean', 'remove ebuilds of earlier runs that are not made any more')
    .option('--distdir <dir>', 'folder of distfiles (default: $DISTDIR, else /var/cache/portage/distfiles)')
    .option('--purge-distdir', 'only remove the copies of archives that were made there')
    .option('--offline', 'ask no server')
    .option('--refetch <url...>', 'download these addresses again')
    .option('--gen-path <prefix>', 'what gen_path begins with, for ebuilds', `\${REPODIR}`)
    .option(...maxWaitOption)
    .option('--watch', 'go on, and run again when a file changes')
    .option('--moonbeam', 'accepted and ignored; --json-report tells more')
    .addHelpText('after', help)
    .action(async (files: string[], words: DoitWords) => {
      await interruptible((signal) => act(shell, { files, words, signal }));
    });
  allowUnderscores(command);
}

async function act(
  shell: Shell,
  { files, words, signal }: { files: readonly string[]; words: DoitWords; signal: AbortSignal },
): Promise<void> {
  if (words.debug === true) shell.beVerbose();
  const display = new DoitDisplay(shell, words.jsonReport);
  const options = (edition: number): DoitOptions => ({
    ...readWords(shell, files, words),
    edition,
    signal,
    onEvent: (event) => display.show(event),
    onProgress: (progress) => display.progress(progress),
    onProblem: (found) => shell.complain(found),
  });
  try {
    if (words.purgeDistdir === true) {
      const removed = await purgeDistdirCopies(options(0));
      shell.printJson({ removed });
      shell.print(...removed.map((path) => `removed: ${path}`), `${removed.length} copies removed`);
      return;
    }
    await conclude(shell, await doit(options(0)), words);
    if (words.watch === true) await keepRunning(shell, { options, words, display, signal });
    if (signal.aborted && words.watch !== true) {
      shell.exitCode = exitCodes.interrupted;
      shell.tell('interrupted: the same command goes on from here');
    }
  } finally {
    display.end();
  }
}

function readWords(
  shell: Shell,
  files: readonly string[],
  words: DoitWords,
): Omit<DoitOptions, 'signal' | 'onEvent' | 'onProgress' | 'onProblem'> {
  return {
    folder: machine.absolute('.'),
    files,
    farmFolder: shell.farmFolder(isFarm),
    immediate: words.immediate === true,
    scope: words.fastpullScope,
    forceDynamic: words.forceDynamic === true,
    production: words.prod === true,
    release: words.release,
    category: words.cat,
    package: words.pkg,
    rule: words.rule,
    into: words.into === undefined ? undefined : machine.absolute(words.into),
    repository: words.repository === undefined ? undefined : machine.absolute(words.repository),
    fast: words.fast === true,
    fixupsUrl: words.fixupsUrl,
    fixupsBranch: words.fixupsBranch,
    jobs: words.jobs,
    failFast: words.failFast === true,
    dryRun: words.dryRun === true,
    clean: words.clean === true,
    distdir: words.distdir === undefined ? undefined : machine.absolute(words.distdir),
    offline: words.offline === true,
    refetch: words.refetch ?? [],
    genPath: words.genPath,
    maxWaitMs: words.maxWait,
  };
}

async function conclude(shell: Shell, report: RunReport, words: DoitWords): Promise<void> {
  const { failures, summary } = await describeRun(report, words.dryRun === true);
  if (report.isFailed) shell.exitCode = exitCodes.failed;
  if (words.jsonReport !== '-') {
    shell.printJson(report);
    if (failures.length > 0) shell.print('failed:', ...failures.map((line) => `  ${line}`));
    if (!shell.quiet) shell.print(summary);
  }
}

/** Files that a run itself writes, or that say nothing of what it would write. */
const ownFiles = /(?:^|\/)(?:Manifest|[^/]*\.ebuild|\.packmill-[^/]*|\.git(?:\/.*)?)$/;

async function keepRunning(
  shell: Shell,
  watch: {
    readonly options: (edition: number) => DoitOptions;
    readonly words: DoitWords;
    readonly display: DoitDisplay;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const tree = watchTree(machine.absolute('.'), (path) => !ownFiles.test(path));
  try {
    for (let edition = 1; ; edition += 1) {
      watch.display.rest();
      shell.tell('waiting for a file to change');
      const changed = await tree.changed(watch.signal);
      if (changed === undefined) return;
      shell.tell(`'${changed}' changed`);
      shell.exitCode = exitCodes.done;
      await conclude(shell, await doit(watch.options(edition)), watch.words);
    }
  } finally {
    tree.close();
  }
}
