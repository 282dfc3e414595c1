import type { NotifiableEvent } from './notifiable-event.ts';
import type { GithubState, StatusState } from './wording.ts';

/** What a message says. Never a token: those are looked up when it is sent. */
export type MessagePayload =
  | GitlabStatusPayload
  | GithubStatusPayload
  | TelegramPayload
  | WebhookPayload
  | MailPayload;

export interface GitlabStatusPayload {
  readonly kind: 'gitlab-status';
  readonly projectId: string;
  readonly sha: string;
  readonly state: StatusState;
  readonly name: string;
  readonly targetUrl: string;
  readonly description: string;
  readonly pipelineId?: number | undefined;
}

export interface GithubStatusPayload {
  readonly kind: 'github-status';
  readonly owner: string;
  readonly repo: string;
  readonly sha: string;
  readonly state: GithubState;
  readonly context: string;
  readonly targetUrl: string;
  readonly description: string;
}

export interface TelegramPayload {
  readonly kind: 'telegram';
  readonly headline: string;
  readonly builder?: string | undefined;
  /** Packages, the one with links first. */
  readonly names: readonly string[];
  readonly logs?: string | undefined;
  readonly commit?: string | undefined;
}

export interface WebhookPayload {
  readonly kind: 'webhook';
  readonly event: NotifiableEvent & { readonly logs?: string | undefined };
}

export interface MailPayload {
  readonly kind: 'mail';
  /** Package or target. */
  readonly about: string;
  readonly subject: string;
  readonly text: string;
}

export interface OutboxMessage {
  /** Event and channel: a message with a known key is not taken a second time. */
  readonly key: string;
  /** Which notifier carries it. */
  readonly channel: string;
  /** Messages of one context and channel arrive in the order in which they were put in. */
  readonly context: string;
  readonly payload: MessagePayload;
}
