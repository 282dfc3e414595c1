import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { laidOut, ScratchRepository } from './scratch-repository.ts';

let scratch: ScratchRepository;
beforeEach(() => {
  scratch = new ScratchRepository();
});
afterEach(() => scratch.dispose());

describe('a repository of strangers', () => {
  it('comes out as it was committed: modes, links, odd names, no attribute obeyed', async () => {
    mkdirSync(join(scratch.path, 'a'));
    writeFileSync(join(scratch.path, 'a/run'), 'echo');
    chmodSync(join(scratch.path, 'a/run'), 0o755);
    symlinkSync('../../../../etc/passwd', join(scratch.path, 'a/link'));
    symlinkSync('/etc', join(scratch.path, 'a/etc'));
    symlinkSync('/etc', join(scratch.path, 'etc'));
    const odd = ['new\nline', ' leading', '-n', '"quoted"', 'back\\slash', 'ümlaut', 'tab\t'];
    const commit = scratch.commit({
      ...Object.fromEntries(odd.map((name) => [`a/${name}`, name])),
      'a/unix': 'one\ntwo\n',
      'a/dos': 'one\r\ntwo\r\n',
      'a/ident': '$Id$ $Format:%H$\n',
      'a/left-out': 'here',
    });
    // What is committed are the bytes as they are, whatever the attributes say.
    mkdirSync(join(scratch.path, '.git/info'), { recursive: true });
    writeFileSync(
      join(scratch.path, '.git/info/attributes'),
      '* -text -ident -filter !working-tree-encoding\n',
    );
    const withAttributes = scratch.commit({
      '.gitattributes':
        '* text eol=crlf ident filter=evil export-subst working-tree-encoding=UTF-16\na/left-out export-ignore\n',
    });
    const source = await scratch.open();
    await source.fetch();
    for (const one of [commit, withAttributes]) {
      const folders = await laidOut(source, one);
      // a link at the top is no folder of recipes, wherever it leads
      expect(Object.keys(folders)).toEqual(['a']);
      const folder = folders['a'] ?? '';
      for (const name of odd) expect(readFileSync(join(folder, name), 'utf8')).toBe(name);
      expect(readFileSync(join(folder, 'unix'), 'utf8')).toBe('one\ntwo\n');
      expect(readFileSync(join(folder, 'dos'), 'utf8')).toBe('one\r\ntwo\r\n');
      expect(readFileSync(join(folder, 'ident'), 'utf8')).toBe('$Id$ $Format:%H$\n');
      expect(existsSync(join(folder, 'left-out'))).toBe(true);
      expect(statSync(join(folder, 'run')).mode & 0o111).toBe(0o111);
      expect(statSync(join(folder, 'unix')).mode & 0o111).toBe(0);
      expect(readlinkSync(join(folder, 'link'))).toBe('../../../../etc/passwd');
      expect(readlinkSync(join(folder, 'etc'))).toBe('/etc');
    }
  });

  it('runs nothing: no hooks, no monitors, no filters, of neither side', async () => {
    const witness = join(scratch.folder, 'witness');
    const evil = join(scratch.folder, 'evil');
    writeFileSync(evil, `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
    for (const hook of [
      'post-checkout',
      'post-index-change',
      'reference-transaction',
      'pre-auto-gc',
      'post-update',
    ]) {
      writeFileSync(join(scratch.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
    }
    const commit = scratch.commit({
      '.gitattributes': '* filter=evil\n',
      'a/PKGBUILD': '1',
      '.gitconfig': `[core]\n\tfsmonitor = ${evil}\n`,
    });
    execFileSync('rm', ['-f', witness]);
    const config = [
      ['core.fsmonitor', evil],
      ['filter.evil.smudge', evil],
      ['uploadpack.packObjectsHook', evil],
      ['core.sshCommand', evil],
    ];
    for (const [key = '', value = ''] of config) scratch.git('config', key, value);
    const source = await scratch.open();
    await source.fetch();
    await laidOut(source, commit);
    expect(existsSync(witness)).toBe(false);
  });

  it('brings no submodules along, only their empty folders', async () => {
    const other = new ScratchRepository();
    try {
      const inner = other.commit({ secret: '1' });
      scratch.git('update-index', '--add', '--cacheinfo', `160000,${inner},a/module`);
      writeFileSync(
        join(scratch.path, '.gitmodules'),
        `[submodule "module"]\n\tpath = a/module\n\turl = ${other.path}\n`,
      );
      scratch.git('add', '.gitmodules');
      scratch.git('commit', '--quiet', '--message', 'module');
      const source = await scratch.open();
      const { a = '' } = await laidOut(source, await source.fetch());
      expect(readdirSync(join(a, 'module'))).toEqual([]);
    } finally {
      other.dispose();
    }
  });

  it('writes nowhere else: a folder in the place of a link, names that climb', async () => {
    const outside = join(scratch.folder, 'outside');
    mkdirSync(outside);
    const blob = scratch.gitWithInput('evil', 'hash-object', '-w', '--stdin');
    const link = scratch.gitWithInput(outside, 'hash-object', '-w', '--stdin');
    const tree = (...entries: [mode: string, name: string, id: string][]): string => {
      const bytes = entries.map(([mode, name, id]) =>
        Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
      );
      return scratch.gitWithInput(
        Buffer.concat(bytes),
        ...['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'],
      );
    };
    const inner = tree(['100644', 'file', blob]);
    const trees = [
      tree(['120000', 'a', link], ['40000', 'a', inner]),
      tree(['40000', '..', inner]),
      tree(['40000', '.git', inner]),
      tree(['100644', '../file', blob]),
      tree(['120000', 'x', link], ['100644', 'x/file', blob]),
    ];
    for (const [index, id] of trees.entries()) {
      scratch.git('update-ref', 'refs/heads/main', scratch.git('commit-tree', '-m', 'evil', id));
      const source = await scratch.open({}, `source-${index}`);
      const commit = await source.fetch();
      await laidOut(source, commit).catch((error: unknown) =>
        expect(error).toMatchObject({ problem: { code: 'GIT006' } }),
      );
      expect(readdirSync(outside)).toEqual([]);
      expect(readdirSync(join(scratch.folder, `source-${index}`)).sort()).toEqual([
        'folders',
        'git-settings',
        'mirror',
      ]);
      const folders = readdirSync(join(scratch.folder, `source-${index}/folders`));
      expect(folders.filter((name) => name !== '.boot' && name !== inner)).toEqual([]);
      expect(lstatSync(outside).isDirectory()).toBe(true);
    }
  });

  it('is not a command: such an address runs nothing', async () => {
    const witness = join(scratch.folder, 'witness');
    const source = await scratch.open({ url: `ext::sh -c touch% ${witness}` });
    await expect(source.fetch()).rejects.toMatchObject({ problem: { code: 'GIT001' } });
    const option = scratch.open({ url: `--upload-pack=touch ${witness}` });
    await expect(option).rejects.toMatchObject({ problem: { code: 'GIT003' } });
    expect(existsSync(witness)).toBe(false);
  });
});
