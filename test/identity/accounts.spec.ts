import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditReplySchema, sessionSchema, signInBegunSchema } from '../../src/api/index.ts';
import { Tokens } from '../../src/app/service/tokens.ts';
import { parseFarmConfig } from '../../src/config/index.ts';
import { openFarmDatabase } from '../../src/database/index.ts';
import type { Dispatcher } from '../../src/dispatcher/index.ts';
import { systemRandom, VirtualClock } from '../../src/host/index.ts';
import { launchBrowser, watchedPage } from '../http/browser.ts';
import { problemOf, type ServedFarm, serveFarm } from '../http/served-farm.ts';
import { expectAccessible } from '../web/dashboard.ts';
import { type OpenidServer, startOpenidServer } from './openid-server.ts';

const clock = new VirtualClock(1_700_000_000_000);
let provider: OpenidServer;
let farm: ServedFarm;
let tokens: Tokens;
let redirect = '';

beforeAll(async () => {
  farm = await serveFarm({ limits: { wrongTokens: 1000 } });
  redirect = `${farm.url}/signed-in`;
  provider = await startOpenidServer({ redirect, secret: 'the secret of a client', operators: ['olga'] });
  tokens = tokensFor({ issuer: provider.issuer });
  const { service } = farm;
  Object.defineProperty(service, 'accounts', { get: () => tokens.accounts });
  service.authenticate = (token) => service.tokens.get(token) ?? tokens.authenticate(token);
});
afterAll(async () => {
  await farm.close();
  await provider.close();
});

const database = openFarmDatabase(':memory:', { clock });
/** The real one of a manager, with the settings as people write them. */
function tokensFor(openid: { issuer: string }): Tokens {
  const config = parseFarmConfig(
    JSON.stringify({
      service: {
        openid: {
          ...openid,
          'client-id': 'packmill',
          'client-secret': 'the secret of a client',
          url: farm.url,
          operators: { values: ['farm-operators'] },
          session: '1h',
        },
      },
    }),
    'packmill.yaml',
  );
  return new Tokens({
    farm: { config, database, clock },
    dispatcher: { isUnderWay: () => false } as unknown as Dispatcher,
    random: systemRandom,
    local: 'local',
    upkeep: 'upkeep',
  });
}

async function begin() {
  return signInBegunSchema.parse(await (await farm.post('/api/sign-in/begin', {})).json());
}

it('an account that the provider calls an operator may operate until its session ends, and is in the audit log', async () => {
  expect(await (await farm.get('/api/sign-in')).json()).toEqual({ openid: { issuer: provider.issuer } });
  const { address, attempt } = await begin();
  expect(new URL(address).searchParams.get('redirect_uri')).toBe(redirect);
  const answer = await provider.signIn(address, 'olga');
  const ended = await farm.post('/api/sign-in/end', { answer, attempt });
  const session = sessionSchema.parse(await ended.json());
  expect(session).toMatchObject({ name: 'olga', untilMs: clock.nowMs() + 3_600_000 });
  const drained = () => farm.post('/api/builders/one/drain', { drained: true }, session.token);
  expect((await drained()).status).toBe(200);
  const who = await farm.get('/api/who', { authorization: `Bearer ${session.token}` });
  expect(await who.json()).toEqual({ name: 'olga', role: 'operator', means: 'openid' });
  const { entries } = auditReplySchema.parse(await (await farm.get('/api/audit?who=olga')).json());
  expect(entries.map(({ action, means, outcome }) => [action, means, outcome])).toEqual([
    ['POST /api/builders/:name/drain', 'openid', 'done'],
    ['sign in', 'openid', 'done'],
  ]);
  // another provider in the settings, and the time, end it
  expect(tokensFor({ issuer: 'https://other.example' }).authenticate(session.token)).toBe(undefined);
  const [head = '', body = '', mac = ''] = session.token.split('.');
  const later = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...later, untilMs: later.untilMs * 2 })).toString('base64url');
  expect(tokens.authenticate(`${head}.${forged}.${mac}`)).toBe(undefined);
  await clock.advance(3_600_000);
  expect((await drained()).status).toBe(401);
});

it('an account without the group is told which one it takes', async () => {
  const { address, attempt } = await begin();
  const answer = await provider.signIn(address, 'peter');
  const refused = await farm.post('/api/sign-in/end', { answer, attempt });
  expect(refused.status).toBe(403);
  expect(await problemOf(refused)).toMatchObject({
    code: 'HTP003',
    what: expect.stringContaining("'peter'"),
    why: expect.stringContaining("'farm-operators' in the claim 'groups'"),
  });
});

it('codes of others, old ones and invented ones open nothing', async () => {
  const [one, two] = [await begin(), await begin()];
  const answer = await provider.signIn(one.address, 'olga');
  const end = (body: unknown) => farm.post('/api/sign-in/end', body);
  const stolen = await end({ answer, attempt: two.attempt });
  expect([stolen.status, (await problemOf(stolen)).code]).toEqual([403, 'IDN002']);
  const invented = await end({ answer: `?code=x&state=${one.attempt.state}`, attempt: one.attempt });
  expect((await problemOf(invented)).code).toBe('IDN002');
  expect((await end({ answer, attempt: one.attempt })).status).toBe(200);
  const again = await end({ answer, attempt: one.attempt });
  expect((await problemOf(again)).code).toBe('IDN002');
});

it('a provider that is away is told as such, is asked again, and keeps no token from working', async () => {
  const away = tokensFor({ issuer: 'http://127.0.0.1:9' });
  await expect(away.accounts?.begin()).rejects.toMatchObject({ problem: { code: 'IDN001' } });
  await expect(away.accounts?.begin()).rejects.toMatchObject({ problem: { code: 'IDN001' } });
  expect(away.authenticate('local')).toMatchObject({ means: 'machine' });
});

it('somebody who wants to change something in the dashboard signs in at the provider and comes back to the page', async () => {
  const browser = await launchBrowser();
  const problems: string[] = [];
  const page = await watchedPage(browser, problems);
  farm.service.audit.begin({
    who: 'peter',
    means: 'machine',
    action: 'POST /api/jobs/cancel',
    subject: '{"reason":"broken"}',
    address: '127.0.0.1',
  });
  await page.goto(`${farm.url}/audit?who=peter`);
  const rows = page.locator('[role=group][aria-label^="write actions"] tbody tr');
  expect(await rows.first().textContent()).toMatch(/peter.*on the machine.*cancel.*reason: broken.*asked/);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: `Sign in at ${new URL(provider.issuer).host}` }).click();
  await page.waitForURL(/\/interaction\//);
  await page.fill('input[name=login]', 'olga');
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]');
  await page.waitForURL(`${farm.url}/audit?who=peter`);
  await page.getByText('You are signed in as olga.').waitFor();
  await page.locator('.person', { hasText: 'olga' }).waitFor();
  const token = await page.evaluate(() => sessionStorage.getItem('packmill-operator-token'));
  expect(tokens.authenticate(token ?? '')).toMatchObject({ name: 'olga', means: 'openid' });
  // what is left of an attempt ends nothing twice
  await page.goto(`${farm.url}/signed-in?code=x`);
  await page.getByText('nobody is signing in here').waitFor();
  expect(problems).toEqual([]);
  await browser.close();
});
