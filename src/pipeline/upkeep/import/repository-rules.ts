import type { ImportRule } from './import-rule.ts';

/** Rules about the repository as a whole. */
export const repositoryRules = {
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
  cycle: {
    weight: 'note',
    title: 'packages need each other in a circle',
    was: 'Circles could start both members at once.',
    is: 'Exactly one member is started first, the others follow.',
  },
} as const satisfies Readonly<Record<string, ImportRule>>;
