import type { CatalogueTable } from './entry.ts';

/** Ebins that a farm keeps. */
export const ebinsFarmCodes = {
  EBN100: {
    severity: 'error',
    blame: 'recipe',
    title: 'no ebins could be made of the builds of a package',
    why: 'The job that reads the binary packages of a PKGDIR ended without saying which version is refused.',
    next: "The log of the job tells more: 'packmill logs TARGET/any/CATEGORY/NAME'.",
    sample: { broken: 'a package that is removed while it is read', fixed: 'the package, whole' },
  },
  EBN101: {
    severity: 'error',
    blame: 'usage',
    title: 'a combination of flags cannot be asked for',
    why: 'A request names a target of ebins, a package, and flags that choose among its builds.',
    next: "'packmill ebin select' shows what there is of a package, and which flags choose.",
    sample: {
      broken: 'packmill ebin request app-misc/demo no-such-flag',
      fixed: 'packmill ebin request app-misc/demo alpha -doc',
    },
  },
  EBN102: {
    severity: 'warning',
    blame: 'world',
    title: 'nobody can build the combination that was asked for',
    why: 'Builds of ebins need a builder with a root that has Portage, and none is at work. The request waits for one.',
    next: "Set 'sandbox.gentoo-root' to a folder with a Gentoo system, and start the manager again; or build it elsewhere, and put the binary package into PKGDIR.",
    sample: { broken: 'a farm without gentoo-root', fixed: 'sandbox: { gentoo-root: /srv/gentoo }' },
  },
  EBN103: {
    severity: 'error',
    blame: 'usage',
    title: 'too many combinations are asked for',
    why: 'A farm keeps 1000 requests at most.',
    next: "'packmill ebin requests' lists them; 'packmill ebin requests --drop NUMBER' forgets one.",
    sample: { broken: 'a 1001st request', fixed: 'the same after others were dropped' },
  },
  EBN104: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no such request for a combination',
    why: 'It was dropped, or never made.',
    next: "'packmill ebin requests' lists those that there are.",
    sample: { broken: 'packmill ebin requests --drop 99', fixed: 'packmill ebin requests --drop 1' },
  },
  EBN105: {
    severity: 'error',
    blame: 'recipe',
    title: 'Portage did not build the combination that was asked for',
    why: 'A build runs emerge three times: for what the package needs, for its sources, and for the package itself.',
    next: "Read the log, put right what emerge complains about, and ask again with 'packmill ebin request'.",
    sample: { broken: 'USE flags that violate REQUIRED_USE', fixed: 'a combination that the ebuild allows' },
  },
  EBN106: {
    severity: 'error',
    blame: 'recipe',
    title: 'a build has other flags than those that were asked for',
    why: 'Profiles, package.use.force and package.use.mask decide some flags whatever USE says; the binary package is not kept then.',
    next: 'Ask for a combination that the profile of the builder allows, or change its configuration.',
    sample: { broken: 'asking for -abi_x86_64 on amd64', fixed: 'leaving abi_x86_64 as the profile has it' },
  },
} as const satisfies CatalogueTable;
