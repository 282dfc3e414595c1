import type { CatalogueTable } from './entry.ts';

/** Codes CFG001 to CFG999: the farm's configuration. */
export const configCodes = {
  CFG001: {
    severity: 'error',
    blame: 'usage',
    title: 'the folder is not a farm',
    why: 'A farm is a folder with a packmill.yaml; every command but init works inside one.',
    next: "Run 'packmill --farm DIR init', or name an existing farm with --farm or PACKMILL_FARM.",
    sample: { broken: 'packmill --farm /tmp/empty status', fixed: 'packmill --farm /tmp/empty init' },
  },
  CFG002: {
    severity: 'error',
    blame: 'usage',
    title: 'packmill.yaml is not valid YAML',
    why: 'The file cannot be read as YAML, so nothing of it was used.',
    next: 'Correct the line named above.',
    sample: { broken: 'repository: [local', fixed: 'repository: local' },
  },
  CFG003: {
    severity: 'error',
    blame: 'usage',
    title: 'packmill.yaml has a wrong setting',
    why: 'A setting is unknown or its value is not of the kind that is expected; nothing is ignored silently.',
    next: 'Correct the setting named above; docs/configuration.md lists all of them.',
    sample: { broken: 'sandbox:\n  network: sometimes', fixed: 'sandbox:\n  network: fetch-only' },
  },
  CFG004: {
    severity: 'error',
    blame: 'usage',
    title: 'the folder is already a farm',
    why: 'init never overwrites an existing packmill.yaml or key.',
    next: 'Use the farm as it is, or choose another folder.',
    sample: {
      broken: 'packmill --farm DIR init --repo other',
      fixed: 'packmill --farm OTHER init --repo other',
    },
  },
  CFG005: {
    severity: 'warning',
    blame: 'usage',
    title: "pacman cannot use a repository called 'local'",
    why: "pacman's own database of installed packages has this name, so a section [local] of pacman.conf is refused; building and publishing work.",
    next: 'Give the repository a name of its own when it is meant for pacman: init --repo NAME, in a new folder.',
    sample: { broken: 'packmill --farm DIR init', fixed: 'packmill --farm DIR init --repo mine' },
  },
  CFG006: {
    severity: 'error',
    blame: 'usage',
    title: 'a variable of the environment is wrong',
    why: 'Its value is not of the kind that is expected, and starting without it would do something else than was asked for.',
    next: 'Correct the variable named above; docs/service.md lists all of them.',
    sample: {
      broken: 'PACKAGE_REPOS=\'{"chaotic": 1}\'',
      fixed: `PACKAGE_REPOS='{"chaotic": {"url": "ssh://git/x.git"}}'`,
    },
  },
  CFG008: {
    severity: 'error',
    blame: 'usage',
    title: 'a variable of the environment is missing',
    why: 'This role cannot work without it.',
    next: 'Set the variable named above; docs/service.md lists all of them.',
    sample: {
      broken: 'packmill builder',
      fixed: 'SHARED_PATH=/srv/builder REDIS_HOST=queue.internal packmill builder',
    },
  },
  CFG009: {
    severity: 'warning',
    blame: 'usage',
    title: 'a file with secrets can be read by others',
    why: 'It holds names and passwords, and its permissions let the group or everybody at it.',
    next: 'Take the permissions away: chmod 600 FILE.',
    sample: { broken: '-rw-r--r-- ~/.autogen', fixed: '-rw------- ~/.autogen' },
  },
  CFG010: {
    severity: 'error',
    blame: 'usage',
    title: 'the settings of a user cannot be understood',
    why: "'~/.autogen' is a YAML file: 'authentication' maps names of hosts to 'username' and 'password', or to 'token'; 'upstreams' maps names to addresses.",
    next: 'Correct the setting that is named above; values are never shown.',
    sample: {
      broken: 'authentication: [example.org]',
      fixed: 'authentication: { example.org: { username: me, password: secret } }',
    },
  },
} as const satisfies CatalogueTable;
