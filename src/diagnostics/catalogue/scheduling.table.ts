import type { CatalogueTable } from './entry.ts';

/** Codes SCH001 to SCH999: what people ask a manager for. */
export const schedulingCodes = {
  SCH001: {
    severity: 'error',
    blame: 'usage',
    title: 'a request names a source or target that the farm does not have',
    why: 'Requests name the recipe source they come from and the repository to build for; both have to be settings of the farm.',
    next: "Correct the name, or add it: 'recipe-sources' and 'targets' in packmill.yaml, PACKAGE_REPOS and PACKAGE_TARGET_REPOS in the environment.",
    sample: {
      broken: 'packmill schedule --source-repo chaotic-uar foo',
      fixed: 'packmill schedule --source-repo chaotic-aur foo',
    },
  },
  SCH002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a request names a package that its source does not have',
    why: 'At the commit that is to be built there is no folder of that name, or it is no name of a package.',
    next: 'Look at the name and the commit. The other packages of the request are scheduled all the same.',
    sample: { broken: 'packmill schedule Foo', fixed: 'packmill schedule foo' },
  },
  SCH003: {
    severity: 'error',
    blame: 'recipe',
    title: 'a package cannot be built for the architecture that was asked for',
    why: "The recipe's 'arch' names other architectures only.",
    next: "Schedule it for one of those, or add the architecture to the recipe's 'arch'.",
    sample: { broken: 'packmill schedule --arch aarch64 foo', fixed: 'packmill schedule --arch x86_64 foo' },
  },
  SCH004: {
    severity: 'error',
    blame: 'usage',
    title: 'nothing was selected',
    why: 'The command is for jobs that are queued, running or known, and none fits what was given.',
    next: "Look at 'packmill status' for the names of jobs.",
    sample: { broken: 'packmill cancel nosuch', fixed: 'packmill cancel foo' },
  },
  SCH005: {
    severity: 'error',
    blame: 'world',
    title: 'the manager cannot be reached',
    why: 'Commands that change the queue are carried out by a running manager, which did not answer: it is not running, or the way to it is closed.',
    next: "Start it ('packmill up' or 'packmill manager'), or tell where it is: --manager URL with PACKMILL_TOKEN, or REDIS_HOST.",
    sample: { broken: 'packmill schedule foo', fixed: 'packmill up & packmill schedule foo' },
  },
  SCH006: {
    severity: 'error',
    blame: 'usage',
    title: 'the manager refuses who asks',
    why: 'Changing the queue takes a token with the role operator.',
    next: "Make one with 'packmill token new NAME --role operator', add the printed line to 'service.tokens', and set PACKMILL_TOKEN.",
    sample: {
      broken: 'PACKMILL_TOKEN=wrong packmill cancel foo',
      fixed: 'PACKMILL_TOKEN=… packmill cancel foo',
    },
  },
  SCH007: {
    severity: 'error',
    blame: 'usage',
    title: 'no builder has this name',
    why: 'A builder is known by its BUILDER_HOSTNAME once it has said hello to the manager.',
    next: "'packmill queue' shows the builders.",
    sample: { broken: 'packmill drain nosuch', fixed: 'packmill drain attic' },
  },
  SCH008: {
    severity: 'error',
    blame: 'usage',
    title: 'a target is not built for the architecture that was asked for',
    why: "The farm's repository is built for the architecture that packmill.yaml names with 'arch'.",
    next: "Ask for that architecture, or for a target that is declared in 'targets'.",
    sample: { broken: 'packmill schedule --arch aarch64 foo', fixed: 'packmill schedule --arch x86_64 foo' },
  },
  SCH009: {
    severity: 'error',
    blame: 'usage',
    title: 'a source does not fit the target of a request',
    why: "Trees of ebuilds are made by sources of the kind 'autogen' that name them as 'target'; other sources have PKGBUILDs.",
    next: "Set 'kind: autogen' and 'target' of the source in packmill.yaml, or run 'packmill build OVERLAY --target NAME' by hand.",
    sample: {
      broken: 'packmill schedule --target-repo my-kit --source-repo my-pkgbuilds app-misc/foo',
      fixed: 'packmill schedule --target-repo my-kit app-misc/foo',
    },
  },
} as const satisfies CatalogueTable;
