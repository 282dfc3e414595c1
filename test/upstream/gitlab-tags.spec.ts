import { afterEach, describe, expect, it } from 'vitest';
import { Fetcher } from '../../src/fetcher/index.ts';
import { newestGitlabTag, rewriteForTag } from '../../src/upstream/index.ts';
import { type Answer, farServer, highest, JumpingClock, sendJson } from '../fetcher/far-server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function ask(answer: Answer, token?: string) {
  const server = await farServer(answer);
  const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
  opened.push(server, fetcher);
  const result = await newestGitlabTag(
    { pkgbase: 'demo', projectId: '42' },
    { fetcher, baseUrl: server.url, token },
  );
  return { result, server };
}

const tagOf = (name: string, web_url: string) => [{ name, commit: { id: 'abc', web_url } }];

describe('the newest tag of a GitLab project', () => {
  it('U01 has its version, commit and project, and goes into the recipe', async () => {
    const { result, server } = await ask(
      (_request, response) => sendJson(response, tagOf('1.1.0', 'https://gitlab.com/g/demo/-/commit/abc')),
      'secret',
    );
    expect(server.heard).toEqual(['GET /api/v4/projects/42/repository/tags?order_by=version&per_page=1']);
    expect(server.requests[0]?.headers['private-token']).toBe('secret');
    if (result.kind !== 'tag') throw new Error(result.problem.what);
    expect(result.tag).toEqual({
      name: '1.1.0',
      commit: 'abc',
      baseUrl: 'https://gitlab.com',
      project: 'g/demo',
    });
    const recipe = {
      pkgbase: 'demo',
      pkgbuild: 'pkgver=1.0.0\n',
      srcinfo: 'pkgbase = demo\n\tpkgver = 1.0.0\n',
    };
    expect(rewriteForTag(recipe, result.tag)).toMatchObject({ pkgbuild: "pkgver=1.1.0\n_commit='abc'\n" });
  });
  it('U02 is a problem of the package when there is none, or an answer that says nothing', async () => {
    const problems: Record<string, Answer> = {
      UPS010: (_request, response) => sendJson(response, []),
      FET007: (_request, response) => response.writeHead(500).end(),
      FET004: (_request, response) => sendJson(response, { message: '404 Project Not Found' }, 404),
      FET009: (_request, response) =>
        response.setHeader('content-type', 'text/html').end('<html>sign in</html>'),
      FET010: (_request, response) => sendJson(response, { tags: [] }),
      UPS011: (_request, response) =>
        sendJson(response, tagOf('1.1.0', 'https://gitlab.com/g/$(reboot)/-/commit/abc')),
    };
    for (const [code, answer] of Object.entries(problems)) {
      const { result } = await ask(answer);
      expect(result, code).toMatchObject({
        kind: 'failed',
        problem: { code, what: expect.stringContaining("'demo'") },
      });
    }
  });
});
