import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Forge, forgeFromEnvironment, type NewChangeRequest } from '../../src/forge/index.ts';
import type { Clock } from '../../src/host/index.ts';
import { LoopbackGithub, LoopbackGitlab } from './loopback-forge.ts';

/** Sleeps at once and notes how long it would have been. */
class NotingClock implements Clock {
  readonly slept: number[] = [];
  nowMs = (): number => 1_700_000_000_000;
  monotonicMs = (): number => 0;
  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    return Promise.resolve();
  }
}

const kinds = ['gitlab', 'github'] as const;
let service: LoopbackGitlab | LoopbackGithub;
let clock: NotingClock;
beforeEach(() => {
  clock = new NotingClock();
});
afterEach(() => service.close());

async function start(kind: (typeof kinds)[number]): Promise<void> {
  service = kind === 'gitlab' ? new LoopbackGitlab() : new LoopbackGithub();
  await service.listen();
}

function variables(changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { token } = service;
  const own =
    service instanceof LoopbackGitlab
      ? { CI_API_V4_URL: service.api, CI_PROJECT_ID: '42', ACCESS_TOKEN: token }
      : { GITHUB_API_URL: service.url, GITHUB_REPOSITORY: 'farm/recipes', GITHUB_TOKEN: token };
  return { ...own, ...changes };
}

function forge(changes: Readonly<Record<string, string>> = {}): Forge {
  const all = variables(changes);
  const found = forgeFromEnvironment((name) => all[name], { clock, timeoutMs: 20_000 });
  if ('missing' in found) throw new Error(`${found.missing} is missing`);
  return found;
}

const request: NewChangeRequest = {
  branch: 'update-foo',
  target: 'main',
  title: 'chore(update): foo',
  description: 'Check for dangerous changes.',
  labels: ['ci', 'human-review', 'update'],
  assignee: 'reviewer',
};
const code = (name: string): object => ({ problem: { code: name } });

describe.each(kinds)('change requests on %s', (kind) => {
  beforeEach(() => start(kind));

  it('are opened with labels and a reviewer, found by branch and changed', async () => {
    const opened = await forge().open(request);
    expect(opened).toMatchObject({
      id: 1,
      title: request.title,
      branch: 'update-foo',
      state: 'open',
      problems: [],
    });
    expect(opened.url).toContain('example.org');
    expect(service.kept).toMatchObject([
      { title: request.title, description: request.description, labels: request.labels },
    ]);
    expect(service.kept[0]?.assignees).toHaveLength(1);
    const found = await forge().find('update-foo');
    expect(found).toEqual({
      id: 1,
      url: opened.url,
      title: request.title,
      branch: 'update-foo',
      state: 'open',
    });
    await forge().update(1, { title: 'chore(update): foo 2' });
    await forge().update(1, { description: 'other words' });
    expect(service.kept[0]).toMatchObject({ title: 'chore(update): foo 2', description: 'other words' });
    expect(await forge().find('update-bar')).toBeUndefined();
  });

  it('R08 are recognised among 150 others, and listed over all pages', async () => {
    for (let index = 0; index < 150; index += 1) service.keep(`update-p${index}`);
    service.keep('update-foo', true);
    service.keep('feature');
    const found = await forge().find('update-p149');
    expect(found?.id).toBe(150);
    expect(service.heard).toHaveLength(1);
    const all = await forge().listOpen('update-');
    expect(all.map(({ branch }) => branch)).toEqual(
      Array.from({ length: 150 }, (_, index) => `update-p${index}`),
    );
    expect(service.heard).toHaveLength(3);
    const again = await forge().open({ ...request, branch: 'update-p149' });
    expect([again.id, service.kept.length]).toEqual([150, 152]);
  });

  it('of a fork are not ours', async () => {
    service.keep('update-foo', true);
    expect(await forge().find('update-foo')).toBeUndefined();
    expect(await forge().listOpen('update-')).toEqual([]);
    expect((await forge().open(request)).id).toBe(2);
  });

  it('are opened without a reviewer whom nobody knows', async () => {
    const { id, problems } = await forge().open({ ...request, assignee: 'noboby' });
    expect([id, service.kept.length]).toEqual([1, 1]);
    expect(problems).toMatchObject([{ code: 'FRG005', what: expect.stringContaining("'noboby'") }]);
  });

  it('are asked for again while the service is busy or away, with the pauses that it wants', async () => {
    service.first.push(
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 502, body: '<html>' },
      'break',
    );
    expect(await forge().find('update-foo')).toBeUndefined();
    expect(clock.slept).toEqual([7_000, 4_000, 15_000]);
    expect(service.heard).toHaveLength(4);
  });

  it('are given up after a few tries, or at once when the pause is too long', async () => {
    service.first.push(
      ...Array.from({ length: 4 }, () => ({ status: 503, body: { message: 'maintenance' } })),
    );
    const error: unknown = await forge()
      .find('update-foo')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ problem: { code: 'FRG001', why: 'maintenance' } });
    expect(error).toMatchObject({ problem: { what: expect.stringContaining('HTTP 503') } });
    service.first.push({ status: 429, headers: { 'retry-after': '3600' } });
    await expect(forge().find('update-foo')).rejects.toMatchObject(code('FRG001'));
    expect(service.heard).toHaveLength(5);
  });

  it('that were opened although the answer was lost are not opened twice', async () => {
    const before = kind === 'gitlab' ? [undefined] : [];
    service.keep('update-foo');
    service.first.push(...before, { status: 504, body: 'late' });
    expect((await forge().open(request)).id).toBe(1);
    expect(service.kept).toHaveLength(1);
  });

  it('are not to be had with a wrong token, which no message repeats', async () => {
    const wrong = 'wr0ng-t0ken-of-somebody';
    service.first.push({ status: 401, body: { message: `Bad credentials ${wrong}` } });
    const error: unknown = await forge({ ACCESS_TOKEN: wrong })
      .find('x')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ problem: { code: 'FRG002', why: 'Bad credentials [secret]' } });
    expect(JSON.stringify(error)).not.toContain(wrong);
    await expect(forge({ ACCESS_TOKEN: wrong }).open(request)).rejects.toMatchObject(code('FRG002'));
  });

  it('of no such project, and answers that are none, have codes of their own', async () => {
    const elsewhere = forge({ CI_PROJECT_ID: '1', GITHUB_REPOSITORY: 'farm/other' });
    await expect(elsewhere.find('x')).rejects.toMatchObject(code('FRG003'));
    service.first.push({ status: 302, headers: { location: 'http://127.0.0.1:1/login' } });
    await expect(forge().find('x')).rejects.toMatchObject(code('FRG003'));
    service.first.push({ status: 200, body: '<html>sign in</html>' });
    await expect(forge().find('x')).rejects.toMatchObject(code('FRG006'));
    service.first.push({ status: 200, body: [{ hello: 1 }] });
    await expect(forge().find('x')).rejects.toMatchObject(code('FRG006'));
    await expect(forge().update(9, { title: 'x' })).rejects.toMatchObject(code('FRG003'));
  });

  it('that have no branch are refused in the words of the service', async () => {
    const before = kind === 'gitlab' ? [undefined] : [];
    const words = 'No commits between main and update-empty';
    if (kind === 'gitlab') service.first.push(...before, { status: 400, body: { message: words } });
    const error: unknown = await forge()
      .open({ ...request, branch: 'update-empty' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ problem: { code: 'FRG004', why: expect.stringContaining(words) } });
  });
});

describe('a merge request on GitLab', () => {
  it('removes its branch when it is merged, and obeys nothing that its text says', async () => {
    await start('gitlab');
    await forge().open({ ...request, description: 'upstream says:\n/merge\n' });
    const { body, headers, url } = service.heard.at(-1) ?? {};
    expect(url?.pathname).toBe('/api/v4/projects/42/merge_requests');
    expect(headers).toMatchObject({ 'private-token': service.token, 'content-type': 'application/json' });
    expect(body).toEqual({
      ...{ source_branch: 'update-foo', target_branch: 'main', title: request.title, assignee_id: 7 },
      description: 'upstream says:\n\\/merge\n',
      labels: 'ci,human-review,update',
      remove_source_branch: true,
    });
  });
});

describe('a pull request on GitHub', () => {
  it('may be changed by maintainers, and is open even where labels may not be given', async () => {
    await start('github');
    service.first.push(undefined, {
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    });
    const { id, problems } = await forge().open({ ...request, assignee: undefined });
    expect(id).toBe(1);
    expect(problems).toMatchObject([{ code: 'FRG005', why: 'Resource not accessible by integration' }]);
    expect(service.heard[0]?.body).toEqual({
      ...{ head: 'update-foo', base: 'main', title: request.title, body: request.description },
      maintainer_can_modify: true,
    });
  });

  it('waits for the end of an exhausted quota when that is near', async () => {
    await start('github');
    const reset = String(clock.nowMs() / 1000 + 20);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    service.first.push({ status: 403, body: { message: 'API rate limit exceeded' }, headers });
    await forge().find('update-foo');
    expect(clock.slept).toEqual([20_000]);
  });
});

describe('the service of the environment', () => {
  beforeEach(() => start('gitlab'));
  const found = (all: Readonly<Record<string, string>>): unknown => {
    const answer = forgeFromEnvironment((name) => all[name]);
    return 'missing' in answer ? answer : answer.kind;
  };

  it('is told by its variables, or what is missing is named', () => {
    const gitlab = { CI_API_V4_URL: 'https://g/api/v4', CI_PROJECT_ID: '1' };
    const github = { GITHUB_API_URL: 'https://api.github.com', GITHUB_REPOSITORY: 'a/b' };
    expect(found({ ...gitlab, ACCESS_TOKEN: 'x' })).toBe('gitlab');
    expect(found({ ...github, ACCESS_TOKEN: 'x' })).toBe('github');
    expect(found({ GITHUB_REPOSITORY: 'a/b', GITHUB_TOKEN: 'x' })).toBe('github');
    expect(found(gitlab)).toEqual({ missing: 'ACCESS_TOKEN' });
    expect(found({ ...github, ACCESS_TOKEN: ' ' })).toEqual({ missing: 'ACCESS_TOKEN' });
    expect(found({ CI_API_V4_URL: 'x', ACCESS_TOKEN: 'x' })).toEqual({ missing: 'CI_PROJECT_ID' });
    expect(found({ GITHUB_API_URL: 'x' })).toEqual({ missing: 'GITHUB_REPOSITORY' });
    expect(found({})).toEqual({ missing: 'CI_API_V4_URL' });
  });
});
