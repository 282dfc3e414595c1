import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKey, initKey, openGnupgSigner } from '../../src/signer/gnupg/index.ts';
import type { Signer } from '../../src/signer/index.ts';
import { asRoot } from '../publisher/pacman-client.ts';
import { processesWith } from '../sandbox/modes.ts';

const owner = { name: 'Packmill Test', email: 'farm@example.org' };

describe('a signer with GnuPG', () => {
  let root: string;
  let home: string;
  let signer: Signer;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'signer-'));
    // Far beyond the 108 bytes that the path of a socket may have.
    home = join(root, 'a-rather-long-folder-name/'.repeat(6), 'keys');
    mkdirSync(join(home, '..'), { recursive: true });
    await initKey(home, owner);
    signer = await openGnupgSigner({ home });
  });

  afterAll(async () => {
    await signer.close();
    rmSync(root, { recursive: true, force: true });
  });

  const verifyByGpg = (path: string): string => {
    const ring = join(root, 'ring.gpg');
    return execFileSync('gpgv', ['--keyring', ring, '--status-fd', '1', `${path}.sig`, path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  };

  it('keeps the secret key in a folder that only its owner may read', () => {
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const secret = join(home, 'private-keys-v1.d');
    expect(statSync(secret).mode & 0o777).toBe(0o700);
    const files = execFileSync('find', [home, '-type', 'f', '-printf', '%m\n'], { encoding: 'utf8' });
    expect(new Set(files.trim().split('\n'))).toEqual(new Set(['600']));
  });

  it('makes an Ed25519 key that can only sign, and does not make a second one', async () => {
    const again = await initKey(home, owner);
    expect(again.fingerprint).toBe(signer.fingerprint);
    expect(again.algorithm).toBe(22);
    expect(signer.fingerprint).toMatch(/^[0-9A-F]{40}$/);
  });

  it('signs many files so that gpgv accepts each of them', async () => {
    writeFileSync(join(root, 'ring.gpg'), await signer.publicKey());
    const paths = Array.from({ length: 40 }, (_, index) => join(root, `file-${index}`));
    for (const [index, path] of paths.entries()) writeFileSync(path, Buffer.alloc(index * 1000, index));
    await signer.signFiles(paths);
    for (const path of paths) {
      expect(verifyByGpg(path)).toContain(`VALIDSIG ${signer.fingerprint}`);
      expect(await signer.verifyFile(path, `${path}.sig`)).toBe(true);
    }
  });

  it('denies a signature when one byte of the file, of the signature or the key is another', async () => {
    const path = join(root, 'changed');
    writeFileSync(path, 'some bytes');
    await signer.signFiles([path]);
    writeFileSync(path, 'some bytez');
    expect(await signer.verifyFile(path, `${path}.sig`)).toBe(false);
    writeFileSync(path, 'some bytes');
    const signature = readFileSync(`${path}.sig`);
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    writeFileSync(`${path}.sig`, signature);
    expect(await signer.verifyFile(path, `${path}.sig`)).toBe(false);
    expect(await signer.verifyFile(path, `${path}.absent`)).toBe(false);
    const stranger = join(root, 'stranger');
    await initKey(stranger, { name: 'Other', email: 'other@example.org' });
    const other = await openGnupgSigner({ home: stranger });
    await other.signFiles([path]);
    await other.close();
    expect(await signer.verifyFile(path, `${path}.sig`)).toBe(false);
  });

  it('signs any bytes', async () => {
    writeFileSync(join(root, 'ring.gpg'), await signer.publicKey());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const path = join(root, 'any');
        writeFileSync(path, bytes);
        writeFileSync(`${path}.sig`, await signer.signBytes(bytes));
        expect(verifyByGpg(path)).toContain('VALIDSIG');
      }),
      { numRuns: 30 },
    );
  });

  it('exports a key that pacman-key takes', async () => {
    const folder = join(root, 'pacman');
    mkdirSync(folder, { mode: 0o755 });
    const key = join(root, 'farm.gpg');
    writeFileSync(key, await signer.publicKey());
    const run = (...args: string[]): string =>
      execFileSync(...asRoot('pacman-key', '--gpgdir', folder, ...args), { encoding: 'utf8', stdio: 'pipe' });
    try {
      run('--init');
      run('--add', key);
      expect(run('--list-keys', signer.fingerprint)).toContain(signer.fingerprint);
    } finally {
      execFileSync('gpgconf', ['--homedir', folder, '--kill', 'gpg-agent']);
    }
  });

  it('leaves no agent behind', async () => {
    await signer.signBytes(Buffer.from('x'));
    await signer.close();
    // it has been told to end, and does so in its own time
    await expect.poll(() => processesWith(root), { timeout: 30_000 }).toEqual([]);
    expect(await signer.signBytes(Buffer.from('again'))).toBeInstanceOf(Uint8Array);
  });

  it('uses an RSA key of an existing home, and says which key is missing', async () => {
    const existing = join(root, 'rsa');
    mkdirSync(existing, { mode: 0o700 });
    chmodSync(existing, 0o700);
    const gpg = ['--homedir', existing, '--batch', '--quiet', '--passphrase', ''];
    execFileSync('gpg', [...gpg, '--quick-generate-key', 'R <r@example.org>', 'rsa2048', 'sign', 'never'], {
      stdio: 'ignore',
    });
    execFileSync('gpgconf', ['--homedir', existing, '--kill', 'gpg-agent']);
    const rsa = await openGnupgSigner({ home: existing });
    const path = join(root, 'by-rsa');
    writeFileSync(path, 'text');
    await rsa.signFiles([path]);
    expect(await rsa.verifyFile(path, `${path}.sig`)).toBe(true);
    await rsa.close();
    await expect(findKey(existing, '0xDEADBEEFDEADBEEF')).rejects.toThrow('PUB020');
  });

  it('refuses an owner that would break the key', async () => {
    await expect(initKey(join(root, 'bad'), { name: 'A\nB', email: 'a@b.c' })).rejects.toThrow('PUB020');
    await expect(initKey(join(root, 'bad'), { name: 'A', email: 'nobody' })).rejects.toThrow('PUB020');
  });

  it('says that it cannot sign when the secret key is gone', async () => {
    const lost = join(root, 'lost');
    await initKey(lost, owner);
    const lostSigner = await openGnupgSigner({ home: lost });
    rmSync(join(lost, 'private-keys-v1.d'), { recursive: true });
    try {
      await expect(lostSigner.signBytes(Buffer.from('x'))).rejects.toMatchObject({
        problem: { code: 'PUB021' },
      });
    } finally {
      await lostSigner.close();
    }
  });
});
