import type { CatalogueTable } from './entry.ts';

/** Codes CIU001 to CIU999. */
export const upkeepCodes = {
  CIU001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a package cannot be uploaded to the AUR',
    why: 'The AUR takes a recipe whose .SRCINFO describes it and whose PKGBUILD can be parsed. The package is skipped, the others go on.',
    next: "Mend the recipe, run 'makepkg --printsrcinfo > .SRCINFO' and push.",
    sample: {
      broken: "CI_MANAGE_AUR=true in a package without '.SRCINFO'",
      fixed: 'the same with its .SRCINFO',
    },
  },
  CIU002: {
    severity: 'error',
    blame: 'world',
    title: 'an upload to the AUR fails',
    why: 'The AUR did not answer, refused the key, or refused the commit. The package is skipped, the others go on.',
    next: "Read the AUR's words; the next change of the package tries again, or 'packmill ci manage-aur NAME'.",
    sample: {
      broken: 'a push with a key that no account of the AUR has',
      fixed: "a push with a maintainer's key",
    },
  },
  CIU003: {
    severity: 'note',
    blame: 'world',
    title: 'nothing is uploaded to the AUR',
    why: 'Uploads need CI_MANAGE_AUR=true, the secret AUR_KEY and an AUR that can be reached.',
    next: 'Give AUR_KEY as a protected secret, or set CI_MANAGE_AUR=false.',
    sample: { broken: 'CI_MANAGE_AUR=true without AUR_KEY', fixed: 'the same with AUR_KEY' },
  },
  CIU010: {
    severity: 'warning',
    blame: 'usage',
    title: 'the template of the pipeline files is not pinned',
    why: 'Pipeline files run with the secrets of the repository. Without a pin, whoever can write to the template could take them.',
    next: "Set TEMPLATE_PIN in '.ci/config': a commit, 'gpg:FINGERPRINT' or 'ssh:SHA256:...'. TEMPLATE_ALLOW_UNPINNED=true takes any commit.",
    sample: {
      broken: 'TEMPLATE_REPO without TEMPLATE_PIN',
      fixed: 'TEMPLATE_PIN=gpg:0123456789ABCDEF0123456789ABCDEF01234567',
    },
  },
  CIU011: {
    severity: 'warning',
    blame: 'world',
    title: 'the template is not the one that is trusted',
    why: 'The newest commit of the template is not the pinned one, is not signed by the pinned key, or does not follow the one that was taken last. Nothing was taken over.',
    next: 'Ask whoever keeps the template. Change TEMPLATE_PIN only when you know why.',
    sample: {
      broken: 'an unsigned commit in a template that is pinned to a key',
      fixed: 'the same commit, signed',
    },
  },
  CIU012: {
    severity: 'warning',
    blame: 'world',
    title: 'the template cannot be had',
    why: 'Its repository could not be fetched or has no such branch. The run goes on without an update.',
    next: "Look at TEMPLATE_REPO and TEMPLATE_REF in '.ci/config'.",
    sample: { broken: 'TEMPLATE_REPO with a slip in its address', fixed: 'the right address' },
  },
  CIU013: {
    severity: 'warning',
    blame: 'usage',
    title: 'a pipeline file was changed here and in the template',
    why: 'Your version stays, so that nothing of yours is lost; the template has a newer one.',
    next: 'Compare the two and take over what you want; or delete your version, then the next update brings the new one.',
    sample: {
      broken: '.gitlab-ci.yml edited here, and the template changes it too',
      fixed: 'the edit moved into a file of its own',
    },
  },
  CIU014: {
    severity: 'error',
    blame: 'usage',
    title: 'a pin of the template cannot be read',
    why: "TEMPLATE_PIN is a commit (40 or 64 hexadecimal digits), 'gpg:' with the whole fingerprint of a key, or 'ssh:SHA256:' with its fingerprint. A key has to be in '.ci/template-signers'.",
    next: 'Write the pin in one of these forms, and commit the public key.',
    sample: { broken: 'TEMPLATE_PIN=main', fixed: 'TEMPLATE_PIN=3c1f0d9be1b6a7d0d2d5b7a3b3a9f7c0e8d4a1f2' },
  },
  CIU020: {
    severity: 'error',
    blame: 'usage',
    title: 'the repository to import cannot be read',
    why: "'packmill import' takes the folder of a checkout, or an address that git can clone.",
    next: "Compare the name with what 'git clone' accepts.",
    sample: {
      broken: 'packmill import chaotic ./no-such-folder',
      fixed: 'packmill import chaotic ./recipes',
    },
  },
  CIU021: {
    severity: 'error',
    blame: 'usage',
    title: 'migrations cannot be written',
    why: '--write makes a new branch in a local checkout; it changes no branch that is there, and needs at least one commit.',
    next: 'Name a folder instead of an address, and delete or rename the branch if it is left over.',
    sample: {
      broken: 'packmill import chaotic --write https://example.org/recipes.git',
      fixed: 'packmill import chaotic --write ./recipes',
    },
  },
  CIU030: {
    severity: 'error',
    blame: 'usage',
    title: 'a commit message follows no convention',
    why: "Messages are 'TYPE(SCOPE): what' (conventionalcommits.org), so that the history reads the same whoever and whatever wrote it.",
    next: "Rewrite it ('git rebase -i', 'reword'), for example as 'feat(foo): init' or 'fix(foo): depend on bar'.",
    sample: { broken: 'Updated some stuff.', fixed: 'fix(foo): depend on bar' },
  },
  CIU031: {
    severity: 'error',
    blame: 'usage',
    title: 'the messages to check cannot be found',
    why: "'packmill ci commits' takes a commit, a range A..B of commits that the checkout has, or a file with --message.",
    next: "Fetch the commits, and compare the range with what 'git log' accepts.",
    sample: { broken: 'packmill ci commits nope..HEAD', fixed: 'packmill ci commits origin/main..HEAD' },
  },
} as const satisfies CatalogueTable;
