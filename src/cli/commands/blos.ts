import type { Command } from 'commander';
import { mirrorsAround } from '../../app/autogen/index.ts';
import {
  checkStores,
  collectBlos,
  importStores,
  isFarm,
  openWorkspace,
  quarantineObject,
  type StoreTrouble,
  type Workspace,
} from '../../app/fastpull/index.ts';
import { fault, isFault } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface ScopeOptions {
  readonly scope?: string;
}

interface RefetchOptions extends ScopeOptions {
  readonly tree?: string;
}

/** Runs a command on the stores of the farm, or of the user where there is no farm. */
export async function withWorkspace(
  shell: Shell,
  options: ScopeOptions,
  work: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const workspace = openWorkspace({
    farmFolder: shell.farmFolder(isFarm),
    scope: options.scope,
    onProblem: (problem) => shell.complain(problem),
  });
  try {
    await work(workspace);
  } finally {
    await workspace.close();
  }
}

/** `packmill blos …`: the objects behind downloads and archives, by SHA-512. */
export function addBlos(program: Command, shell: Shell): void {
  const blos = program.command('blos').description('the objects behind downloads and archives, by SHA-512');
  addObjectCommands(blos, shell);
  addCare(blos, shell);
  blos
    .command('quarantine <sha512...>')
    .description('move objects out of the way, so that they are fetched or made again')
    .action((names: string[]) =>
      withWorkspace(shell, {}, async ({ parts }) => {
        for (const name of names) {
          if (!(await quarantineObject(parts, name)))
            throw fault('FPL018', {
              what: `there is no object '${name}'`,
              next: "Objects are called by their SHA-512 of 128 digits, as Manifests have it; 'packmill blos verify' names those that are in trouble.",
            });
          shell.print(`in quarantine: ${name}`);
        }
        shell.printJson({ quarantined: names });
      }),
    );
  blos
    .command('refetch <url...>')
    .description('download addresses again, although they are known')
    .option('--scope <name>', 'integrity scope (default: local)')
    .option(
      '--tree <dir>',
      'tree whose mirrors mirror:// addresses name (default: the one around this folder)',
    )
    .action((urls: string[], options: RefetchOptions) =>
      withWorkspace(shell, options, (workspace) => refetch(workspace, { urls, tree: options.tree }, shell)),
    );
  blos
    .command('import <folder>')
    .description("take over what the folder 'stores' of another workspace holds, as far as it is sound")
    .action((folder: string) =>
      withWorkspace(shell, {}, async (workspace) => {
        const report = await importStores(workspace.parts, folder, workspace.temporaryFolder('import'));
        shell.printJson(report);
        shell.print(`${report.objects} objects and ${report.records} records taken`);
        for (const { name, words } of report.refused) shell.print(`refused: ${name}: ${words}`);
        if (report.refused.length > 0) shell.exitCode = exitCodes.failed;
      }),
    );
}

export interface VerifyOptions {
  readonly full?: boolean;
  readonly repair?: boolean;
}

export interface CollectOptions {
  readonly keepDays: number;
  readonly dryRun?: boolean;
}

/** `packmill blos verify` and `packmill blos collect`. */
function addCare(blos: Command, shell: Shell): void {
  withVerifyOptions(blos.command('verify').alias('check').alias('fsck')).action((options: VerifyOptions) =>
    withWorkspace(shell, {}, async (workspace) =>
      shell.printJson(await verifyBlos(workspace, options, shell)),
    ),
  );
  withCollectOptions(blos.command('collect').alias('gc')).action((options: CollectOptions) =>
    withWorkspace(shell, {}, async (workspace) =>
      shell.printJson(await collectUnused(workspace, options, shell)),
    ),
  );
}

export function withVerifyOptions(command: Command): Command {
  return command
    .description('look over records, objects and sizes; ends with 1 when something is wrong')
    .option('--full', 'read all bytes and compare all hashes')
    .option('--repair', 'move what is wrong to quarantine, or give it back from the store');
}

export function withCollectOptions(command: Command): Command {
  return command
    .description('remove objects that nothing refers to any more')
    .option('--keep-days <days>', 'keep objects of downloads and archives that are younger', parseCount, 30)
    .option('--dry-run', 'only say what would be removed');
}

/** Looks over the objects of downloads and archives; prints what is wrong and returns the report. */
export async function verifyBlos(
  { parts }: Workspace,
  options: VerifyOptions,
  shell: Shell,
): Promise<object> {
  const report = await checkStores(parts, options);
  for (const trouble of report.troubles) shell.print(troubleLine(trouble));
  shell.print(`${report.records} records and ${report.objects} objects, ${report.troubles.length} wrong`);
  if (report.troubles.length > 0) {
    shell.exitCode = exitCodes.failed;
    shell.tell(nextOf(options));
  }
  return report;
}

/** Removes what neither an address nor an archive refers to; says so and returns the report. */
export async function collectUnused(
  { parts }: Workspace,
  options: CollectOptions,
  shell: Shell,
): Promise<object> {
  const report = await collectBlos(parts, options);
  const verb = options.dryRun ? 'would be removed' : 'removed';
  shell.print(
    `${report.removed.length} objects ${verb} (${formatBytes(report.removedBytes)}), ${report.kept} kept`,
  );
  return report;
}

/** What `packmill store` and `packmill blos` have in common. */
export function addObjectCommands(command: Command, shell: Shell): void {
  command
    .command('add <file...>')
    .description('insert files and print their SHA-512')
    .action((files: string[]) =>
      withWorkspace(shell, {}, async ({ blos }) => {
        const added: object[] = [];
        for (const file of files) {
          const { sha512, sizeBytes } = await blos.insertFile(file);
          added.push({ file, sha512, sizeBytes });
          shell.print(sha512);
        }
        shell.printJson(added);
      }),
    );
  command
    .command('forget <url...>')
    .description('forget addresses; their objects stay until the collection')
    .option('--scope <name>', 'integrity scope (default: local)')
    .action((urls: string[], options: ScopeOptions) =>
      withWorkspace(shell, options, async (workspace) => {
        for (const url of urls) {
          if (!(await workspace.integrity().forget(url)))
            throw fault('FPL018', { what: `'${url}' is not known` });
        }
        shell.printJson({ forgotten: urls });
      }),
    );
}

/** What is lost heals by itself where an autogen still wants it; the rest has to be moved out of its way first. */
function nextOf({ repair }: VerifyOptions): string {
  const first = repair ? 'next: ' : 'next: --repair moves damaged objects to quarantine; ';
  return `${first}'packmill doit' fetches or makes lost ones again, 'packmill blos forget URL' and 'packmill dynamic rm INDEX' forget them`;
}

function troubleLine({ kind, sha512, words, wantedBy, repair }: StoreTrouble): string {
  const who = wantedBy === undefined ? '' : ` (wanted by ${wantedBy})`;
  return `${kind} ${sha512.slice(0, 16)}: ${words}${who}${repair === undefined ? '' : `; ${repair}`}`;
}

async function refetch(
  workspace: Workspace,
  { urls, tree }: { readonly urls: readonly string[]; readonly tree: string | undefined },
  shell: Shell,
): Promise<void> {
  const mirrors = await mirrorsAround(machine.absolute(tree ?? '.'));
  const done: object[] = [];
  for (const url of urls) {
    try {
      const { blob } = await workspace.download({ url, addresses: mirrors.expand(url), refetch: true });
      done.push({ url, sha512: blob.sha512, sizeBytes: blob.sizeBytes });
      shell.print(`${blob.sha512} ${url}`);
    } catch (error) {
      // the others go on
      if (!isFault(error)) throw error;
      shell.complain(error.problem, true);
    }
  }
  shell.printJson(done);
}
