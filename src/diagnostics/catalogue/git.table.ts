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
  GIT007: {
    severity: 'error',
    blame: 'world',
    title: 'a git server has something newer',
    why: 'Somebody else moved a branch or tag between our look and our push. Pushes are atomic: nothing of ours arrived.',
    next: 'Run the same command again; it begins with what the server has now.',
    sample: {
      broken: "two runs that push to 'main' at the same time",
      fixed: 'one after the other, as with a resource group of the CI service',
    },
  },
  GIT008: {
    severity: 'error',
    blame: 'usage',
    title: 'a checkout cannot follow its branch',
    why: 'Files that the new commit changes have changes of their own on disk. What was pushed has arrived; only the folder lags behind.',
    next: "Commit, stash or remove those changes, then run 'git pull --rebase'.",
    sample: {
      broken: "a run while 'foo/PKGBUILD' is edited and not committed",
      fixed: "the same after 'git stash'",
    },
  },
  GIT009: {
    severity: 'error',
    blame: 'usage',
    title: 'a git server refuses a push',
    why: 'A branch is protected, a hook of the server declines, or the credentials may only read. Nothing of the push arrived.',
    next: 'Allow the account or key to push (and to force-push where the message says so), then run the command again.',
    sample: {
      broken: "a token with the scope 'read_repository'",
      fixed: "a token with the scope 'write_repository' whose role may push to 'main'",
    },
  },
  GIT010: {
    severity: 'error',
    blame: 'usage',
    title: 'a folder is no checkout',
    why: 'Commands for recipe repositories work in a folder that git has checked out, or below it.',
    next: "Go to the repository, or name it with '--repository'.",
    sample: { broken: '--repository /tmp', fixed: '--repository ~/recipes' },
  },
  GIT011: {
    severity: 'error',
    blame: 'usage',
    title: 'a checkout belongs to another user',
    why: 'The configuration in a repository can name programs, so git obeys it only when you own the folder or say that you trust it.',
    next: "When you trust it, run 'git config --global --add safe.directory FOLDER'.",
    sample: {
      broken: 'a CI job that runs as another user than the one who checked out',
      fixed: "the same after 'git config --global --add safe.directory /builds/recipes'",
    },
  },
  GIT012: {
    severity: 'error',
    blame: 'world',
    title: 'git fails in a checkout',
    why: 'The disk is full, the repository is damaged, or another git holds a lock.',
    next: "Read what git says; 'git fsck' finds damage, and a new clone repairs it.",
    sample: {
      broken: "a checkout with a leftover '.git/refs/tags/scheduled.lock'",
      fixed: 'the same without it',
    },
  },
  GIT013: {
    severity: 'error',
    blame: 'usage',
    title: 'a name cannot be committed',
    why: "A path in a commit is relative, and none of its parts is empty, '.', '..' or '.git': such files could be written outside of the folder, or into git's own.",
    next: 'Rename the file.',
    sample: { broken: "a recipe with a file '../x'", fixed: "the same with 'x'" },
  },
  GIT014: {
    severity: 'error',
    blame: 'world',
    title: 'a recipe repository is too large',
    why: 'A recipe is a few small files. A repository that is much larger is something else, or wants to fill the disk.',
    next: 'Look at the repository; keep large files out of it.',
    sample: {
      broken: 'a recipe repository with a disk image of 2 GB',
      fixed: 'the same with a URL in source=()',
    },
  },
  GIT015: {
    severity: 'error',
    blame: 'usage',
    title: 'a copy belongs to another repository',
    why: 'The folder holds a copy of a repository under another address. It may be another repository, whose history would be mixed with this one.',
    next: 'Run again with --on-origin-mismatch repair when the repository has moved; remove the folder when it is another one.',
    sample: {
      broken:
        "the address of a repository of the release changes, and its copy in 'source-trees' is of the old one",
      fixed: 'the same with --on-origin-mismatch repair',
    },
  },
} as const satisfies CatalogueTable;
