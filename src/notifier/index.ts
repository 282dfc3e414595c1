export { type EnvironmentNotifiers, parseNotifiersEnvironment } from './environment.ts';
export { viewerLink } from './links.ts';
export type {
  BuildEvent,
  BuildWord,
  NotifiableEvent,
  NotificationWord,
  RemovalWord,
  ResultWord,
  TargetEvent,
} from './notifiable-event.ts';
export { type ChannelFigures, Notifier, type NotifierOptions } from './notifier.ts';
export type {
  GithubStatusConfig,
  GitlabStatusConfig,
  MailConfig,
  NotifierConfig,
  SourceNotifiers,
  TelegramConfig,
  WebhookConfig,
} from './notifier-config.ts';
export { notifierTables, Outbox, type OutboxDatabase, type OutboxRow } from './outbox.ts';
export type { MessagePayload, OutboxMessage } from './outbox-message.ts';
