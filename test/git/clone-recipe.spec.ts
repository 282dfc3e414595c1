import { lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloneRecipe } from '../../src/git/index.ts';
import { GitHttpServer } from './http-backend.ts';
import { ScratchRemote } from './scratch-remote.ts';

let scratch: ScratchRemote;
let url: string;
beforeEach(() => {
  scratch = new ScratchRemote();
  url = `file://${scratch.bare}`;
});
afterEach(() => scratch.dispose());

const timeoutMs = 60_000;
const names = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true }).map(String).sort();

describe('a cloned recipe', () => {
  it('has the bytes, executable bits and links that were committed, and no .git', async () => {
    const folder = scratch.clone('author');
    symlinkSync('PKGBUILD', join(folder, 'link'));
    scratch.git(folder, 'config', 'core.autocrlf', 'false');
    scratch.commit(folder, {
      PKGBUILD: 'pkgver=1\r\n',
      '.gitattributes': '* text=auto eol=lf ident\nsecret export-ignore\n',
      'sub/run.sh': '#!/bin/sh\n# $Id$\n',
      secret: '',
    });
    scratch.git(folder, 'update-index', '--chmod=+x', 'sub/run.sh');
    scratch.git(folder, 'commit', '--quiet', '--message', 'x');
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const into = join(scratch.folder, 'into');
    const clone = await cloneRecipe({ url, into, timeoutMs });
    expect(clone).toEqual({ commit: scratch.tip('refs/heads/main'), folder: into });
    expect(names(into)).toEqual(['.gitattributes', 'PKGBUILD', 'link', 'secret', 'sub', 'sub/run.sh']);
    const blob = scratch.git(folder, 'cat-file', '-s', 'HEAD:PKGBUILD');
    expect(readFileSync(join(into, 'PKGBUILD')).byteLength).toBe(Number(blob));
    expect(readFileSync(join(into, 'sub/run.sh'), 'utf8')).toBe('#!/bin/sh\n# $Id$\n');
    expect(readlinkSync(join(into, 'link'))).toBe('PKGBUILD');
    expect(lstatSync(join(into, 'sub/run.sh')).mode & 0o777).toBe(0o755);
  });

  it('is not there when there is no such branch, no commit, no repository or no server', async () => {
    const into = join(scratch.folder, 'into');
    const tried = (options: { url: string; branch?: string }): Promise<unknown> =>
      cloneRecipe({ into, timeoutMs, ...options }).catch((error: unknown) => error);
    expect(await tried({ url })).toMatchObject({ problem: { code: 'GIT005' } });
    expect(await tried({ url, branch: 'nope' })).toMatchObject({ problem: { code: 'GIT005' } });
    expect(await tried({ url: `file://${scratch.folder}` })).toMatchObject({ problem: { code: 'GIT003' } });
    expect(await tried({ url: 'http://127.0.0.1:1/x.git' })).toMatchObject({ problem: { code: 'GIT001' } });
    expect(names(scratch.folder)).not.toContain('into');
  });

  it('comes through a proxy, and is given up when that does not answer or when we are called off', async () => {
    const folder = scratch.clone('author');
    const commit = scratch.commit(folder, { PKGBUILD: 'pkgver=1\n' });
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const door = new GitHttpServer(scratch.folder, { user: 'farm', password: 's3cret' });
    const proxy = await door.listen();
    try {
      const far = 'http://farm:s3cret@aur.invalid/remote.git';
      const into = join(scratch.folder, 'into');
      expect(await cloneRecipe({ url: far, into, proxy, timeoutMs })).toEqual({ commit, folder: into });
      const other = { url: far, into: join(scratch.folder, 'other'), proxy };
      door.server.removeAllListeners('request');
      const late: unknown = await cloneRecipe({ ...other, timeoutMs: 300 }).catch(
        (caught: unknown) => caught,
      );
      expect(late).toMatchObject({ problem: { code: 'GIT001', what: expect.stringContaining('in time') } });
      expect(JSON.stringify(late)).not.toContain('s3cret');
      const stop = new AbortController();
      door.server.on('request', () => stop.abort());
      await expect(cloneRecipe({ ...other, timeoutMs, signal: stop.signal })).rejects.toMatchObject({
        problem: { code: 'GIT001' },
      });
      expect(names(scratch.folder)).not.toContain('other');
    } finally {
      await door.close();
    }
  });

  it('is refused when its files are too many or too large, packed or unpacked', async () => {
    const folder = scratch.clone('author');
    scratch.commit(folder, { a: 'x'.repeat(5_000_000), b: '', c: '' });
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const into = join(scratch.folder, 'into');
    const code = 'GIT014';
    await expect(cloneRecipe({ url, into, timeoutMs, maxBytes: 1_000_000 })).rejects.toMatchObject({
      problem: { code },
    });
    await expect(cloneRecipe({ url, into, timeoutMs, maxFiles: 2 })).rejects.toMatchObject({
      problem: { code },
    });
    const noise = Array.from({ length: 100_000 }, (_, index) =>
      Math.imul(index + 1, 2_654_435_761).toString(36),
    );
    scratch.commit(folder, { noise: noise.join('') });
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    await expect(cloneRecipe({ url, into, timeoutMs, maxBytes: 100_000 })).rejects.toMatchObject({
      problem: { code },
    });
    expect(names(scratch.folder)).not.toContain('into');
  });

  it('is refused before it fills the memory: trees of trees, of vast size, long names, long messages', async () => {
    const write = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
    const entry = (mode: string, name: string, id: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
    const tree = (...entries: readonly Buffer[]): string =>
      scratch.gitWithInput(scratch.bare, Buffer.concat(entries), ...write);
    const blob = scratch.gitWithInput(scratch.bare, 'x', 'hash-object', '-w', '--stdin');
    const leaf = tree(entry('100644', 'PKGBUILD', blob));
    const nested = (levels: number, width: number): string => {
      const names = Array.from({ length: width }, (_, index) => `d${index}`);
      let id = leaf;
      for (let level = 0; level < levels; level += 1)
        id = tree(...names.map((name) => entry('40000', name, id)));
      return id;
    };
    const wide = Array.from({ length: 300_000 }, (_, index) => entry('100644', `f${index}`, blob));
    const into = join(scratch.folder, 'into');
    const told = async (id: string, message = 'x'): Promise<unknown> => {
      const commit = scratch.gitWithInput(scratch.bare, message, 'commit-tree', '-F', '-', id);
      scratch.git(scratch.bare, 'update-ref', 'refs/heads/main', commit);
      return await cloneRecipe({ url, into, timeoutMs }).catch((error: unknown) => error);
    };
    const refused = (what: string): object => ({
      problem: { code: 'GIT014', what: expect.stringContaining(what) },
    });
    expect(await told(nested(10, 10))).toMatchObject(refused('files and folders'));
    expect(await told(nested(100, 1))).toMatchObject(refused('depth'));
    expect(await told(tree(entry('40000', 'n'.repeat(5_000), leaf)))).toMatchObject(refused('characters'));
    expect(await told(tree(Buffer.concat(wide)))).toMatchObject(refused('commits and trees of'));
    expect(await told(leaf, 'x'.repeat(9_000_000))).toMatchObject(refused('commits and trees of'));
    expect(names(scratch.folder)).not.toContain('into');
    expect(await told(nested(30, 1))).toMatchObject({ folder: into });
    expect(names(into).at(-1)).toMatch(/^(d0\/){30}PKGBUILD$/);
  });

  it('is refused before git fills the memory with what is small only while it is packed', async () => {
    const folder = scratch.clone('author');
    const vast = '0'.repeat(120 * 1024 * 1024);
    // the second is packed as a change of the first, so that both have to be in memory
    scratch.commit(folder, { one: vast, two: `${vast}x` });
    scratch.git(folder, '-c', 'core.bigFileThreshold=1g', 'repack', '-adfq', '--window=2');
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const into = join(scratch.folder, 'into');
    const told = cloneRecipe({ url, into, timeoutMs, maxMemoryBytes: 200 * 1024 * 1024 });
    await expect(told).rejects.toMatchObject({
      problem: { code: 'GIT014', what: expect.stringContaining('bytes of memory') },
    });
    await expect(cloneRecipe({ url, into, timeoutMs })).rejects.toMatchObject({
      problem: { code: 'GIT014', what: expect.stringMatching(/: 2516582\d\d bytes$/) },
    });
  });

  it('is refused when a name of it leads out of the folder', async () => {
    const into = join(scratch.folder, 'into');
    const blob = scratch.gitWithInput(scratch.bare, '/tmp', 'hash-object', '-w', '--stdin');
    const raw = Buffer.from(blob, 'hex');
    const entry = (mode: string, name: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), raw]);
    for (const tree of [
      entry('100644', '../x'),
      entry('100644', '.GIT'),
      Buffer.concat([entry('120000', 'a'), entry('100644', 'a/x')]),
    ]) {
      const write = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
      const id = scratch.gitWithInput(scratch.bare, tree, ...write);
      scratch.git(
        scratch.bare,
        'update-ref',
        'refs/heads/main',
        scratch.git(scratch.bare, 'commit-tree', '-m', 'x', id),
      );
      await expect(cloneRecipe({ url, into, timeoutMs })).rejects.toMatchObject({
        problem: { code: 'GIT013' },
      });
      expect(names(scratch.folder)).not.toContain('into');
    }
  });
});
