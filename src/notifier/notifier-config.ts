import type { NotificationWord } from './notifiable-event.ts';

/** Commit statuses of a GitLab project (specification 20.1). */
export interface GitlabStatusConfig {
  /** Where the GitLab is, without `/api/v4`. */
  readonly baseUrl: string;
  /** Number or full path of the project. */
  readonly projectId: string;
  readonly token: string;
  /** Name of the check; `%pkgbase%` stands for the package. */
  readonly checkName: string;
  /** Calls per second at most; default 10. */
  readonly perSecond?: number | undefined;
}

/** Commit statuses of a GitHub repository (specification 20.2). */
export interface GithubStatusConfig {
  /** Root of the REST API. */
  readonly baseUrl: string;
  readonly owner: string;
  readonly repo: string;
  readonly token: string;
  readonly checkName: string;
  /** Calls per second at most; default 1, more than that trips the limits of the service. */
  readonly perSecond?: number | undefined;
}

export interface TelegramConfig {
  /** Root of the Bot API; default: the client's own. */
  readonly apiRoot?: string | undefined;
  readonly token: string;
  readonly chatId: string;
  /** Messages in a minute before the rest is put into one; default 20. */
  readonly messagesPerMinute?: number | undefined;
}

export interface WebhookConfig {
  readonly url: string;
  /** Name in records and problems; without one it is derived from the address, which may hold secrets. */
  readonly name?: string | undefined;
  /** Key of the signature; without one nothing is signed. */
  readonly secret?: string | undefined;
  /** Which events; all when undefined. */
  readonly events?: readonly NotificationWord[] | undefined;
}

export interface MailConfig {
  /** `smtp://user:password@host:port` or `smtps://...` */
  readonly smtpUrl: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Which events; failures when undefined. */
  readonly events?: readonly NotificationWord[] | undefined;
}

/** Who is told, and where. An empty one tells nobody. */
export interface NotifierConfig {
  /** Public address of the log viewer page; without it no commit statuses are sent. */
  readonly logsUrl?: string | undefined;
  /** Base of plain-text logs (`<base>/api/logs/...`); by default the folder of `logsUrl`. */
  readonly plainLogsBase?: string | undefined;
  /** By source id. */
  readonly sources?: Readonly<Record<string, SourceNotifiers>> | undefined;
  readonly telegram?: TelegramConfig | undefined;
  readonly webhooks?: readonly WebhookConfig[] | undefined;
  readonly mail?: MailConfig | undefined;
}

export interface SourceNotifiers {
  readonly gitlab?: GitlabStatusConfig | undefined;
  readonly github?: GithubStatusConfig | undefined;
}
