/**
 * How much a finding asks of people: `act` somebody has to do something before or soon after the move, `differs`
 * the same repository behaves differently, `note` good to know.
 */
export type ImportWeight = 'act' | 'differs' | 'note';

/** One way in which packmill differs from the pipelines that a Chaotic-style repository had. */
export interface ImportRule {
  readonly weight: ImportWeight;
  readonly title: string;
  /** What the old pipelines did, and what packmill does. */
  readonly was: string;
  readonly is: string;
  /** What to do about it, where there is something. */
  readonly next?: string;
}

/** All rules by name, in the order of reports: of the repository first, then of packages. */
export const importRules = {
  'swapped-names': {
    weight: 'act',
    title: 'BUILD_REPO and REPO_NAME differ',
    was: 'BUILD_REPO was taken for the source of recipes and REPO_NAME for the repository that is built for.',
    is: 'BUILD_REPO is the repository that is built for and REPO_NAME the name of this repository at the manager, as documented.',
    next: "Swap the two values in '.ci/config'; 'packmill import --write' does it.",
  },
  'old-pipeline': {
    weight: 'act',
    title: 'pipeline files of the old system are there',
    was: 'They ran shell scripts of the template.',
    is: "They would go on running beside packmill's.",
    next: "Replace them by those of templates/pkgbuild-repo; 'packmill import --write' does it on a branch of its own.",
  },
  'template-unpinned': {
    weight: 'act',
    title: 'the template is not pinned',
    was: "Whatever the template's main branch held was committed and run.",
    is: 'Template updates are off until TEMPLATE_PIN names a commit or a key.',
    next: 'Set TEMPLATE_PIN, or TEMPLATE_ENABLE_UPDATES=false.',
  },
  'scheduled-tag': {
    weight: 'act',
    title: "tag 'scheduled' is missing or not at the newest commit",
    was: 'Scheduled runs stopped until it was.',
    is: 'The same; the first on-commit run looks at everything since the tag, or at the newest commit alone without one.',
    next: "Run 'packmill ci on-commit' once before the first scheduled run.",
  },
  'no-package': {
    weight: 'act',
    title: 'the repository has no package folder',
    was: 'Nothing was done.',
    is: 'Nothing is done, and a clean-up is refused.',
  },
  'nobody-trusted': {
    weight: 'note',
    title: 'no AUR account is trusted',
    was: 'Every major change of an AUR recipe went through a review, where reviews were on.',
    is: 'The same.',
  },
  'review-off': {
    weight: 'note',
    title: 'major changes are applied without a human',
    was: 'With CI_HUMAN_REVIEW off every change of a recipe was committed by itself.',
    is: 'The same, whatever the change would run.',
    next: 'Set CI_HUMAN_REVIEW=true.',
  },
  'overwrites-commits': {
    weight: 'differs',
    title: 'automatic commits are no longer amended by default',
    was: 'Without CI_OVERWRITE_COMMITS the previous automatic commit was amended (first generation).',
    is: 'Every run makes a commit of its own.',
    next: 'Set CI_OVERWRITE_COMMITS=true to keep it; see docs/pipelines.md.',
  },
  'aur-watermark': {
    weight: 'differs',
    title: 'the watermark of AUR changes has no effect',
    was: 'Only packages that changed after the time in .ci/aur-state were cloned; changes could be lost.',
    is: 'Each package has a timestamp of its own in the state branch. The first scheduled run compares all packages from the AUR.',
  },
  'review-branches': {
    weight: 'act',
    title: 'review branches have piled up',
    was: 'They stayed when their package was gone or updated.',
    is: 'The next scheduled run removes those whose folder is gone or whose content is merged.',
  },
  'state-branch': {
    weight: 'differs',
    title: 'the state branch names no commit of the main branch',
    was: 'State was used whatever happened to the main branch (second generation).',
    is: 'State without a commit is not trusted: the first run records every watched commit anew and builds nothing for it.',
  },
  'deploy-markers': {
    weight: 'differs',
    title: 'deploy markers of the history would be read differently',
    was: 'Only the first marker of a message counted, as one name; letters outside the alphabet made it fatal or invisible.',
    is: 'Every marker counts, with several names; one that names no package is fatal.',
  },
  'cycle': {
    weight: 'note',
    title: 'packages need each other in a circle',
    was: 'Circles could start both members at once.',
    is: 'Exactly one member is started first, the others follow.',
  },
  'settings-unknown': {
    weight: 'act',
    title: 'a setting is not known',
    was: 'Unknown names were ignored, and lost when a pipeline wrote the file.',
    is: 'Unknown names are reported and kept.',
    next: 'Correct the name, or remove the line.',
  },
  'settings-stray': {
    weight: 'act',
    title: 'a line of a settings file is no assignment',
    was: 'Files of the first generation were run by a shell, so that such a line could have an effect.',
    is: 'Files are read as data; the line is reported and kept.',
    next: "Write 'KEY=value', or begin the line with '#'.",
  },
  'settings-quotes': {
    weight: 'differs',
    title: 'a value has quotes or blanks around it',
    was: 'They were part of the value wherever a script forgot to strip them.',
    is: 'One pair of quotes and outer blanks are never part of the value.',
  },
  'name-invalid': {
    weight: 'act',
    title: 'a folder has a name that no package can have',
    was: 'It was scheduled and failed later, or was skipped without a word.',
    is: 'It is refused when something is scheduled.',
    next: 'Rename the folder.',
  },
  'name-missed': {
    weight: 'differs',
    title: 'a name has letters that old pipelines missed',
    was: 'The first generation saw no change in folders with dots, plus signs or at signs, and took no deploy marker for them.',
    is: 'It is a package like any other.',
  },
  'pkgbuild-missing': {
    weight: 'act',
    title: 'a package folder has no PKGBUILD',
    was: 'The build failed in the builder.',
    is: 'The folder is reported and left out.',
    next: 'Add the PKGBUILD, or remove the folder.',
  },
  'unmanaged': {
    weight: 'note',
    title: 'a package has no settings',
    was: 'It was built on commit and never updated.',
    is: 'The same.',
    next: "Add '.CI/config' with CI_PKGBUILD_SOURCE=custom, or where it comes from.",
  },
  'source-missing': {
    weight: 'act',
    title: 'a managed package names no source',
    was: 'Each run warned.',
    is: 'The same.',
    next: 'Set CI_PKGBUILD_SOURCE=custom.',
  },
  'source-needs-review': {
    weight: 'differs',
    title: 'a recipe from elsewhere than the AUR now needs review',
    was: 'Every source but the AUR counted as trusted: major changes were applied without a human.',
    is: 'Major changes go through a review unless the host or owner is in CI_TRUSTED_SOURCES.',
    next: 'Add the host or owner to CI_TRUSTED_SOURCES if you trust it.',
  },
  'source-is-aur': {
    weight: 'note',
    title: 'a recipe comes from the AUR by its address',
    was: 'It was cloned in every run and bypassed reviews.',
    is: 'It is cloned in every run, and major changes need review.',
    next: 'Set CI_PKGBUILD_SOURCE=aur if folder and AUR package have one name.',
  },
  'split-not-found': {
    weight: 'differs',
    title: 'a split package that the AUR was asked for in vain',
    was: 'The AUR knows packages by pkgname; a pkgbase that is none was never found and never updated (RPC mode).',
    is: 'It is found by its base, and catches up in the first run.',
  },
  'srcinfo-missing': {
    weight: 'act',
    title: 'a package has no .SRCINFO',
    was: 'No dependencies, no VCS checks, without a word.',
    is: 'The same, with a warning in each run; it is not pushed to the AUR.',
    next: "Run 'makepkg --printsrcinfo > .SRCINFO' in the folder.",
  },
  'srcinfo-unusable': {
    weight: 'act',
    title: 'a .SRCINFO is empty or cannot be read',
    was: 'It was read line by line, whatever it was.',
    is: 'It counts as missing.',
    next: "Run 'makepkg --printsrcinfo > .SRCINFO' in the folder.",
  },
  'srcinfo-other-pkgbase': {
    weight: 'act',
    title: "a .SRCINFO has another pkgbase than its folder's name",
    was: 'The package was built, and removed by the next clean-up unless interfere files renamed it.',
    is: 'The build fails with an explanation unless interfere files rename it.',
    next: 'Make sure that an interfere file sets the pkgbase to the name of the folder.',
  },
  'bump-stale': {
    weight: 'note',
    title: 'a bump is for another version',
    was: 'It had no effect.',
    is: 'It has no effect.',
    next: 'Remove CI_PACKAGE_BUMP with the next change of the package; a push that changes only settings builds it too.',
  },
  'bump-plain': {
    weight: 'note',
    title: 'a bump holds for every version',
    was: 'A plain number was a bump of the first generation, and read as a version later.',
    is: 'A plain number of up to three digits is appended to pkgrel whatever the version.',
    next: 'Write VERSION/N, so that the bump vanishes when upstream moves.',
  },
  'bump-alias': {
    weight: 'act',
    title: 'CI_PKGREL is the old name of CI_PACKAGE_BUMP',
    was: 'It was read for one month, then ignored.',
    is: 'It is read with a warning.',
    next: 'Rename it.',
  },
  'bump-aur': {
    weight: 'differs',
    title: 'a bump of a package that is pushed to the AUR is ignored',
    was: 'It was applied, against the documentation.',
    is: 'It is ignored with a warning.',
    next: 'Remove CI_PACKAGE_BUMP, and raise pkgrel in the PKGBUILD.',
  },
  'bump-unreadable': {
    weight: 'act',
    title: 'a bump cannot be read',
    was: 'It had no effect, or an unexpected one.',
    is: 'It is reported and has no effect.',
    next: 'Write VERSION/N.',
  },
  'epoch-trigger': {
    weight: 'differs',
    title: 'a package with an epoch was never bumped by its triggers',
    was: 'Versions with an epoch were split at the wrong colon, so that CI_REBUILD_TRIGGERS never worked for them.',
    is: 'They are bumped like all others: expect rebuilds.',
  },
  'trigger-blacklisted': {
    weight: 'differs',
    title: 'a rebuild trigger is on the blacklist',
    was: 'CI_REBUILD_BLACKLIST was declared and never read.',
    is: 'A blacklisted library bumps nothing.',
    next: 'Remove the name from CI_REBUILD_TRIGGERS or from the blacklist.',
  },
  'several-git-sources': {
    weight: 'differs',
    title: 'several git sources, of which only one was watched',
    was: 'Only the first git source was watched.',
    is: 'All that are pinned to nothing are: expect more builds.',
  },
  'branch-exact': {
    weight: 'note',
    title: 'a watched branch is matched exactly',
    was: 'The first ref that ended in the name was taken, which may have been another branch.',
    is: 'The branch of exactly this name is watched.',
  },
  'not-watched': {
    weight: 'note',
    title: 'a development package whose source nobody watches',
    was: 'Nothing was detected; it was built on commit, by hand or by trigger.',
    is: 'The same.',
    next: 'Set CI_ON_TRIGGER, so that it is built at all.',
  },
  'state-in-config': {
    weight: 'note',
    title: 'state stands in a settings file',
    was: 'The first generation kept commits and timestamps in .CI/config.',
    is: 'They are taken as first values and live on the state branch.',
    next: 'Remove CI_GIT_COMMIT and CI_PKGBUILD_TIMESTAMP after the first scheduled run.',
  },
  'update-hook': {
    weight: 'differs',
    title: 'an update hook runs in a sandbox',
    was: '.CI/update.sh ran with everything that the job had, secrets included.',
    is: 'It runs with network but without secrets, without the rest of the repository, and with a time limit; a failing hook changes nothing.',
    next: 'Try it: packmill ci on-schedule --dry-run --packages NAME.',
  },
  'result-hook': {
    weight: 'differs',
    title: 'on-success.sh or on-failure.sh now runs',
    was: 'It was documented and never run.',
    is: 'It runs after the build, in its sandbox.',
    next: 'Read it again.',
  },
  'misplaced-interfere': {
    weight: 'note',
    title: 'a file named like an interfere lies outside of .CI',
    was: 'It had no effect (since the first generation).',
    is: 'It has no effect.',
    next: 'Move it into .CI if it is meant.',
  },
  'groups-removed': {
    weight: 'differs',
    title: 'groups are removed from finished packages',
    was: 'They were meant to be removed and survived.',
    is: 'They are removed unless BUILDER_ALLOW_PROHIBITED=true.',
    next: 'Set BUILDER_ALLOW_PROHIBITED=true where the group is wanted.',
  },
  'nvchecker-file': {
    weight: 'act',
    title: 'a version check has no file',
    was: 'A warning in each run.',
    is: 'The same.',
    next: 'Add .nvchecker.toml, or remove CI_NVCHECKER.',
  },
  'nvchecker-source': {
    weight: 'act',
    title: 'a version check cannot be done',
    was: 'nvchecker did it.',
    is: 'packmill has no such kind of source, or the file cannot be read: the package is not updated.',
    next: 'Use a source that docs/pipelines.md lists, or an update hook.',
  },
  'nvchecker-overrides': {
    weight: 'note',
    title: 'a version check replaces the source of the recipe',
    was: 'A warning in each run.',
    is: 'The same.',
    next: 'Set CI_PKGBUILD_SOURCE=custom.',
  },
  'flag-word': {
    weight: 'act',
    title: 'a switch is neither true nor false',
    was: "It was off: only the exact word 'true' counts.",
    is: 'The same.',
    next: "Write 'true' or 'false'.",
  },
  'tree-shift': {
    weight: 'differs',
    title: 'a package claimed to provide its own dependencies',
    was: 'Packages whose names had letters outside the alphabet shifted the columns of the dependency tree.',
    is: 'Names of all letters count.',
  },
} as const satisfies Readonly<Record<string, ImportRule>>;

export type ImportRuleName = keyof typeof importRules;

/** One rule that applies: to the repository as a whole, or to one package. */
export interface ImportFinding {
  readonly rule: ImportRuleName;
  readonly package?: string;
  readonly file?: string;
  readonly line?: number;
  /** What was found there, in one line. */
  readonly what: string;
}
