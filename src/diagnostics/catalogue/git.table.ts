import type { CatalogueTable } from './entry.ts';

/** Codes GIT001 to GIT999. */
export const gitCodes = {
  GIT001: {
    severity: 'error',
    blame: 'world',
    title: 'a git repository is out of reach',
    why: 'The server of the repository did not answer, answered too slowly, or broke off.',
    next: 'Look at the network and at the server, then repeat; what was fetched before is still there.',
    sample: {
      broken: "a repository on 'git.example.org' while the network is down",
      fixed: 'the same with a network',
    },
  },
  GIT002: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no such commit',
    why: 'A commit is named by its whole id, or by its first digits (7 at least) when no other commit begins with them.',
    next: "Take the whole id from 'git rev-parse' and repeat.",
    sample: { broken: "--commit 'v1.0'", fixed: "--commit '3c1f0d9be1b6a7d0d2d5b7a3b3a9f7c0e8d4a1f2'" },
  },
  GIT003: {
    severity: 'error',
    blame: 'usage',
    title: 'no git repository is there',
    why: 'The address leads to something else than a git repository, or to one that is not shown to strangers.',
    next: "Compare the address with what 'git ls-remote' accepts; a local folder has to be the top of a repository.",
    sample: {
      broken: "url: /srv/recipes (a folder without '.git')",
      fixed: "the same after 'git init' and a commit",
    },
  },
  GIT004: {
    severity: 'error',
    blame: 'usage',
    title: 'a git server does not let us in',
    why: 'The repository is private, and the server got no credentials or wrong ones. packmill never asks for a password.',
    next: "Give a credential helper or 'http.extraHeader' in the farm's git configuration, or a key for ssh.",
    sample: {
      broken: 'a private repository over https without credentials',
      fixed: "'[credential] helper = store --file=/etc/packmill/git-credentials' in the git configuration",
    },
  },
  GIT005: {
    severity: 'error',
    blame: 'usage',
    title: 'a git repository has no such branch',
    why: "Recipes come from one branch: the configured one, or 'main', or the default branch of the repository.",
    next: 'Name a branch that exists, or push one.',
    sample: { broken: 'branch: mian', fixed: 'branch: main' },
  },
  GIT006: {
    severity: 'error',
    blame: 'world',
    title: 'the files of a commit cannot be laid out',
    why: 'The disk is full, the copy of the repository is damaged, or a name in the commit is one that git refuses to write.',
    next: 'Read what git says and repeat; a damaged copy is fetched anew by the next try.',
    sample: { broken: 'a checkout on a full disk', fixed: 'the same with room on the disk' },
  },
} as const satisfies CatalogueTable;
