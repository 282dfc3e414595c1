import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { type SftpOptions, SftpSession } from '../../src/ssh/index.ts';
import { makeChrootFolder, type Sshd, type SshdOptions, startSshd } from './sshd.ts';

let folder: string;
let remote: string;
let cleanUps: (() => unknown)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill sftp 100% '));
  remote = join(folder, 'remote');
  mkdirSync(remote);
  cleanUps = [() => rmSync(folder, { recursive: true })];
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const withSshd = async (options: SshdOptions = {}): Promise<Sshd> => {
  const sshd = await startSshd(options);
  cleanUps.push(() => sshd.dispose());
  return sshd;
};
const session = (sshd: Sshd, more: Partial<SftpOptions> = {}): SftpSession =>
  new SftpSession({
    server: {
      ...{ host: sshd.host, port: sshd.port, user: sshd.user, keyFile: sshd.keyFile },
      hostKey: sshd.hostKeyLine,
    },
    stateFolder: join(folder, 'state'),
    clock: systemClock,
    ...more,
  });
/** A new file of random bytes. */
const makeFile = (name: string, bytes: number | Buffer = 1_000): { localPath: string; name: string } => {
  const localPath = join(folder, name);
  writeFileSync(localPath, typeof bytes === 'number' ? randomBytes(bytes) : bytes);
  return { localPath, name };
};
const oddNames = [
  'plain-1.0-1-any.pkg.tar.zst',
  "it's 1:2.0+r3-1.pkg",
  'with  blanks and "quotes"',
  'Größe-✓.pkg',
  'back\\slash *?[a-z] {b,c} \\* ~ $HOME # \\',
  '-l',
  'empty',
];
const megabyte = 2 ** 20;

describe('files', () => {
  it('are uploaded byte for byte, whatever their names, into a folder that is made', async () => {
    const sshd = await withSshd();
    const files = oddNames.map((name) => makeFile(name, name === 'empty' ? 0 : 70_000));
    const target = join(remote, 'one folder/Zwölf "2"/attempt-1');
    await session(sshd).upload(files, target);
    expect(readdirSync(target).toSorted()).toEqual(oddNames.toSorted());
    for (const { localPath, name } of files)
      expect(readFileSync(join(target, name)).equals(readFileSync(localPath))).toBe(true);
    await session(sshd).upload(files, target);
    expect(readdirSync(target)).toHaveLength(oddNames.length);
  });
  it('are downloaded byte for byte, whatever their names', async () => {
    const sshd = await withSshd();
    const files = oddNames.map((name) => {
      writeFileSync(join(remote, name), randomBytes(name === 'empty' ? 0 : 70_000));
      return { remotePath: join(remote, name), localPath: join(folder, 'down', 'deep', name) };
    });
    await session(sshd).download(files);
    for (const { localPath, remotePath } of files)
      expect(readFileSync(localPath).equals(readFileSync(remotePath))).toBe(true);
    expect(readdirSync(join(folder, 'down/deep'))).toHaveLength(oddNames.length);
  });
  it('are measured and removed, whether they are there or not', async () => {
    const sshd = await withSshd();
    for (const [index, name] of oddNames.entries()) writeFileSync(join(remote, name), 'x'.repeat(index));
    writeFileSync(join(remote, 'gone.part'), 'partial');
    writeFileSync(join(remote, 'stays'), '');
    const paths = ['gone', ...oddNames].map((name) => join(remote, name));
    const sftp = session(sshd);
    expect(await sftp.sizes(paths)).toEqual([undefined, 0, 1, 2, 3, 4, 5, 6]);
    await sftp.remove(paths);
    expect(readdirSync(remote)).toEqual(['stays']);
    await sftp.remove(paths);
  });
  it('may be none', async () => {
    const sshd = await withSshd();
    await sshd.stop();
    await session(sshd).upload([], remote);
    await session(sshd).download([]);
    await session(sshd).remove([]);
    expect(await session(sshd).sizes([])).toEqual([]);
  });
});

describe('a transfer that is broken off', () => {
  it('goes on where an upload stopped', async () => {
    const sshd = await withSshd();
    const file = makeFile('large', 3 * megabyte);
    // A first half that only a transfer from the start would repair shows that it is not sent again.
    writeFileSync(join(remote, 'large.part'), Buffer.alloc(megabyte, 'x'));
    await session(sshd).upload([file], remote);
    const expected = readFileSync(file.localPath).fill('x', 0, megabyte);
    expect(readFileSync(join(remote, 'large')).equals(expected)).toBe(true);
  });
  it('goes on where a download stopped, and starts anew when what is there is too long', async () => {
    const sshd = await withSshd();
    const bytes = randomBytes(3 * megabyte);
    writeFileSync(join(remote, 'large'), bytes);
    const localPath = join(folder, 'large');
    writeFileSync(`${localPath}.part`, Buffer.alloc(megabyte, 'x'));
    await session(sshd).download([{ remotePath: join(remote, 'large'), localPath }]);
    const expected = Buffer.from(bytes).fill('x', 0, megabyte);
    expect(readFileSync(localPath).equals(expected)).toBe(true);
    rmSync(localPath);
    writeFileSync(`${localPath}.part`, Buffer.alloc(4 * megabyte));
    await session(sshd).download([{ remotePath: join(remote, 'large'), localPath }]);
    expect(readFileSync(localPath).equals(bytes)).toBe(true);
  });
  it('survives connections that are cut in the middle', async () => {
    const sshd = await withSshd();
    const files = ['a', 'b', 'c'].map((name) => makeFile(name, 24 * megabyte));
    const uploading = session(sshd).upload(files, remote, { attempts: 100 });
    for (const { name } of files) {
      await expect
        .poll(() => existsSync(join(remote, name)) || sizeIfThere(join(remote, `${name}.part`)) > 0, {
          timeout: 50_000,
          interval: 2,
        })
        .toBe(true);
      sshd.dropConnections();
    }
    await uploading;
    for (const { localPath, name } of files)
      expect(readFileSync(join(remote, name)).equals(readFileSync(localPath))).toBe(true);
    expect(readdirSync(remote).toSorted()).toEqual(['a', 'b', 'c']);
  });
  it('ends with its signal and leaves nothing under its name', async () => {
    const sshd = await withSshd();
    const file = makeFile('large', 64 * megabyte);
    const stop = new AbortController();
    const uploading = session(sshd).upload([file], remote, { signal: stop.signal });
    uploading.catch(() => {});
    await expect
      .poll(() => sizeIfThere(join(remote, 'large.part')), { timeout: 50_000, interval: 2 })
      .toBeGreaterThan(0);
    stop.abort(new Error('had enough'));
    await expect(uploading).rejects.toThrow('had enough');
    expect(readdirSync(remote)).toEqual(['large.part']);
    await session(sshd).upload([file], remote);
    expect(readFileSync(join(remote, 'large')).equals(readFileSync(file.localPath))).toBe(true);
  });
});

describe('a transfer that cannot be', () => {
  it('says that there is no connection', async () => {
    const sshd = await withSshd();
    await sshd.stop();
    await expect(session(sshd).upload([makeFile('a')], remote, { attempts: 2 })).rejects.toMatchObject({
      problem: { code: 'SSH003', why: expect.stringContaining('Connection refused') },
    });
  });
  it('says which step failed', async () => {
    const sshd = await withSshd();
    const gone = { remotePath: join(remote, 'gone'), localPath: join(folder, 'gone') };
    await expect(session(sshd).download([gone])).rejects.toMatchObject({
      problem: {
        code: 'SSH003',
        what: expect.stringMatching(/^'reget .*gone/),
        why: expect.stringContaining('not found'),
      },
    });
  });
  it('says when a folder is not for the account', async () => {
    const sshd = await withSshd({ lines: ['ForceCommand internal-sftp -R'] });
    await expect(session(sshd).upload([makeFile('a')], remote)).rejects.toMatchObject({
      problem: { code: 'SSH005', why: expect.stringContaining('Permission denied') },
    });
    writeFileSync(join(remote, 'b'), '');
    await expect(session(sshd).remove([join(remote, 'b')])).rejects.toMatchObject({
      problem: { code: 'SSH005' },
    });
  });
  it('says when no space is left', async () => {
    // A file system of half a mebibyte that sshd alone sees; ordinary users get one in a namespace of their own.
    const mount = `mount -t tmpfs -o size=512k tmpfs '${remote}' && exec "$@"`;
    const own = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user'];
    const sshd = await withSshd({ within: ['unshare', ...own, 'sh', '-c', mount, 'sh'] });
    await expect(session(sshd).upload([makeFile('large', megabyte)], remote)).rejects.toMatchObject({
      problem: { code: 'SSH004', why: expect.stringContaining('Failure') },
    });
  });
  it('sends nothing to a host with another key, or one that does not let us in', async () => {
    const sshd = await withSshd();
    const before = session(sshd);
    await sshd.restart({ newHostKey: true });
    await expect(before.upload([makeFile('a')], remote)).rejects.toMatchObject({
      problem: { code: 'SSH002' },
    });
    writeFileSync(join(sshd.folder, 'authorized_keys'), '');
    await expect(session(sshd).upload([makeFile('a')], remote)).rejects.toMatchObject({
      problem: { code: 'SSH007' },
    });
  });
  it('does not begin with a name that has a line break, or with a file that is not there', async () => {
    const sshd = await withSshd();
    const broken = { localPath: makeFile('a').localPath, name: 'a\nrm b' };
    await expect(session(sshd).upload([broken], remote)).rejects.toMatchObject({
      problem: { code: 'SSH008' },
    });
    const missing = { localPath: join(folder, 'none'), name: 'none' };
    await expect(session(sshd).upload([missing], remote)).rejects.toMatchObject({
      problem: { code: 'SSH008' },
    });
  });
});

describe('the account that operators are told to make', () => {
  it('sees its landing zone and nothing else, and warns of a key that is not pinned', async () => {
    const chroot = makeChrootFolder();
    // Ordinary users cannot have a root of their own: for them it is the same account without one.
    if (chroot !== undefined) cleanUps.push(() => rmSync(chroot, { recursive: true }));
    const zone = chroot === undefined ? join(remote, 'landing') : join(chroot, 'landing');
    mkdirSync(zone);
    const sshd = await withSshd({ allowForwardTo: 6379, ...(chroot === undefined ? {} : { chroot }) });
    const problems: Problem[] = [];
    const server = { host: sshd.host, port: sshd.port, user: sshd.user, keyFile: sshd.keyFile };
    const sftp = session(sshd, { server, onProblem: (problem) => problems.push(problem) });
    const file = makeFile('a', megabyte);
    await sftp.upload([file], chroot === undefined ? zone : '/landing');
    expect(readFileSync(join(zone, 'a')).equals(readFileSync(file.localPath))).toBe(true);
    expect(problems).toMatchObject([{ code: 'SSH006' }]);
    expect(await sftp.sizes(['/etc/passwd'])).toEqual(
      chroot === undefined ? [expect.any(Number)] : [undefined],
    );
  });
});

function sizeIfThere(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
