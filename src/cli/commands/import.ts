import type { Command } from 'commander';
import { importChaotic, renderImport } from '../../app/ci/index.ts';
import { isFarm } from '../../app/index.ts';
import type { Shell } from '../shell.ts';

const help = `
Reads a repository of recipes that Chaotic-style pipelines keep, as it is, and reports package by package what packmill
would do otherwise. REPOSITORY is a checkout, or an address that git can clone. Nothing is changed; the exit code is 0
unless the repository cannot be read. A manager that is named, or at work on this machine, is asked which of BUILD_REPO and
REPO_NAME it knows as a target. --write makes a new local branch with packmill's pipeline files and a .ci/config
that is set right, and touches no package.

Examples:
  packmill import chaotic ./recipes
  packmill import chaotic https://git.example.org/recipes.git --markdown > report.md
  packmill import chaotic ./recipes --manager https://manager.example.org   # are the two names the right way round?
  packmill --json import chaotic ./recipes | jq .counts
  packmill import chaotic ./recipes --write   # then: git push origin packmill-import, and open a merge request`;

interface ImportCommand {
  readonly markdown?: boolean;
  readonly all?: boolean;
  readonly write?: boolean;
  readonly branch: string;
  readonly manager?: string;
}

/** `packmill import`: repositories that other systems kept until now. */
export function addImport(program: Command, shell: Shell): void {
  program
    .command('import')
    .description('what would be different for a repository that another system keeps today')
    .command('chaotic')
    .description('a repository of PKGBUILDs with Chaotic-style pipelines')
    .argument('<repository>', 'folder of a checkout, or an address')
    .option('--markdown', 'the report for an issue or a wiki page')
    .option('--all', 'every finding, where lists are shortened otherwise')
    .option('--write', 'make the safe migrations on a new branch')
    .option('--branch <name>', 'name of that branch', 'packmill-import')
    .option('--manager <url>', 'web address of a manager that is asked for its targets')
    .addHelpText('after', help)
    .action(async (repository: string, options: ImportCommand) => {
      const { report, migration } = await importChaotic({
        repository,
        branch: options.write ? options.branch : undefined,
        manager: options.manager,
        farm: shell.farmFolder(isFarm),
        tell: (line) => shell.tell(line),
      });
      const form = options.markdown ? 'markdown' : 'text';
      if (!shell.json) shell.print(await renderImport(report, form, { all: options.all === true }));
      if (migration) {
        const { branch, written, removed } = migration;
        shell.tell(`made branch '${branch}': ${written.length} files written, ${removed.length} removed`);
        shell.tell(`next: git diff HEAD ${branch}; git push origin ${branch}`);
      }
      shell.printJson(migration ? { ...report, migration } : report);
    });
}
