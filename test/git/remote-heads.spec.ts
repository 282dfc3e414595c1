import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remoteHeads } from '../../src/git/index.ts';

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

  const ask = async (url: string, ref: string, own = configFile) => {
    const heads = await remoteHeads(url, [ref], { configFile: own, timeoutMs: 20_000 });
    return heads.kind === 'commits' ? (heads.commits.get(ref) ?? 'no such ref') : heads.kind;
  };
  const url = `file://${repository}`;

  it('is that of exactly this branch, or of the default one', async () => {
    expect(await ask(url, 'refs/heads/trunk')).toBe(git('rev-parse', 'trunk'));
    expect(await ask(url, 'refs/heads/side/trunk')).toBe(git('rev-parse', 'side/trunk'));
    expect(await ask(url, 'HEAD')).toBe(git('rev-parse', 'trunk'));
  });
  it('is nothing when there is no such branch or repository', async () => {
    expect(await ask(url, 'refs/heads/gone')).toBe('no such ref');
    expect(await ask(`file://${folder}/gone`, 'HEAD')).toBe('nothing');
  });
  it('is out of reach when nobody answers', async () => {
    expect(await ask('https://packmill.invalid/x.git', 'HEAD')).toBe('unreachable');
    expect(await ask('git://127.0.0.1:9/x.git', 'HEAD')).toBe('unreachable');
  });
  it('comes from the mirror that stands in for a server', async () => {
    const mirrored = join(folder, 'mirrored');
    writeFileSync(
      mirrored,
      `[safe]\n\tdirectory = *\n[url "file://${folder}/"]\n\tinsteadOf = https://git.example.org/\n`,
    );
    const commit = await ask('https://git.example.org/repository', 'refs/heads/trunk', mirrored);
    expect(commit).toBe(git('rev-parse', 'trunk'));
  });
});
