import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitHttpServer } from './http-backend.ts';
import { ScratchRepository } from './scratch-repository.ts';

let scratch: ScratchRepository;
let door: GitHttpServer;
let url: string;

beforeEach(async () => {
  scratch = new ScratchRepository();
  door = new GitHttpServer(scratch.folder, { user: 'farm', password: 's3cret' });
  url = `${await door.listen()}/recipes`;
});
afterEach(async () => {
  await door.close();
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
    const header = configured('header', `[http]\n\textraHeader = "Authorization: ${door.authorization}"\n`);
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
    door.server.removeAllListeners('request');
    door.server.on('request', () => {});
    const source = await scratch.open({ url });
    await expect(source.fetch({ timeoutMs: 300 })).rejects.toMatchObject({ problem: { code: 'GIT001' } });
    const stop = new AbortController();
    door.server.on('request', () => stop.abort());
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
