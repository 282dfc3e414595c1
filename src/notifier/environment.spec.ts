import { describe, expect, it } from 'vitest';
import { concealing, secretsOfAddress } from '../primitives/index.ts';
import { parseNotifiersEnvironment } from './environment.ts';

const token = 'glpat-very-secret';
const entry = { id: 54, token, check_name: 'farm: %pkgbase%' };
const codesOf = (env: Record<string, string>, urls: Record<string, string> = {}) => {
  const { config, problems } = parseNotifiersEnvironment(env, urls);
  expect(JSON.stringify(problems)).not.toContain(token);
  return { config, codes: problems.map(({ code }) => code) };
};

describe('the notifiers in the environment (specification 13.3)', () => {
  it('are none when nothing is set', () => {
    expect(codesOf({})).toEqual({ config: {}, codes: [] });
    expect(codesOf({ PACKAGE_REPOS_NOTIFIERS: '', TELEGRAM_CHAT_ID: ' ' })).toEqual({
      config: {},
      codes: [],
    });
  });
  it('take the GitLab from the address of the source', () => {
    const env = {
      LOGS_URL: 'https://builds.example.org/logs.html',
      PACKAGE_REPOS_NOTIFIERS: JSON.stringify({ main: entry }),
    };
    const expected = {
      baseUrl: 'https://git.example.org',
      projectId: '54',
      token,
      checkName: 'farm: %pkgbase%',
    };
    for (const url of ['https://git.example.org/g/r.git', 'git@git.example.org:g/r.git']) {
      expect(codesOf(env, { main: url })).toEqual({
        config: { logsUrl: env.LOGS_URL, sources: { main: { gitlab: expected } } },
        codes: [],
      });
    }
    const own = JSON.stringify({ main: { ...entry, base_url: 'https://other.example.org/gitlab' } });
    const { config } = codesOf({ PACKAGE_REPOS_NOTIFIERS: own }, { main: '/srv/recipes' });
    expect(config.sources?.main?.gitlab?.baseUrl).toBe('https://other.example.org/gitlab');
  });
  it('are only off when they cannot be read', () => {
    const broken = [`{"main": {"token": "${token}"`, '[]', '3', 'null', `"${token}"`];
    for (const text of broken)
      expect(codesOf({ PACKAGE_REPOS_NOTIFIERS: text })).toEqual({ config: {}, codes: ['NTF001'] });
    const two = JSON.stringify({ bad: { id: '1', token }, good: entry, odd: 7 });
    const { config, codes } = codesOf(
      { PACKAGE_REPOS_NOTIFIERS: two },
      { good: 'https://git.example.org/r' },
    );
    expect(codes).toEqual(['NTF001', 'NTF001']);
    expect(Object.keys(config.sources ?? {})).toEqual(['good']);
    expect(codesOf({ LOGS_URL: 'javascript:alert(1)' })).toEqual({ config: {}, codes: ['NTF001'] });
  });
  it('say which address is missing', () => {
    const text = JSON.stringify({ main: entry });
    expect(codesOf({ PACKAGE_REPOS_NOTIFIERS: text }, { main: '/srv/recipes' }).codes).toEqual(['NTF004']);
    const bot = { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: '-1' };
    expect(codesOf({ ...bot, TELEGRAM_API_ROOT: 'chat' }).codes).toEqual(['NTF004']);
    // the client knows where its own service is
    expect(codesOf(bot)).toEqual({ config: { telegram: { token, chatId: '-1' } }, codes: [] });
    expect(codesOf({ TELEGRAM_BOT_TOKEN: token }).codes).toEqual(['NTF001']);
    const all = {
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_CHAT_ID: '-1',
      TELEGRAM_API_ROOT: 'https://chat.example.org',
    };
    expect(codesOf(all)).toEqual({
      config: { telegram: { token, chatId: '-1', apiRoot: 'https://chat.example.org' } },
      codes: [],
    });
  });
});

describe('concealing', () => {
  it('finds secrets in clear, encoded and in base64', () => {
    const conceal = concealing(['pass/word', undefined, 'x']);
    const base64 = Buffer.from('pass/word').toString('base64');
    expect(conceal(`a pass/word b pass%2Fword\n c ${base64} x`)).toBe('a [secret] b [secret] c [secret] x');
    expect(conceal('y'.repeat(1000))).toHaveLength(300);
  });
  it('knows what of an address may be secret', () => {
    const conceal = concealing(
      secretsOfAddress('https://u:p%40ss99@hooks.example.org/T01/abcdefghijklmnop0?k=v123'),
    );
    for (const words of ['p@ss99', 'p%40ss99', 'POST /T01/abcdefghijklmnop0?k=v123', 'abcdefghijklmnop0'])
      expect(conceal(words)).toContain('[secret]');
    expect(conceal('hooks.example.org does not answer')).toBe('hooks.example.org does not answer');
  });
});
