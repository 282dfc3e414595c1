import type { Command } from 'commander';
import { initFarm, isFarm } from '../../app/index.ts';
import type { Shell } from '../shell.ts';

interface InitOptions {
  readonly repo: string;
  readonly arch: string;
  readonly gnupgHome?: string;
  readonly key?: string;
}

/** `packmill init`: makes a farm with its own signing key, or for an existing one. */
export function addInit(program: Command, shell: Shell): void {
  program
    .command('init')
    .description('make a farm: settings, database, store, and a signing key')
    .option('--repo <name>', 'name of the pacman repository', 'local')
    .option('--arch <arch>', 'architecture it is built for', 'x86_64')
    .option('--gnupg-home <dir>', 'sign with a key of this GnuPG home instead of a new one')
    .option('--key <fingerprint>', 'which key of that home')
    .addHelpText('after', '\nExample:\n  packmill --farm ./farm init --repo mine')
    .action(async (options: InitOptions) => {
      const folder = shell.farmFolder(isFarm);
      const report = await initFarm({
        folder,
        repository: options.repo,
        arch: options.arch,
        gnupgHome: options.gnupgHome,
        key: options.key,
      });
      shell.printJson(report);
      for (const problem of report.problems) shell.complain(problem);
      shell.print(
        `made the farm '${folder}'`,
        `  repository  ${report.repository} (${report.arch}), to be published at ${report.published}`,
        `  signing key ${report.fingerprint}, public part at ${report.publicKey}`,
        `  settings    ${report.config}`,
        `next: packmill --farm ${folder} build RECIPES`,
        `  or, as a service (docs/service.md): packmill --farm ${folder} up`,
      );
    });
}
