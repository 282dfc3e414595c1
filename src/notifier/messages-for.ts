import { digestBytes } from '../host/index.ts';
import { baseOfViewer, commitLink, plainLogLink, splitCommit, viewerLink } from './links.ts';
import {
  type BuildEvent,
  isOfTarget,
  type NotifiableEvent,
  type NotificationWord,
} from './notifiable-event.ts';
import type { NotifierConfig, WebhookConfig } from './notifier-config.ts';
import type { MessagePayload, OutboxMessage } from './outbox-message.ts';
import { headlineOf, predicateOf, statusesOf } from './wording.ts';

/** Longest description that both services take. */
const longestDescription = 140;

/** Events that a mail tells of unless others are chosen. */
const mailEvents: readonly NotificationWord[] = [
  'failed',
  'timed-out',
  'software-failure',
  'removal-failed',
  'rebuild-waiting',
];

/** Name of a web hook's channel. */
export const webhookChannel = ({ name, url }: WebhookConfig): string =>
  `webhook:${name ?? digestBytes(url).slice(0, 8)}`;

/** Everything that an event makes us say, to whom, and in which order. Pure; the same for the same event. */
export function messagesFor(event: NotifiableEvent, config: NotifierConfig): readonly OutboxMessage[] {
  const put = (channel: string, context: string, payloads: readonly MessagePayload[]): OutboxMessage[] =>
    payloads.map((payload, index) => ({
      key: `${event.id}/${channel}${index === 0 ? '' : `/${index + 1}`}`,
      channel,
      context,
      payload,
    }));
  const about = isOfTarget(event) ? `${event.target}/${event.arch ?? ''}` : `${jobOf(event)}`;
  const webhooks = (config.webhooks ?? []).filter(({ events }) => !events || events.includes(event.what));
  const { mail } = config;
  const mailed = mail && (mail.events ?? mailEvents).includes(event.what);
  return [
    ...(isOfTarget(event) ? [] : statusMessages(event, config, put)),
    ...(config.telegram ? put('telegram', 'telegram', telegramPayloads(event, config)) : []),
    ...webhooks.flatMap((hook) =>
      put(webhookChannel(hook), about, [
        { kind: 'webhook', event: { ...event, logs: plainLogs(event, config) } },
      ]),
    ),
    ...(mailed ? put('mail', 'mail', [mailPayload(event, config)]) : []),
  ];
}

const jobOf = ({ job }: BuildEvent): string => `${job.target}/${job.arch}/${job.pkgbase}`;

/** Address of the plain text log of a build, when logs can be reached from outside. */
function plainLogs(event: NotifiableEvent, config: NotifierConfig): string | undefined {
  const base = config.plainLogsBase ?? (config.logsUrl && baseOfViewer(config.logsUrl));
  return isOfTarget(event) || !base ? undefined : plainLogLink(base, event.job.pkgbase, event.timestamp);
}

type Put = (channel: string, context: string, payloads: readonly MessagePayload[]) => OutboxMessage[];

function statusMessages(event: BuildEvent, config: NotifierConfig, put: Put): readonly OutboxMessage[] {
  const { sha, pipelineId } = splitCommit(event.commit, event.pipeline);
  const { id } = event.source;
  const notifiers = Object.hasOwn(config.sources ?? {}, id) ? config.sources?.[id] : undefined;
  if (sha === undefined || !config.logsUrl || !notifiers) return [];
  const { gitlab, github } = notifiers;
  const { pkgbase } = event.job;
  const targetUrl = viewerLink(config.logsUrl, pkgbase, event.timestamp);
  const wordings = statusesOf(event.what);
  const nameOf = (checkName: string): string => checkName.replaceAll('%pkgbase%', () => pkgbase);
  const messages: OutboxMessage[] = [];
  if (gitlab) {
    const { projectId } = gitlab;
    const name = nameOf(gitlab.checkName);
    const payloads = wordings.map(
      ({ state, text }): MessagePayload => ({
        ...{ kind: 'gitlab-status', projectId, sha, state, name, targetUrl },
        ...{
          description: text.slice(0, longestDescription),
          ...(pipelineId === undefined ? {} : { pipelineId }),
        },
      }),
    );
    messages.push(...put(`gitlab:${id}`, `${projectId} ${sha} ${name}`, payloads));
  }
  if (github) {
    const { owner, repo } = github;
    const context = nameOf(github.checkName);
    const payloads = wordings.map(
      ({ github: state, text }): MessagePayload => ({
        ...{ kind: 'github-status', owner, repo, sha, state, context, targetUrl },
        description: text.slice(0, longestDescription),
      }),
    );
    messages.push(...put(`github:${id}`, `${owner}/${repo} ${sha} ${context}`, payloads));
  }
  return messages;
}

function telegramPayloads(event: NotifiableEvent, config: NotifierConfig): readonly MessagePayload[] {
  const headline = headlineOf(event.what, isOfTarget(event) ? event.target : event.job.target);
  if (headline === undefined) return [];
  if (isOfTarget(event)) return [{ kind: 'telegram', headline, names: [] }];
  const { pkgbase } = event.job;
  const { sha } = splitCommit(event.commit, event.pipeline);
  const made = event.what === 'success' ? (event.packages ?? []).filter((name) => name !== pkgbase) : [];
  return [
    {
      ...{ kind: 'telegram', headline, builder: event.builder, names: [pkgbase, ...made] },
      logs: plainLogs(event, config),
      commit: sha === undefined ? undefined : commitLink(event.source.url, sha),
    },
  ];
}

function mailPayload(event: NotifiableEvent, config: NotifierConfig): MessagePayload {
  const reason = event.reason ? [`Reason: ${event.reason}`] : [];
  if (isOfTarget(event)) {
    const { target, arch } = event;
    const subject = `${target} ${predicateOf(event.what)}${arch ? ` (${arch})` : ''}`;
    return { kind: 'mail', about: target, subject, text: [`${subject}.`, ...reason].join('\n') };
  }
  const { pkgbase, target, arch } = event.job;
  const subject = `${pkgbase} ${predicateOf(event.what)} (${target}/${arch})`;
  const log = config.logsUrl
    ? viewerLink(config.logsUrl, pkgbase, event.timestamp)
    : plainLogs(event, config);
  const { sha } = splitCommit(event.commit, event.pipeline);
  const commit = sha && commitLink(event.source.url, sha);
  const lines = [
    `${subject}.`,
    ...reason,
    ...(event.builder ? [`Builder: ${event.builder}`] : []),
    ...(log ? [`Log: ${log}`] : []),
    ...(commit ? [`Commit: ${commit}`] : []),
  ];
  return { kind: 'mail', about: pkgbase, subject, text: lines.join('\n') };
}
