import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type BuildEvent,
  buildResources,
  type Explanation,
  explainResource,
  type ResourceBuildReport,
  type ResourceBuildRequest,
  reasonWords,
} from '../../app/python/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { collect } from '../collect.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface BuildWords {
  readonly dir: string;
  readonly site: readonly string[];
  readonly archives: readonly string[];
  readonly graphs?: string;
  readonly containers?: boolean;
  readonly index?: string;
  readonly python: string;
  readonly prefix: readonly string[];
  readonly base?: string;
  readonly corpora?: string;
  readonly jobs: number;
  readonly keepGoing?: boolean;
  readonly mode: 'content' | 'time';
  readonly legacy?: boolean;
  readonly explain?: string;
  readonly dryRun?: boolean;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly force: readonly string[];
  readonly strict?: boolean;
  readonly share: number;
  readonly debug?: boolean;
  readonly timeout?: number;
}

const help = `
Builds what is selected in dockerfiles/build and out of date: image, raw graph, valid graph and datafiles of each distribution, and
their manifests up to build/manifest.json. What fails is written to build/failures.json.

Targets: build (the default), images, explore, rawgraphs, or the path of any file below build/.
Steps whose stubs (build/typeshed) or corpus (corpora/NAME.ndjson) is not there are left out; --explain says so.
An empty file in the place of a manifest leaves that step out: touch build/typeshed.json

Examples:
  packmill py build -j 8 -k --site /usr/lib/python3/dist-packages
  packmill py build rawgraphs --archives ./wheels
  packmill py build --explain build/symgraphs/requests__2.31.0.json`;

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1');
  return share;
}

/** `packmill py build`; `typed` are its words as they were typed, by which a build with nothing to do is known again. */
export function addPyBuild(py: Command, shell: Shell, typed: readonly string[]): void {
  py.command('build')
    .description('build the data of the selected distributions, as far as it is out of date')
    .argument('[target...]', 'what to build', ['build'])
    .option('--dir <dir>', 'folder of the build', '.')
    .option('--site <dir>', 'folder with installed distributions; several times', collect, [])
    .option('--archives <dir>', 'folder with wheels and archives of sources; several times', collect, [])
    .option(
      '--graphs <dir>',
      'folder with raw graphs that were explored elsewhere, STEM.json, and STEM.tar with sources',
    )
    .option('--containers', 'build an image for each, as its Dockerfile says, and explore it there')
    .option('--index <url>', 'index for what is nowhere else (default: $PIP_INDEX_URL)')
    .option('--python <path>', 'the interpreter', '/usr/bin/python3')
    .option('--prefix <dir>', 'folder that the interpreter needs beyond /usr; several times', collect, [])
    .option('--base <manifest>', 'manifest that new data is laid over (default: an empty one)')
    .option('--corpora <dir>', 'folder with corpora (default: corpora in the folder of the build)')
    .option('-j, --jobs <n>', 'targets at one time', parseCount, 1)
    .option('-k, --keep-going', 'after a failure, go on with what does not need it')
    .addOption(
      new Option('--mode <which>', 'compare contents, or times of change as make does')
        .choices(['content', 'time'])
        .default('content'),
    )
    .option('--legacy', 'merge only when every distribution was built')
    .option('--explain <target>', 'say why a target would be made')
    .option('-n, --dry-run', 'say what would be made')
    .option('--only <target>', 'this target alone; several times', collect, [])
    .option('--skip <target>', 'leave a target as it is; several times', collect, [])
    .option('--force <target>', 'make a target even when it is up to date; several times', collect, [])
    .option('--strict', 'fail when any distribution fails')
    .option('--share <n>', 'fail when less than this share of the distributions is built', parseShare, 0)
    .option('--timeout <s>', 'limit of one exploration in seconds', parseCount)
    .option('-d, --debug', 'say why each target is made')
    .addHelpText('after', help)
    .action(async (targets: readonly string[], words: BuildWords) => {
      const { explain } = words;
      if (explain !== undefined) {
        printExplanation(
          shell,
          explain,
          await interruptible((signal) => explainResource(request(targets, words, signal), explain)),
        );
        return;
      }
      const heard = shell.listen();
      const onEvent = (event: BuildEvent): void => printEvent(shell, event, words.debug === true);
      const report = await interruptible((signal) => {
        const asked = request(targets, words, signal);
        return buildResources({ ...asked, options: { ...asked.options, onEvent } });
      });
      finish(shell, report, words);
      const said = heard();
      const isPlain = shell.exitCode === exitCodes.done && !shell.verbose && shell.namedFarm() === undefined;
      if (said !== undefined && isPlain) report.remember({ words: typed.slice(1), json: shell.json, said });
    });
}

function printExplanation(shell: Shell, target: string, found: Explanation): void {
  if ('leftOut' in found) {
    shell.print(`${target}: it is left out, as there is no '${found.leftOut.without}'`);
    shell.printJson(found);
    return;
  }
  const { reasons } = found;
  for (const reason of reasons) shell.print(`${target}: ${reasonWords(reason)}`);
  if (reasons.length === 0) shell.print(`${target}: it is up to date`);
  shell.printJson(reasons);
}

function request(goals: readonly string[], words: BuildWords, signal: AbortSignal): ResourceBuildRequest {
  return {
    root: machine.absolute(words.dir),
    sites: words.site.map(machine.absolute),
    archives: words.archives.map(machine.absolute),
    containers: words.containers === true,
    graphs: words.graphs === undefined ? undefined : machine.absolute(words.graphs),
    index: words.index ?? machine.variable('PIP_INDEX_URL'),
    python: words.python,
    prefixes: words.prefix.map(machine.absolute),
    base: words.base === undefined ? undefined : machine.absolute(words.base),
    corpora: words.corpora === undefined ? undefined : machine.absolute(words.corpora),
    mode: words.mode,
    legacy: words.legacy === true,
    timeoutMs: words.timeout === undefined ? undefined : words.timeout * 1000,
    share: words.strict === true ? 1 : words.share,
    signal,
    options: {
      goals,
      jobs: words.jobs,
      keepGoing: words.keepGoing === true,
      dryRun: words.dryRun === true,
      only: words.only,
      skip: words.skip,
      force: words.force,
    },
  };
}

function printEvent(shell: Shell, event: BuildEvent, debug: boolean): void {
  switch (event.kind) {
    case 'begun':
      if (debug)
        for (const reason of event.reasons) shell.print(`[DEBUG] ${event.target}: ${reasonWords(reason)}`);
      break;
    case 'made':
      shell.print(
        `[INFO] ${event.target} ${event.changed ? 'made' : 'unchanged'}, ${formatDuration(event.durationMs)}`,
      );
      break;
    case 'pinned':
      shell.print(`[INFO] ${event.target} bypassed (empty)`);
      break;
    case 'blocked':
      shell.print(`[ERROR] ${event.target} not made: it needs ${event.by}`);
      break;
    case 'failed':
      shell.print(`[ERROR] ${event.failure.target} failed`);
      shell.complain(event.failure.problem);
      break;
  }
}

function finish(shell: Shell, report: ResourceBuildReport, words: BuildWords): void {
  for (const { target, reasons } of report.would) {
    shell.print(`${target}: ${reasons.map(reasonWords).join('; ')}`);
  }
  for (const one of report.problems) shell.complain(one);
  const { made, failed, current, blocked, leftOut } = report;
  const missing = [...new Set(leftOut.map(({ without }) => without))];
  if (missing.length > 0)
    shell.print(`[INFO] ${leftOut.length} left out, as these are not there: ${missing.join(', ')}`);
  shell.print(
    `${made.length} made, ${current} up to date, ${failed.length} failed, ${blocked.length} not made`,
  );
  shell.printJson(report);
  const isShort = report.problems.some(({ code }) => code === 'MPY206');
  const isBad = words.legacy === true ? failed.length > 0 : isShort || report.end === 'stopped';
  if (isBad) shell.exitCode = exitCodes.failed;
}
