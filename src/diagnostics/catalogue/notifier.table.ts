import type { CatalogueTable } from './entry.ts';

/** Codes NTF001 to NTF999. */
export const notifierCodes = {
  NTF001: {
    severity: 'warning',
    blame: 'usage',
    title: 'a setting of the notifiers cannot be read',
    why: 'The setting has not the form it needs, so nothing is sent by the notifiers it stands for. Builds go on as usual.',
    next: 'Correct the setting that is named and start the manager again.',
    sample: {
      broken: `PACKAGE_REPOS_NOTIFIERS='{"chaotic-aur": {"id": 12'`,
      fixed: `PACKAGE_REPOS_NOTIFIERS='{"chaotic-aur": {"id": "12", "token": "...", "check_name": "build %pkgbase%"}}'`,
    },
  },
  NTF002: {
    severity: 'warning',
    blame: 'world',
    title: 'a service refuses notifications',
    why: 'The service understood the request and declined it: a wrong token, missing rights, an unknown project or chat. Sending the same again would not change that. It is told once per cause, however many notifications it concerns.',
    next: "Read the service's own words, correct token, project or address, and let the failed notifications be sent once more.",
    sample: {
      broken: 'a GitLab token without the right to set statuses',
      fixed: 'a project token with the scope "api" and the role Developer',
    },
  },
  NTF003: {
    severity: 'warning',
    blame: 'world',
    title: 'notifications are given up',
    why: 'They were tried again and again, with growing pauses, until they were older than what is worth telling.',
    next: 'Look at the last reason. When the service is reachable again, let the failed notifications be sent once more.',
    sample: {
      broken: "a 'base-url' of a server that is gone for more than a day",
      fixed: 'the address of the server that took its place',
    },
  },
  NTF004: {
    severity: 'warning',
    blame: 'usage',
    title: 'the address of a service is not set',
    why: 'packmill knows no public service by name. The address of a GitLab is taken from the address of the source, if that names a server; all others have to be set.',
    next: 'Set the address that is named; nothing is sent by this notifier until then.',
    sample: {
      broken: 'TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID alone',
      fixed: 'both, and TELEGRAM_API_ROOT with the address of the Bot API',
    },
  },
  NTF005: {
    severity: 'warning',
    blame: 'world',
    title: 'the outbox of notifications cannot be used',
    why: "Notifications are kept in the farm's record until they are delivered, and the record could not be read or written. Nothing is lost: what could not be marked as sent is sent again.",
    next: "Look at the system's message, and at disk space and permissions of the folder 'state'.",
    sample: { broken: 'a full disk', fixed: 'space on the disk' },
  },
  NTF006: {
    severity: 'warning',
    blame: 'usage',
    title: 'commit statuses are off without the address of the log viewer',
    why: 'A commit status links to the log of its build; without the public address of the viewer it would lead nowhere, so none is sent.',
    next: "Set 'notify.logs-url' (or LOGS_URL) to the public address of 'logs.html'.",
    sample: {
      broken: 'PACKAGE_REPOS_NOTIFIERS without LOGS_URL',
      fixed: 'LOGS_URL=https://builds.example.org/logs.html',
    },
  },
} as const satisfies CatalogueTable;
