import { describe, expect, it } from 'vitest';
import { baseOfViewer, commitLink, plainLogLink, viewerLink, webAddress } from './links.ts';
import { messagesFor } from './messages-for.ts';
import type { BuildEvent, NotifiableEvent } from './notifiable-event.ts';
import type { NotifierConfig } from './notifier-config.ts';
import type {
  GithubStatusPayload,
  GitlabStatusPayload,
  MailPayload,
  TelegramPayload,
} from './outbox-message.ts';

const config: NotifierConfig = {
  logsUrl: 'https://builds.example.org/logs.html',
  sources: {
    main: {
      gitlab: {
        baseUrl: 'https://git.example.org',
        projectId: '54',
        token: 'glpat-0123456789',
        checkName: 'farm: %pkgbase%',
      },
      github: {
        baseUrl: 'https://api.example.org',
        owner: 'farm',
        repo: 'recipes',
        token: 'ghp-0123456789',
        checkName: '%pkgbase%',
      },
    },
  },
  telegram: { apiRoot: 'https://chat.example.org', token: '12:abcdef', chatId: '-100' },
  webhooks: [{ url: 'https://hooks.example.org/T000/B000', events: ['success', 'removal-failed'] }],
  mail: { smtpUrl: 'smtp://mail.example.org', from: 'farm@example.org', to: ['people@example.org'] },
};

const event = (what: BuildEvent['what'], more: Partial<BuildEvent> = {}): BuildEvent => ({
  id: `e-${what}`,
  what,
  job: { target: 'farm-aur', arch: 'x86_64', pkgbase: 'foo' },
  source: { id: 'main', url: 'https://git.example.org/group/recipes.git' },
  commit: '0123abc:77',
  timestamp: 1_700_000_000_123,
  builder: 'b1',
  ...more,
});

const of = <Payload>(what: NotifiableEvent, channel: string): Payload[] =>
  messagesFor(what, config)
    .filter((message) => message.channel === channel)
    .map(({ payload }) => payload as unknown as Payload);

describe('the wording of every result (specification 14.4, 20.2)', () => {
  const table: [BuildEvent['what'], string, string, RegExp, string | undefined][] = [
    ['success', 'success', 'success', /^Package successfully deployed\.$/, '📣 New deployment to farm-aur'],
    ['already-built', 'canceled', 'success', /package was already built\.$/, undefined],
    ['skipped', 'canceled', 'success', /skipped intentionally via build tools\.$/, undefined],
    ['failed', 'failed', 'failure', /^Build failed\.$/, '🚨 Failed deploying to farm-aur'],
    [
      'timed-out',
      'failed',
      'failure',
      /^Build timed out\.$/,
      '⏳ Build for farm-aur failed due to a timeout',
    ],
    ['canceled', 'canceled', 'error', /^Build canceled\.$/, undefined],
    ['replaced', 'canceled', 'error', /^Build canceled and replaced\.$/, undefined],
    ['requeued', 'canceled', 'error', /^Builder shutdown requested\.$/, undefined],
    [
      'software-failure',
      'failed',
      'failure',
      /^Build failed\.$/,
      '💥 The code blew up while deploying to farm-aur',
    ],
    ['shutdown', 'canceled', 'error', /^Build canceled due to coordinator shutdown\.$/, undefined],
    ['pending', 'pending', 'pending', /./, undefined],
    ['running', 'running', 'pending', /./, undefined],
  ];
  it.each(table)('%s', (what, gitlab, github, text, headline) => {
    const [status] = of<GitlabStatusPayload>(event(what), 'gitlab:main');
    expect(status?.state).toBe(gitlab);
    expect(status?.description).toMatch(text);
    const [other] = of<GithubStatusPayload>(event(what), 'github:main');
    expect(other?.state).toBe(github);
    expect(other?.description).toBe(status?.description);
    const [chat] = of<TelegramPayload>(event(what), 'telegram');
    expect(chat?.headline).toBe(headline);
  });

  it('says after the cancellation of a job that it waits again', () => {
    const states = of<GitlabStatusPayload>(event('requeued'), 'gitlab:main').map(({ state }) => state);
    expect(states).toEqual(['canceled', 'pending']);
    const keys = messagesFor(event('requeued'), config).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has the two texts for clean-ups', () => {
    const removal = (what: 'removal-finished' | 'removal-failed') =>
      of<TelegramPayload>({ id: '1', what, target: 'R' }, 'telegram')[0];
    expect(removal('removal-finished')).toEqual({
      kind: 'telegram',
      headline: '✅ Cleanup job for R finished successfully',
      names: [],
    });
    expect(removal('removal-failed')?.headline).toBe('🚫 Cleanup job R failed to remove packages');
  });
});

describe('what an event makes us say', () => {
  it('posts to the commit without its pipeline, and names the pipeline (I02)', () => {
    const [message] = messagesFor(event('success'), config);
    expect(message).toEqual({
      key: 'e-success/gitlab:main',
      channel: 'gitlab:main',
      context: '54 0123abc farm: foo',
      payload: {
        kind: 'gitlab-status',
        projectId: '54',
        sha: '0123abc',
        state: 'success',
        name: 'farm: foo',
        targetUrl: 'https://builds.example.org/logs.html?timestamp=1700000000123&id=foo',
        description: 'Package successfully deployed.',
        pipelineId: 77,
      },
    });
    const [chat] = of<TelegramPayload>(event('success'), 'telegram');
    expect(chat?.commit).toBe('https://git.example.org/group/recipes/-/commit/0123abc');
    expect(chat?.logs).toBe('https://builds.example.org/api/logs/foo/1700000000123');
  });
  it('sends no status without a commit, a notifier of the source, or an address of the logs', () => {
    const channels = (one: BuildEvent, settings = config) =>
      messagesFor(one, settings).map(({ channel }) => channel);
    expect(channels(event('pending', { commit: undefined }))).toEqual([]);
    expect(channels(event('pending', { source: { id: 'toString', url: '/srv/recipes' } }))).toEqual([]);
    expect(channels(event('pending'), { ...config, logsUrl: undefined })).toEqual([]);
    expect(channels(event('pending'), {})).toEqual([]);
  });
  it('tells a chat of a success as a list of packages', () => {
    const [chat] = of<TelegramPayload>(
      event('success', { packages: ['foo', 'foo-doc', 'libfoo'] }),
      'telegram',
    );
    expect(chat?.names).toEqual(['foo', 'foo-doc', 'libfoo']);
    const [failed] = of<TelegramPayload>(event('failed', { packages: ['foo', 'foo-doc'] }), 'telegram');
    expect(failed?.names).toEqual(['foo']);
  });
  it('keeps every token and address of a hook out of the outbox', () => {
    const words: BuildEvent['what'][] = ['pending', 'success', 'failed', 'requeued'];
    const all = JSON.stringify(words.flatMap((what) => messagesFor(event(what), config)));
    for (const secret of ['glpat', 'ghp-', '12:abcdef', 'T000', 'hooks.example.org'])
      expect(all).not.toContain(secret);
  });
  it('asks web hooks and mail what they want to hear', () => {
    const channels = (one: NotifiableEvent) => messagesFor(one, config).map(({ channel }) => channel);
    const hook = channels(event('success')).find((channel) => channel.startsWith('webhook:'));
    expect(hook).toMatch(/^webhook:[0-9a-f]{8}$/);
    expect(channels(event('failed'))).toEqual(['gitlab:main', 'github:main', 'telegram', 'mail']);
    expect(channels({ id: '1', what: 'removal-failed', target: 'R' })).toEqual(['telegram', hook, 'mail']);
  });
  it('writes mails with the reason and links', () => {
    const [mail] = of<MailPayload>(event('failed', { reason: 'exit status 4 of makepkg' }), 'mail');
    expect(mail?.subject).toBe('foo failed (farm-aur/x86_64)');
    expect(mail?.text.split('\n')).toEqual([
      'foo failed (farm-aur/x86_64).',
      'Reason: exit status 4 of makepkg',
      'Builder: b1',
      'Log: https://builds.example.org/logs.html?timestamp=1700000000123&id=foo',
      'Commit: https://git.example.org/group/recipes/-/commit/0123abc',
    ]);
  });
});

describe('links (specification 18.3, 20.4)', () => {
  it('encode what has a meaning in addresses', () => {
    expect(viewerLink('https://a/logs.html', 'c++utilities', 5)).toBe(
      'https://a/logs.html?timestamp=5&id=c%2B%2Butilities',
    );
    expect(viewerLink('https://a/?page=logs', 'a@b', 5)).toBe('https://a/?page=logs&timestamp=5&id=a%40b');
    expect(plainLogLink('https://a/', 'c++utilities', 5)).toBe('https://a/api/logs/c%2B%2Butilities/5');
  });
  it.each([
    ['https://a.example/logs.html', 'https://a.example'],
    ['https://a.example/logs/logs.html', 'https://a.example'],
    ['https://a.example/farm/logs.html?x=1', 'https://a.example/farm'],
    ['https://a.example/farm/', 'https://a.example/farm'],
    ['https://a.example', 'https://a.example'],
  ])('find the manager of %s', (viewer, base) => expect(baseOfViewer(viewer)).toBe(base));
  it.each([
    ['https://user:secret@git.example.org/g/r.git', 'https://git.example.org/g/r'],
    ['http://127.0.0.1:8080/g/r/', 'http://127.0.0.1:8080/g/r'],
    ['git@git.example.org:g/r.git', 'https://git.example.org/g/r'],
    ['ssh://git@git.example.org:2222/g/r.git', 'https://git.example.org/g/r'],
    ['/srv/recipes', undefined],
    ['file:///srv/recipes', undefined],
  ])('turn %s into an address for browsers', (git, web) => expect(webAddress(git)).toBe(web));
  it('know both forms of a commit', () => {
    expect(commitLink('https://git.example.org/g/r', 'S')).toBe('https://git.example.org/g/r/-/commit/S');
    expect(commitLink('https://github.example.org/o/r.git', 'S')).toBe(
      'https://github.example.org/o/r/commit/S',
    );
  });
});
