import type { Command } from 'commander';
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
import { formatBytes } from '../../primitives/index.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface ScopeOptions {
  readonly scope?: string;
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
  addObjectCommands(blos, shell, 'check');
  blos
    .command('quarantine <sha512...>')
    .description('move objects out of the way, so that they are fetched or made again')
    .action((names: string[]) =>
      withWorkspace(shell, {}, async ({ parts }) => {
        for (const name of names) {
          if (!(await quarantineObject(parts, name)))
            throw fault('FPL018', { what: `there is no object '${name}'` });
          shell.print(`in quarantine: ${name}`);
        }
        shell.printJson({ quarantined: names });
      }),
    );
  blos
    .command('refetch <url...>')
    .description('download addresses again, although they are known')
    .option('--scope <name>', 'integrity scope (default: local)')
    .action((urls: string[], options: ScopeOptions) =>
      withWorkspace(shell, options, (workspace) => refetch(workspace, urls, shell)),
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

/** What `packmill store` and `packmill blos` have in common; the check has two names. */
export function addObjectCommands(command: Command, shell: Shell, checkName: 'check' | 'fsck'): void {
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
    .command(checkName)
    .description('look over records, objects and sizes; ends with 1 when something is wrong')
    .option('--full', 'read all bytes and compare all hashes')
    .option('--repair', 'move what is wrong to quarantine, or give it back from the store')
    .action((options: { full?: boolean; repair?: boolean }) =>
      withWorkspace(shell, {}, async ({ parts }) => {
        const report = await checkStores(parts, options);
        shell.printJson(report);
        for (const trouble of report.troubles) shell.print(troubleLine(trouble));
        shell.print(
          `${report.records} records and ${report.objects} objects, ${report.troubles.length} wrong`,
        );
        if (report.troubles.length > 0) shell.exitCode = exitCodes.failed;
      }),
    );
  command
    .command('gc')
    .description('remove objects that neither an address nor an archive refers to')
    .option('--keep-days <days>', 'keep objects younger than this', parseCount, 30)
    .option('--dry-run', 'only say what would be removed')
    .action((options: { keepDays: number; dryRun?: boolean }) =>
      withWorkspace(shell, {}, async ({ parts }) => {
        const report = await collectBlos(parts, options);
        shell.printJson(report);
        const verb = options.dryRun ? 'would be removed' : 'removed';
        shell.print(
          `${report.removed.length} objects ${verb} (${formatBytes(report.removedBytes)}), ${report.kept} kept`,
        );
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

function troubleLine({ kind, sha512, words, wantedBy, repair }: StoreTrouble): string {
  const who = wantedBy === undefined ? '' : ` (wanted by ${wantedBy})`;
  return `${kind} ${sha512.slice(0, 16)}: ${words}${who}${repair === undefined ? '' : `; ${repair}`}`;
}

async function refetch(workspace: Workspace, urls: readonly string[], shell: Shell): Promise<void> {
  const done: object[] = [];
  for (const url of urls) {
    try {
      const { blob } = await workspace.download({ url, refetch: true });
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
