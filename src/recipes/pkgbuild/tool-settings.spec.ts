import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProcess } from '../../host/index.ts';
import { downloadScript, gitConfig, makepkgConf } from './tool-settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packmill-tools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what the tools in the sandbox are told', () => {
  it('makes the download program read a mapped server from its local folder', async () => {
    await writeFile(join(folder, 'a b.txt'), 'content');
    const script = join(folder, 'download');
    const rewrites = [{ prefix: 'https://example.org/', replacement: `file://${folder}/` }];
    await writeFile(script, downloadScript(rewrites), { mode: 0o755 });
    const target = join(folder, 'out');
    const { code, stderr } = await runProcess(script, [target, 'https://example.org/a b.txt']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await readFile(target, 'utf8')).toBe('content');
  });
  it.each(['a b%.txt', 'a%20b%25.txt', '%61%20b%25.txt'])(
    'finds the local file of the URL %s',
    async (name) => {
      await writeFile(join(folder, 'a b%.txt'), 'content');
      const script = join(folder, 'download');
      await writeFile(script, downloadScript([]), { mode: 0o755 });
      const target = join(folder, 'out');
      for (const host of ['', 'localhost']) {
        const { code, stderr } = await runProcess(script, [target, `file://${host}${folder}/${name}`]);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(await readFile(target, 'utf8')).toBe('content');
      }
    },
  );
  it('makes git use a mirror in place of its server', async () => {
    const file = join(folder, 'config');
    await writeFile(file, gitConfig([{ prefix: 'https://example.org/', replacement: 'file:///mirror/' }]));
    const { stdout } = await runProcess('git', ['config', '--file', file, '--list']);
    expect(stdout).toContain('url.file:///mirror/.insteadof=https://example.org/');
    expect(stdout).toContain('safe.directory=*');
  });
  it('is a makepkg.conf that Bash can read, whatever the packager is called', async () => {
    const conf = makepkgConf({ arch: 'x86_64', processors: 3, packager: `O'Neil "x" <a@b.invalid>` });
    const { stdout, code } = await runProcess('bash', [
      '-c',
      `${conf}\nprintf '%s|%s' "$PACKAGER" "$MAKEFLAGS"`,
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`O'Neil "x" <a@b.invalid>|-j3`);
  });
});
