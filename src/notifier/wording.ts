import type { BuildWord, NotificationWord } from './notifiable-event.ts';

/** States of a commit status, as GitLab names them. */
export type StatusState = 'pending' | 'running' | 'success' | 'failed' | 'canceled';
export type GithubState = 'pending' | 'success' | 'failure' | 'error';

export interface StatusWording {
  readonly state: StatusState;
  readonly github: GithubState;
  readonly text: string;
}

/** Specification 14.4 and 20.2. */
const statuses: Readonly<Record<BuildWord, StatusWording>> = {
  pending: { state: 'pending', github: 'pending', text: 'Build is waiting for a builder.' },
  running: { state: 'running', github: 'pending', text: 'Build is running.' },
  success: { state: 'success', github: 'success', text: 'Package successfully deployed.' },
  'already-built': {
    state: 'canceled',
    github: 'success',
    text: 'Build skipped: package was already built.',
  },
  skipped: {
    state: 'canceled',
    github: 'success',
    text: 'Build was skipped intentionally via build tools.',
  },
  failed: { state: 'failed', github: 'failure', text: 'Build failed.' },
  'timed-out': { state: 'failed', github: 'failure', text: 'Build timed out.' },
  canceled: { state: 'canceled', github: 'error', text: 'Build canceled.' },
  replaced: { state: 'canceled', github: 'error', text: 'Build canceled and replaced.' },
  requeued: { state: 'canceled', github: 'error', text: 'Builder shutdown requested.' },
  'software-failure': { state: 'failed', github: 'failure', text: 'Build failed.' },
  shutdown: {
    state: 'canceled',
    github: 'error',
    text: 'Build canceled due to coordinator shutdown.',
  },
};

/** Statuses that one event brings, in order: a job that waits again says so after its cancellation (14.4). */
export const statusesOf = (what: BuildWord): readonly StatusWording[] =>
  what === 'requeued' ? [statuses.requeued, statuses.pending] : [statuses[what]];

const headlines: Partial<Record<NotificationWord, (target: string) => string>> = {
  success: (target) => `📣 New deployment to ${target}`,
  failed: (target) => `🚨 Failed deploying to ${target}`,
  'timed-out': (target) => `⏳ Build for ${target} failed due to a timeout`,
  'software-failure': (target) => `💥 The code blew up while deploying to ${target}`,
  'removal-finished': (target) => `✅ Cleanup job for ${target} finished successfully`,
  'rebuild-waiting': (target) => `✋ A new build for ${target} breaks packages, and waits for a decision`,
  'removal-failed': (target) => `🚫 Cleanup job ${target} failed to remove packages`,
};

/** What the chat is told (14.4, 20.4); undefined when it is not told at all. */
export const headlineOf = (what: NotificationWord, target: string): string | undefined =>
  headlines[what]?.(target);

const subjects: Readonly<Record<NotificationWord, string>> = {
  pending: 'waits for a builder',
  running: 'is being built',
  success: 'was deployed',
  'already-built': 'was already built',
  skipped: 'was skipped intentionally',
  failed: 'failed',
  'timed-out': 'timed out',
  canceled: 'was canceled',
  replaced: 'was canceled and replaced',
  requeued: 'waits for another builder',
  'software-failure': 'failed because of the software',
  shutdown: 'was canceled by a shutdown',
  'removal-finished': 'was cleaned up',
  'removal-failed': 'could not be cleaned up',
  'rebuild-waiting': 'has a new build that breaks packages and waits for a decision',
};

/** What a mail says of a package or target, to be put behind its name. */
export const predicateOf = (what: NotificationWord): string => subjects[what];
