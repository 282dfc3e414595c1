import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remoteHead } from '../../src/git/index.ts';

describe('the newest commit of a remote branch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-git-'));
  const repository = join(folder, 'repository');
  const configFile = join(folder, 'config');
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
    }).trim();
  beforeAll(() => {
    mkdirSync(repository);
    writeFileSync(configFile, '[safe]\n\tdirectory = *\n');
    git('init', '--quiet', '--initial-branch=trunk');
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    git('checkout', '--quiet', '-b', 'side/trunk');
    git('commit', '--quiet', '--allow-empty', '--message', 'two');
    git('checkout', '--quiet', 'trunk');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (url: string, ref: string) => remoteHead({ url, ref }, { configFile, timeoutMs: 20_000 });
  const url = `file://${repository}`;

  it('is that of exactly this branch, or of the default one', async () => {
    expect(await ask(url, 'trunk')).toEqual({ kind: 'commit', commit: git('rev-parse', 'trunk') });
    expect(await ask(url, 'side/trunk')).toEqual({ kind: 'commit', commit: git('rev-parse', 'side/trunk') });
    expect(await ask(url, 'HEAD')).toEqual({ kind: 'commit', commit: git('rev-parse', 'trunk') });
  });
  it('is nothing when there is no such branch or repository', async () => {
    expect(await ask(url, 'gone')).toEqual({ kind: 'nothing' });
    expect(await ask(`file://${folder}/gone`, 'HEAD')).toEqual({ kind: 'nothing' });
  });
  it('is out of reach when nobody answers', async () => {
    expect(await ask('https://packmill.invalid/x.git', 'HEAD')).toEqual({ kind: 'unreachable' });
    expect(await ask('git://127.0.0.1:9/x.git', 'HEAD')).toEqual({ kind: 'unreachable' });
  });
  it('comes from the mirror that stands in for a server', async () => {
    const mirrored = join(folder, 'mirrored');
    writeFileSync(
      mirrored,
      `[safe]\n\tdirectory = *\n[url "file://${folder}/"]\n\tinsteadOf = https://git.example.org/\n`,
    );
    const remote = { url: 'https://git.example.org/repository', ref: 'trunk' };
    expect(await remoteHead(remote, { configFile: mirrored, timeoutMs: 20_000 })).toMatchObject({
      kind: 'commit',
    });
  });
});
