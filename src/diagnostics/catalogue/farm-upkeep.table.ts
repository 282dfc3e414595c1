import type { CatalogueTable } from './entry.ts';

/** Codes CIF001 to CIF999. */
export const farmUpkeepCodes = {
  CIF001: {
    severity: 'error',
    blame: 'usage',
    title: 'the farm does not keep this recipe source up to date',
    why: "Only sources with 'upkeep' in 'recipe-sources' are looked after; the others are read when packages are asked for.",
    next: "Add 'upkeep: {}' to the source in packmill.yaml and start the manager again; 'packmill upkeep' lists those that have it.",
    sample: {
      broken: 'packmill upkeep run recipes    # recipes: { url: ... }',
      fixed: 'packmill upkeep run recipes    # recipes: { url: ..., upkeep: {} }',
    },
  },
  CIF002: {
    severity: 'error',
    blame: 'world',
    title: 'a run of the upkeep took too long and was ended',
    why: "A run may take as long as 'upkeep.timeout' says, so that one that hangs does not keep all later ones from their work. What it had pushed stays; the next run goes on from there.",
    next: "Look for what it waited for in the manager's log; raise 'upkeep.timeout' when it had that much to do.",
    sample: { broken: 'upkeep: { timeout: 30s }', fixed: 'upkeep: { timeout: 2h }' },
  },
  CIF003: {
    severity: 'error',
    blame: 'usage',
    title: 'a secret of the upkeep cannot be used',
    why: "Secrets come from files that only the farm's user may read, or from the manager's environment, so that they stand in no settings and no command line.",
    next: "Write the secret into the file and 'chmod 0600' it, or set the variable where the manager is started.",
    sample: {
      broken: 'chmod 0644 /etc/packmill/token',
      fixed: 'chmod 0600 /etc/packmill/token',
    },
  },
  CIF004: {
    severity: 'error',
    blame: 'usage',
    title: 'a recipe source that is no git repository cannot be kept up to date',
    why: 'Upkeep commits to a branch and pushes it; a plain folder has none.',
    next: "Make a repository of the folder ('git init --bare' elsewhere, and push), or take 'upkeep' away.",
    sample: {
      broken: 'recipes: { url: /srv/recipes, upkeep: {} }    # a folder without .git',
      fixed: 'recipes: { url: /srv/recipes.git, upkeep: {} }',
    },
  },
  CIF005: {
    severity: 'error',
    blame: 'bug',
    title: 'a run of the upkeep ended without a word',
    why: 'A run is a process of its own; this one was killed, or failed in a way that it could not report. What it had pushed stays; the next run goes on from there.',
    next: "The manager's log has its last lines. Look for the kernel's out-of-memory killer too.",
    sample: { broken: 'kill -9 of the process', fixed: 'a machine with enough memory' },
  },
} as const satisfies CatalogueTable;
