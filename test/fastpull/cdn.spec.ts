import { existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sftpTarget } from '../../src/app/fastpull/index.ts';
import { type Blob, folderTarget, pushObjects } from '../../src/fastpull/index.ts';
import { startCdnServer } from '../../src/http/index.ts';
import { startSshd } from '../ssh/sshd.ts';
import { makeWorkspace, type Opened } from './opened.ts';

const layout = '[structure]\n0=content-hash SHA512 8:8:8\n1=flat\n';

let workspace: Opened;
let fastpull: ReturnType<Opened['open']>;
let hello: Blob;
let publicPath: string;
beforeEach(async () => {
  workspace = makeWorkspace();
  fastpull = workspace.open();
  writeFileSync(join(workspace.root, 'file'), 'HELLO');
  hello = await fastpull.blos.insertFile(join(workspace.root, 'file'));
  publicPath = `33/df/2d/${hello.sha512}`;
});
afterEach(() => workspace.close());

describe('the front for mirrors', () => {
  let server: Awaited<ReturnType<typeof startCdnServer>>;
  beforeEach(async () => {
    server = await startCdnServer(fastpull.blos, { host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${server.url}${path}`, { headers, method });

  it('63: gives the bytes of an object under its public address', async () => {
    for (const prefix of ['/', '/distfiles/']) {
      const answer = await get(prefix + publicPath);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('HELLO');
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('content-length')).toBe('5');
    }
  });
  it('63: refuses a prefix that is not that of the hash, and names that are no hash', async () => {
    const bad = [
      `/33/df/2e/${hello.sha512}`,
      `/33/df/2d/${hello.sha512.slice(1)}`,
      `/33/df/2d/${hello.sha512}.blob`,
    ];
    for (const path of bad) expect((await get(path)).status, path).toBe(400);
  });
  it('63: does not know other hashes, nor anything outside of the layout', async () => {
    const unknown = 'ab'.repeat(64);
    const paths = [
      `/ab/ab/ab/${unknown}`,
      `/${hello.sha512}`,
      '/',
      '/x',
      '/blos/33',
      '/%2e%2e/etc/passwd',
      '/../../etc/passwd',
    ];
    for (const path of paths) expect((await get(path)).status, path).toBe(404);
    unlinkSync(hello.path);
    expect((await get(`/${publicPath}`)).status).toBe(404);
  });
  it('63: says how it is laid out, and that it is up', async () => {
    for (const path of ['/layout.conf', '/distfiles/layout.conf'])
      expect(await (await get(path)).text()).toBe(layout);
    expect((await get('/up')).status).toBe(200);
  });
  it('gives ranges, nothing to those who have it, and no body to HEAD', async () => {
    const path = `/${publicPath}`;
    const part = await get(path, { range: 'bytes=1-3' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 1-3/5',
      'ELL',
    ]);
    expect(await (await get(path, { range: 'bytes=-2' })).text()).toBe('LO');
    expect((await get(path, { range: 'bytes=9-' })).status).toBe(416);
    const tag = `"${hello.sha512}"`;
    expect((await get(path, { 'if-none-match': tag })).status).toBe(304);
    expect((await get(path, { range: 'bytes=1-3', 'if-range': '"other"' })).status).toBe(200);
    const head = await get(path, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
  });
  it('serves what a download of ours resumes', async () => {
    const other = makeWorkspace();
    const { blob } = await other.open().download({ url: `${server.url}/${publicPath}`, finalName: 'x' });
    expect(blob.sha512).toBe(hello.sha512);
    await other.close();
  });
});

describe('a static tree', () => {
  it('has each object under its public name, and the layout', async () => {
    const folder = join(workspace.root, 'export');
    expect(await pushObjects(fastpull.parts, folderTarget(folder))).toMatchObject({
      sent: 1,
      sentBytes: 5,
      there: 0,
    });
    expect(readFileSync(join(folder, publicPath), 'utf8')).toBe('HELLO');
    expect(readFileSync(join(folder, 'layout.conf'), 'utf8')).toBe(layout);
    expect(statSync(join(folder, publicPath)).ino).toBe(statSync(hello.path).ino);
    expect(await pushObjects(fastpull.parts, folderTarget(folder))).toMatchObject({ sent: 0, there: 1 });
    const copies = join(workspace.root, 'copies');
    await pushObjects(fastpull.parts, folderTarget(copies, { copy: true }));
    expect(statSync(join(copies, publicPath)).ino).not.toBe(statSync(hello.path).ino);
  });
  it('gets nothing that is damaged here, and replaces what is incomplete there', async () => {
    const folder = join(workspace.root, 'export');
    await pushObjects(fastpull.parts, folderTarget(folder, { copy: true }));
    unlinkSync(join(folder, publicPath));
    writeFileSync(join(folder, publicPath), 'HE');
    expect(await pushObjects(fastpull.parts, folderTarget(folder))).toMatchObject({ sent: 1, damaged: [] });
    unlinkSync(hello.path);
    writeFileSync(hello.path, 'JELLO');
    const empty = join(workspace.root, 'empty');
    expect(await pushObjects(fastpull.parts, folderTarget(empty))).toMatchObject({
      sent: 0,
      damaged: [hello.sha512],
    });
    expect(readdirSync(empty)).toEqual(['layout.conf']);
  });
  it('is known to be incomplete when the mirror loses what it was sent', async () => {
    const folder = join(workspace.root, 'export');
    const lossy = { ...folderTarget(folder), put: async () => {} };
    await expect(pushObjects(fastpull.parts, lossy)).rejects.toThrow('FPL030');
  });
  it('is made on another machine by SFTP, where only what is missing is sent', {
    timeout: 60_000,
  }, async () => {
    const sshd = await startSshd({});
    try {
      const folder = join(workspace.root, 'remote');
      const { host, port, user, keyFile, hostKeyLine: hostKey } = sshd;
      const target = sftpTarget({
        server: { host, port, user, keyFile, hostKey },
        folder,
        stateFolder: workspace.root,
        onProblem: () => {},
      });
      expect(await pushObjects(fastpull.parts, target)).toMatchObject({ sent: 1, there: 0 });
      expect(readFileSync(join(folder, publicPath), 'utf8')).toBe('HELLO');
      expect(existsSync(join(folder, 'layout.conf'))).toBe(true);
      expect(await pushObjects(fastpull.parts, target)).toMatchObject({ sent: 0, there: 1 });
    } finally {
      await sshd.dispose();
    }
  });
});
