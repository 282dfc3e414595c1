import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchRepository } from './scratch-repository.ts';

let scratch: ScratchRepository;
let server: Server;
let url: string;
const credentials = `Basic ${Buffer.from('farm:s3cret').toString('base64')}`;

/** git's own server behind a door that wants a password: git-http-backend(1) as a CGI program. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== credentials) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="recipes"' }).end();
    return;
  }
  const asked = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      ...{ PATH: process.env['PATH'], GIT_PROJECT_ROOT: scratch.folder, GIT_HTTP_EXPORT_ALL: '1' },
      ...{ PATH_INFO: asked.pathname, QUERY_STRING: asked.search.slice(1), REMOTE_USER: 'farm' },
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  const pieces: Buffer[] = [];
  backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  backend.once('close', () => {
    const all = Buffer.concat(pieces);
    const end = all.indexOf('\r\n\r\n');
    const headers = new Map(
      all
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    const status = Number(headers.get('Status')?.slice(0, 3) ?? 200);
    headers.delete('Status');
    response.writeHead(status, Object.fromEntries(headers)).end(all.subarray(end + 4));
  });
}

beforeEach(async () => {
  scratch = new ScratchRepository();
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/recipes`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  scratch.dispose();
});

const configured = (name: string, text: string): string => {
  const path = join(scratch.folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a private repository', () => {
  it('is fetched with a header, a credential helper or a password in the address', async () => {
    const commit = scratch.commit({ a: '1' });
    const header = configured('header', `[http]\n\textraHeader = "Authorization: ${credentials}"\n`);
    const secrets = configured('secrets', `${url.replace('//', '//farm:s3cret@').replace('/recipes', '')}\n`);
    const helper = configured('helper', `[credential]\n\thelper = "store --file=${secrets}"\n`);
    expect(await (await scratch.open({ url, configFile: header }, 'one')).fetch()).toBe(commit);
    expect(await (await scratch.open({ url, configFile: helper }, 'two')).fetch()).toBe(commit);
    const source = await scratch.open({ url: url.replace('//', '//farm:s3cret@') }, 'three');
    expect(await source.fetch()).toBe(commit);
    const next = scratch.commit({ a: '2' });
    expect((await source.resolve(next)).commit).toBe(next);
    scratch.commit({ a: '3' });
    const gone = '0123456789012345678901234567890123456789';
    expect(await source.resolve(gone)).toMatchObject({ wanted: gone, isGone: true });
  });

  it('is refused without asking anybody, and the password is in no message', async () => {
    scratch.commit({ a: '1' });
    for (const address of [url, url.replace('//', '//farm:wr0ng@')]) {
      const source = await scratch.open({ url: address });
      const error = await source.fetch().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ problem: { code: 'GIT004' } });
      expect(JSON.stringify(error)).not.toContain('wr0ng');
    }
  });

  it('is out of reach when the server takes too long', async () => {
    server.removeAllListeners('request');
    server.on('request', () => {});
    const source = await scratch.open({ url });
    await expect(source.fetch({ timeoutMs: 300 })).rejects.toMatchObject({ problem: { code: 'GIT001' } });
    const stop = new AbortController();
    server.on('request', () => stop.abort());
    await expect(source.fetch({ signal: stop.signal })).rejects.toMatchObject({
      problem: { code: 'GIT001' },
    });
  });

  it('over ssh is reached with the command that is given', async () => {
    const commit = scratch.commit({ a: '1' });
    const ssh = configured(
      'ssh',
      `#!/bin/sh\n[ "$1" = -i ] && [ "$2" = KEY ] || exit 9\nfor last; do :; done\neval "$last"\n`,
    );
    const options = { url: `git@host.invalid:${scratch.path}`, sshCommand: `sh ${ssh} -i KEY` };
    expect(await (await scratch.open(options)).fetch()).toBe(commit);
  });
});
