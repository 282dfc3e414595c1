import type { Command } from 'commander';
import { ciCommits, ciManageAur, ciUpdateTemplate } from '../../app/ci/index.ts';
import type { Shell } from '../shell.ts';
import { type CiOptions, CiSession, repositoryOption } from './ci-session.ts';

const aurHelp = `
Uploads packages with CI_MANAGE_AUR=true to their AUR repositories, as the last commit has them: the recipe in the
repository's style, its .SRCINFO, and the files that these name. Needs CI_MANAGE_AUR=true in .ci/config and the key of an
AUR account in $AUR_KEY. Host keys are those in .ci/known_hosts; without that file the first one seen is taken. Pipelines
do this by themselves for what they schedule.

Examples:
  packmill ci manage-aur                      # all that are managed
  AUR_KEY="$(cat ~/.ssh/aur)" packmill ci manage-aur foo bar`;

const templateHelp = `
Takes over the pipeline files of TEMPLATE_REPO, as one commit that is pushed. TEMPLATE_PIN says what vouches for them: a
commit, gpg:FINGERPRINT or ssh:SHA256:... of a key in .ci/template-signers; without it nothing is taken over. Files that
were changed here stay (docs/templates.md). Regular runs do this by themselves.

Example:
  packmill ci update-template                 # now, instead of with the next timer`;

const commitsHelp = `
Examples:
  packmill ci commits origin/main..HEAD       # in a merge request
  packmill ci commits --message "$1"          # in the hook commit-msg`;

/** `packmill ci manage-aur`, `update-template` and `commits`. */
export function addCiUpkeep(ci: Command, shell: Shell): void {
  ci.command('manage-aur')
    .description('upload recipes to the AUR')
    .argument('[package...]', "pkgbases, or 'all'")
    .option(...repositoryOption)
    .addHelpText('after', aurHelp)
    .action((names: string[], options: CiOptions) => manageAur(shell, names, options));
  ci.command('update-template')
    .description('take over new pipeline files from the template')
    .option(...repositoryOption)
    .addHelpText('after', templateHelp)
    .action((options: CiOptions) => template(shell, options));
  ci.command('commits')
    .description('whether commit messages follow Conventional Commits')
    .argument('[range]', 'A..B, or one commit', 'HEAD')
    .option(...repositoryOption)
    .option('--message <file>', 'a message that is being written')
    .addHelpText('after', commitsHelp)
    .action((range: string, options: CiOptions & { readonly message?: string }) =>
      commits(shell, range, options),
    );
}

async function manageAur(shell: Shell, names: readonly string[], options: CiOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciManageAur(session.options(options), names.join(' '));
  for (const { package: name, commit } of done.pushed) shell.print(`uploaded ${name} ${commit.slice(0, 12)}`);
  for (const name of done.unchanged) shell.print(`unchanged ${name}`);
  for (const { package: name, problem } of done.failed) shell.print(`failed ${name} ${problem.code}`);
  for (const name of done.skipped) shell.print(`skipped ${name}`);
  session.conclude(done);
}

async function template(shell: Shell, options: CiOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciUpdateTemplate(session.options(options));
  for (const path of done.written) shell.print(`written ${path}`);
  for (const path of done.removed) shell.print(`removed ${path}`);
  for (const path of done.kept) shell.print(`kept ${path}`);
  shell.tell(`template: ${templateWords[done.outcome]}`);
  session.conclude(done);
}

const templateWords = {
  'not-pushed': 'the repository itself does not take the update',
  off: "off: TEMPLATE_REPO is not set in '.ci/config', or TEMPLATE_ENABLE_UPDATES is not true",
  unpinned: 'nothing is taken over without TEMPLATE_PIN',
  untrusted: 'nothing is taken over, as nobody who is trusted vouches for it',
  unavailable: 'it cannot be had',
  current: 'there is nothing new',
  waiting: 'there is something new, which waits until the manager has what it has not got yet',
  updated: 'taken over',
} as const;

async function commits(
  shell: Shell,
  range: string,
  { message, ...options }: CiOptions & { readonly message?: string },
): Promise<void> {
  const session = new CiSession(shell);
  const checked = await ciCommits(
    session.options(options),
    message === undefined ? { range } : { file: message },
  );
  for (const { problem } of checked) if (problem) session.complain(problem);
  shell.tell(checked.length === 1 ? '1 message' : `${checked.length} messages`);
  session.conclude({ messages: checked.map(({ commit, subject }) => ({ commit, subject })) });
}
