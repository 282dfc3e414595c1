import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { fixupsFolder } from '../../src/app/autogen/fixups-folder.ts';
import { nobodysGit } from '../git/nobodys-git.ts';

const top = mkdtempSync(join(tmpdir(), 'packmill-fixups-'));

afterEach(() => rmSync(top, { recursive: true, force: true }));

it('keeps the named kit-fixups apart from copies of others, which stay and count when none is named', async () => {
  const [upstream, trees] = [join(top, 'upstream'), join(top, 'source-trees')];
  const git = (...words: string[]): string => nobodysGit({ cwd: upstream }, ...words);
  const commit = (text: string): string => {
    writeFileSync(join(upstream, 'text'), text);
    git('add', '.');
    git('commit', '-qm', text);
    return git('rev-parse', 'HEAD').slice(0, 12);
  };
  mkdirSync(upstream);
  git('init', '-q', '-b', 'master');
  const others = ['kit-fixups', 'kit-fixups-of-others'];
  for (const name of others) mkdirSync(join(trees, name), { recursive: true });
  const { signal } = new AbortController();
  const ask = (url: string | undefined, fast = false): Promise<string | undefined> =>
    fixupsFolder({ workspace: top, url, branch: 'master', fast, signal, report: () => undefined });

  commit('one');
  expect(readFileSync(join((await ask(upstream)) ?? '', 'text'), 'utf8')).toBe('one');
  const second = commit('two');
  expect(readFileSync(join((await ask(upstream, true)) ?? '', 'text'), 'utf8')).toBe('one');
  expect(await ask(upstream)).toBe(join(trees, `kit-fixups-${second}`));
  expect(readdirSync(trees).sort()).toEqual([...others, `kit-fixups-${second}`].sort());
  expect(await ask(undefined)).toBe(join(trees, 'kit-fixups'));
  expect(existsSync(join(trees, 'kit-fixups-of-others'))).toBe(true);
});
