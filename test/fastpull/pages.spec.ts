import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fastpull } from '../../src/fastpull/index.ts';
import { makeWorkspace, type Opened } from './opened.ts';

const minute = 60_000;

describe('a page', () => {
  let workspace: Opened;
  let fastpull: Fastpull;
  beforeEach(() => {
    workspace = makeWorkspace();
    fastpull = workspace.open();
  });
  afterEach(() => workspace.close());

  it('11: is kept under the index that other programs use', () => {
    const { parts } = workspace.open();
    const records = parts.records('fetch_cache', {
      kind: 'derived',
      paths: ['method_name', 'url'],
      optional: ['encoding', 'is_json', 'auth_user'],
    });
    const query = { method_name: 'get_page', url: 'https://example.com/' };
    expect(records.indexOf({ ...query, is_json: true })).toMatch(/^fd586e9f5499d934/);
    expect(records.indexOf({ ...query, is_json: false, encoding: 'latin-1' })).toMatch(/^918e39bd040a1e0a/);
  });
  it('42: is asked for once, not again within 15 minutes, and then only whether it changed', async () => {
    const { url, requests } = await workspace.serve((request, response) => {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end('hello');
    });
    expect(await fastpull.pages.get({ url })).toMatchObject({ text: 'hello', from: 'network' });
    workspace.clock.advance(14 * minute);
    expect(await fastpull.pages.get({ url })).toMatchObject({ text: 'hello', from: 'kept' });
    expect(await workspace.open({ offline: true }).pages.get({ url })).toMatchObject({ from: 'kept' });
    expect(requests).toHaveLength(1);
    const now = await workspace.open({ immediate: true }).pages.get({ url });
    expect(now).toMatchObject({ text: 'hello', from: 'unchanged' });
    expect(requests).toHaveLength(2);
    workspace.clock.advance(14 * minute);
    expect((await fastpull.pages.get({ url })).from).toBe('kept');
    expect((await fastpull.pages.get({ url, refreshMs: 10 * minute })).from).toBe('unchanged');
  });
  it('43: is used as it was three days ago when its server is down, and that is told', async () => {
    const { url, requests } = await workspace.serve((_request, response, index) =>
      index === 0 ? response.end('hello') : response.writeHead(500).end(),
    );
    await fastpull.pages.get({ url });
    const fetchedOn = new Date(workspace.clock.nowMs());
    workspace.clock.advance(3 * 24 * 60 * minute);
    expect(await fastpull.pages.get({ url })).toEqual({ text: 'hello', from: 'stale', fetchedOn });
    expect(requests).toHaveLength(4);
    expect(workspace.problems.map(({ code }) => code)).toEqual(['FPL006']);
    expect(fastpull.pages.staleUses).toMatchObject([
      { address: `${url}/`, fetchedOn, because: { code: 'FET007' } },
    ]);
  });
  it('that was never there fails with what its server says', async () => {
    const { url } = await workspace.serve((_request, response) => response.writeHead(404).end());
    await expect(fastpull.pages.get({ url })).rejects.toThrow('FET004');
    await expect(workspace.open({ offline: true }).pages.get({ url })).rejects.toThrow('FPL005');
  });
  it('is asked for once by many at the same time', async () => {
    const { url, requests } = await workspace.serve((_request, response) => response.end('[1]'));
    const all = await Promise.all(
      Array.from({ length: 20 }, () => fastpull.pages.get({ url, isJson: true })),
    );
    expect(all.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, () => [1]));
    expect(requests).toHaveLength(1);
  });
  it('of JSON keeps its text, whatever its names are', async () => {
    const text = '{"$oid": "x", "$numberInt": "five", "a": 1.0}';
    const { url } = await workspace.serve((_request, response) => response.end(text));
    for (const from of ['network', 'kept']) {
      const page = await workspace.open().pages.get({ url, isJson: true });
      expect(page).toMatchObject({ text, from, value: { $oid: 'x', $numberInt: 'five', a: 1 } });
    }
  });
  it('that is no JSON is refused at once where JSON is wanted', async () => {
    const { url, requests } = await workspace.serve((_request, response) => response.end('<html>'));
    await expect(fastpull.pages.get({ url, isJson: true })).rejects.toThrow('FET010');
    expect(requests).toHaveLength(1);
  });
  it.each([
    ['as asked', 'latin-1', undefined, [0xe9], 'é'],
    ['as the server says', undefined, 'text/html; charset="Shift_JIS"', [0x82, 0xa0], 'あ'],
    ['as UTF-8', undefined, 'text/html', [0xc3, 0xa9], 'é'],
    ['as Latin-1 when it is no UTF-8', undefined, 'text/html', [0xe9], 'é'],
  ])('is read %s', async (_title, encoding, type, bytes, text) => {
    const { url } = await workspace.serve((_request, response) => {
      if (type) response.setHeader('content-type', type);
      response.end(Buffer.from(bytes));
    });
    expect((await fastpull.pages.get({ url, encoding })).text).toBe(text);
  });
  it('in an encoding that nobody knows is refused', async () => {
    const { url } = await workspace.serve((_request, response) => response.end('x'));
    await expect(fastpull.pages.get({ url, encoding: 'utf-9' })).rejects.toThrow('FPL021');
  });
  it('is kept for each user alone', async () => {
    const { url, requests } = await workspace.serve((request, response) =>
      response.end(request.headers.authorization ?? 'nobody'),
    );
    const host = new URL(url).hostname;
    const of = (credentials?: Parameters<typeof workspace.open>[0]) =>
      workspace.open(credentials).pages.get({ url });
    expect((await of()).text).toBe('nobody');
    expect((await of({ credentials: { [host]: { token: 't' } } })).text).toBe('Bearer t');
    expect((await of({ credentials: { [host]: { username: 'u', password: 'p' } } })).text).toMatch(/^Basic /);
    expect((await of()).text).toBe('nobody');
    expect(requests).toHaveLength(3);
  });

  it.each([301, 302, 303, 307, 308])('44: leads on with %i, to an absolute address', async (status) => {
    const { url, requests } = await workspace.serve((_request, response) =>
      response.writeHead(status, { location: '../v2/foo.tar.gz' }).end(),
    );
    expect(await fastpull.pages.redirect(`${url}/a/b`)).toBe(`${url}/v2/foo.tar.gz`);
    expect(await fastpull.pages.redirect(`${url}/a/b`)).toBe(`${url}/v2/foo.tar.gz`);
    expect(requests).toHaveLength(1);
  });
  it('that leads nowhere is an error where a redirect is expected', async () => {
    const { url } = await workspace.serve((_request, response) => response.end('x'));
    await expect(fastpull.pages.redirect(url)).rejects.toThrow('FPL020');
  });
  it.each([
    ['attachment; filename="foo-3.1.tar.gz"', 'foo-3.1.tar.gz'],
    ['attachment; filename=foo-3.1.tar.gz', 'foo-3.1.tar.gz'],
    ['Attachment; FileName="a \\"b\\".zip"', 'a "b".zip'],
    ['attachment; filename="x"; filename*=UTF-8\'\'%e2%82%ac.zip', '€.zip'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['inline', undefined],
  ])('45: named %s is called %s, fresh and kept', async (header, name) => {
    const { url, requests } = await workspace.serve((_request, response) =>
      response.writeHead(200, { 'Content-Disposition': header }).end(),
    );
    expect(await fastpull.pages.filename(url)).toBe(name);
    expect(await workspace.open().pages.filename(url)).toBe(name);
    expect(requests).toHaveLength(1);
  });
  it('tells its headers also when the server knows no HEAD', async () => {
    const { url, requests } = await workspace.serve((request, response) =>
      response.writeHead(request.method === 'HEAD' ? 405 : 206, { 'x-a': 'b' }).end(),
    );
    expect((await fastpull.pages.headers(url))['x-a']).toBe('b');
    expect(requests.map(({ method, headers }) => [method, headers.range])).toEqual([
      ['HEAD', undefined],
      ['GET', 'bytes=0-0'],
    ]);
  });
});
