import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceRepository } from '../../src/git/index.ts';
import { sendSignal, VirtualClock } from '../../src/host/index.ts';
import { laidOut, manyCommits, manyRecipes, ScratchRepository } from './scratch-repository.ts';

let scratch: ScratchRepository;
beforeEach(() => {
  scratch = new ScratchRepository();
});
afterEach(() => scratch.dispose());

const code = (value: string) => ({ problem: { code: value } });
const names = (folder: string): string[] => readdirSync(folder).sort();

/** A file of a commit as it is laid out. */
async function text(source: SourceRepository, commit: string, path: string): Promise<string> {
  const [, name = '', inside = ''] = /^([^/]+)\/(.+)$/.exec(path) ?? [];
  return readFileSync(join((await laidOut(source, commit))[name] ?? '', inside), 'utf8');
}

/** Some commits of one repository: files by path, each commit as a whole. */
const commitsOfFolders = fc.array(
  fc.dictionary(
    fc
      .tuple(fc.integer({ min: 0, max: 14 }), fc.constantFrom('PKGBUILD', '-x', 'sub/ü', 'sub/b', 'é'))
      .map(([number, inside]) => `package-${number}/${inside}`),
    fc.constantFrom('', 'one\n', 'two\r\n', '$Id$'),
    { minKeys: 1, maxKeys: 40 },
  ),
  { minLength: 2, maxLength: 4 },
);

describe('a source of recipes', () => {
  it('follows its branch', async () => {
    const first = scratch.commit({ 'a/PKGBUILD': 'one' });
    const source = await scratch.open();
    await expect(source.newest()).rejects.toMatchObject(code('GIT001'));
    expect(await source.fetch()).toBe(first);
    expect(await source.fetch()).toBe(first);
    const second = scratch.commit({ 'a/PKGBUILD': 'two' });
    expect(await source.newest()).toBe(first);
    expect(await source.has(second)).toBe(false);
    expect(await source.fetch()).toBe(second);
    expect(await source.newest()).toBe(second);
    expect(await source.has(first)).toBe(true);
    expect(await (await scratch.open()).newest()).toBe(second);
  });

  it('takes main, else the default branch, else what it is told', async () => {
    const trunk = scratch.commit({ a: '1' });
    scratch.git('branch', '--move', 'main', 'trunk');
    const source = await scratch.open();
    expect(await source.fetch()).toBe(trunk);
    scratch.git('checkout', '--quiet', '-b', 'main');
    const main = scratch.commit({ a: '2' });
    scratch.git('checkout', '--quiet', 'trunk');
    expect(await source.fetch()).toBe(main);
    expect(await (await scratch.open({ branch: 'trunk' }, 'other')).fetch()).toBe(trunk);
    const lost = await scratch.open({ branch: 'mian' }, 'lost');
    await expect(lost.fetch()).rejects.toMatchObject(code('GIT005'));
  });

  it('says what an address leads to that is no repository', async () => {
    const plain = join(scratch.folder, 'plain');
    await expect(scratch.open({ url: plain })).rejects.toMatchObject(code('GIT003'));
    await expect(scratch.open({ url: `file://${plain}` })).rejects.toMatchObject(code('GIT003'));
    mkdirSync(plain);
    const source = await scratch.open({ url: plain });
    await expect(source.fetch()).rejects.toMatchObject(code('GIT003'));
    await expect((await scratch.open()).fetch()).rejects.toMatchObject(code('GIT005'));
  });

  it('is out of reach when nobody answers, and goes on with what it has', async () => {
    const commit = scratch.commit({ 'a/PKGBUILD': 'one' });
    const away = await scratch.open({ url: 'https://user:secret@packmill.invalid/x.git' }, 'away');
    const error = await away.fetch({ timeoutMs: 60_000 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject(code('GIT001'));
    expect(JSON.stringify(error)).not.toContain('secret');
    const source = await scratch.open();
    await source.fetch();
    rmSync(join(scratch.path, '.git'), { recursive: true });
    await expect(source.fetch()).rejects.toMatchObject(code('GIT003'));
    expect(await text(source, commit, 'a/PKGBUILD')).toBe('one');
  });

  it('can be called off', async () => {
    scratch.commit({ a: '1' });
    const source = await scratch.open();
    await expect(source.fetch({ signal: AbortSignal.abort() })).rejects.toMatchObject(code('GIT001'));
    await source.fetch();
  });

  it('begins anew when its address changes', async () => {
    scratch.commit({ a: '1' });
    await (await scratch.open()).fetch();
    const other = new ScratchRepository();
    try {
      const commit = other.commit({ 'b/x': '1' });
      const source = await scratch.open({ url: other.path });
      expect(await source.fetch()).toBe(commit);
      expect(Object.keys(await laidOut(source, commit))).toEqual(['b']);
    } finally {
      other.dispose();
    }
  });

  it('knows repositories of the longer ids too', async () => {
    scratch.git('init', '--quiet', '--object-format=sha256', '--initial-branch=main', '../long');
    const long = join(scratch.folder, 'long');
    scratch.git('-C', long, 'commit', '--quiet', '--allow-empty', '--message', 'x');
    const source = await scratch.open({ url: long });
    const commit = await source.fetch();
    expect(commit).toHaveLength(64);
    expect((await source.resolve(commit.slice(0, 10))).commit).toBe(commit);
    expect(await laidOut(source, commit)).toEqual({});
  });
});

describe('the commit of a job', () => {
  it('is the newest one when none is asked for', async () => {
    const commit = scratch.commit({ a: '1' });
    expect(await (await scratch.open()).resolve(undefined)).toEqual({ commit, isGone: false });
  });

  it('is exactly the one that is asked for, fetched when need be', async () => {
    const first = scratch.commit({ a: '1' });
    const source = await scratch.open();
    await source.fetch();
    const second = scratch.commit({ a: '2' });
    scratch.commit({ a: '3' });
    expect(await source.resolve(first)).toEqual({ commit: first, wanted: first, isGone: false });
    expect(await source.resolve(second)).toEqual({ commit: second, wanted: second, isGone: false });
    scratch.git('checkout', '--quiet', '-b', 'side');
    const side = scratch.commit({ 'b/x': '4' });
    expect(await source.resolve(side)).toEqual({ commit: side, wanted: side, isGone: false });
    expect(await text(source, side, 'b/x')).toBe('4');
  });

  it('may be named by its first digits as long as no other begins with them', async () => {
    const some = scratch.commit({ a: '1' });
    const newest = scratch.commit({ a: '2' });
    const source = await scratch.open();
    await source.fetch();
    const short = some.slice(0, 12);
    expect(await source.resolve(short.toUpperCase())).toMatchObject({ commit: some, isGone: false });
    await expect(source.resolve(some.slice(0, 6))).rejects.toMatchObject(code('GIT002'));
    await expect(source.resolve('v1.0')).rejects.toMatchObject(code('GIT002'));
    await expect(source.resolve('--upload-pack=x')).rejects.toMatchObject(code('GIT002'));
    // A branch or tag of that name has no say.
    scratch.git('tag', short, newest);
    expect((await source.resolve(short)).commit).toBe(some);
  });

  it('is refused when its first digits begin several ids', async () => {
    const tree = scratch.gitWithInput('', 'mktree');
    const byDigits = new Map<string, string>();
    let pair: readonly string[] = [];
    // The birthday paradox: among some ten thousand commits two share their first 7 digits.
    for (let index = 0; pair.length === 0; index += 1) {
      const text = `tree ${tree}\nauthor t <t@localhost> ${index} +0000\ncommitter t <t@localhost> 1 +0000\n\nx\n`;
      const digits = createHash('sha1').update(`commit ${text.length}\0${text}`).digest('hex').slice(0, 7);
      const other = byDigits.get(digits);
      if (other) pair = [other, text];
      byDigits.set(digits, text);
    }
    const ids = pair.map((text) =>
      scratch.gitWithInput(text, 'hash-object', '-t', 'commit', '-w', '--stdin'),
    );
    const merge = scratch.git('commit-tree', '-m', 'x', ...ids.flatMap((id) => ['-p', id]), tree);
    scratch.git('update-ref', 'refs/heads/main', merge);
    const source = await scratch.open();
    await source.fetch();
    const twice = ids[0]?.slice(0, 7);
    await expect(source.resolve(twice)).rejects.toMatchObject(code('GIT002'));
  });

  it('is the newest one, and that is said, when the remote has it no more', async () => {
    scratch.commit({ a: '1' });
    const source = await scratch.open();
    await source.fetch();
    const unseen = scratch.commit({ a: 'unseen' });
    const seen = (() => {
      scratch.git('reset', '--quiet', '--hard', 'HEAD~1');
      return scratch.commit({ a: 'seen' });
    })();
    await source.fetch();
    scratch.git('reset', '--quiet', '--hard', 'HEAD~1');
    const newest = scratch.commit({ a: 'newest' });
    scratch.git('reflog', 'expire', '--expire=now', '--all');
    scratch.git('gc', '--quiet', '--prune=now');
    for (const wanted of [unseen, unseen.slice(0, 9)]) {
      expect(await source.resolve(wanted)).toEqual({ commit: newest, wanted, isGone: true });
    }
    // What the mirror saw before the push is still there, and is what was asked for.
    expect(await source.resolve(seen)).toEqual({ commit: seen, wanted: seen, isGone: false });
    await expect(source.folders(unseen)).rejects.toMatchObject(code('GIT002'));
  });

  it('cannot be told while the server is away', async () => {
    const commit = scratch.commit({ a: '1' });
    const source = await scratch.open({ url: 'git://127.0.0.1:9/x.git' });
    await expect(source.resolve(commit)).rejects.toMatchObject(code('GIT001'));
  });
});

describe('laid-out folders', () => {
  it('are shared by all who ask and by all commits that have them, while fetches go on', async () => {
    scratch.import(manyRecipes(300));
    scratch.git('reset', '--quiet', '--hard');
    const source = await scratch.open();
    const first = await source.fetch();
    const second = scratch.commit({ 'package-1/PKGBUILD': 'changed' });
    const answers = await Promise.all([
      laidOut(source, first),
      source.fetch(),
      laidOut(source, first),
      source.resolve(second).then(({ commit }) => laidOut(source, commit)),
      source.fetch(),
      laidOut(source, first),
    ]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[5]).toEqual(answers[0]);
    expect(answers[1]).toBe(second);
    expect(Object.keys(answers[0])).toHaveLength(300);
    const { 'package-1': old = '', ...others } = answers[0];
    const { 'package-1': changed = '', ...same } = answers[3];
    expect(same).toEqual(others);
    expect(readFileSync(join(old, 'PKGBUILD'), 'utf8')).toContain('pkgname=package-1');
    expect(readFileSync(join(changed, 'PKGBUILD'), 'utf8')).toBe('changed');
    expect(names(join(scratch.folder, 'source/folders'))).toHaveLength(302);
  });

  it('hold what a whole checkout by git holds, few of them or many', async () => {
    await fc.assert(
      fc.asyncProperty(commitsOfFolders, async (commits) => {
        const other = new ScratchRepository();
        try {
          const source = await other.open();
          for (const files of commits) {
            for (const name of names(other.path))
              if (name !== '.git') rmSync(join(other.path, name), { recursive: true });
            const commit = other.commit(files);
            await source.resolve(commit);
            const folders = await laidOut(source, commit);
            const there = readdirSync(other.path).filter((name) => name !== '.git');
            expect(Object.keys(folders).sort()).toEqual(there.sort());
            // links to folders are followed, so that one process compares all
            const links = mkdtempSync(join(other.folder, 'laid-out-'));
            for (const [name, folder] of Object.entries(folders)) symlinkSync(folder, join(links, name));
            expect(execFileSync('diff', ['-r', '--exclude=.git', links, other.path]).toString()).toBe('');
          }
        } finally {
          other.dispose();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('go when they were not used lately, unless the newest commit has them or they are in use', async () => {
    const clock = new VirtualClock();
    const source = await scratch.open({ clock });
    const paths: string[] = [];
    for (const text of ['1', '2', '3', '4']) {
      scratch.commit({ 'a/x': text });
      paths.push((await laidOut(source, await source.fetch()))['a'] ?? '');
      await clock.advance(1000);
    }
    const [one = '', two = '', three = '', four = ''] = paths;
    const first = scratch.git('rev-parse', 'HEAD~3');
    await laidOut(source, first);
    expect(await source.pruneFolders(clock.nowMs(), new Set([three]))).toEqual([two]);
    expect([one, two, three, four].map((path) => existsSync(path))).toEqual([true, false, true, true]);
    await clock.advance(1000);
    expect((await source.pruneFolders(clock.nowMs(), new Set())).toSorted()).toEqual([one, three].toSorted());
    // what is gone leaves nothing, not even an empty folder
    expect(names(join(scratch.folder, 'source/folders'))).toHaveLength(2);
    expect(await text(source, first, 'a/x')).toBe('1');
  });

  it('are written once more after a crash of the machine', async () => {
    const commit = scratch.commit({ 'a/x': '1' });
    const source = await scratch.open();
    const { a = '' } = await laidOut(source, await source.fetch());
    const root = join(scratch.folder, 'source/folders');
    mkdirSync(join(root, '.making-x'));
    mkdirSync(join(scratch.folder, 'source/checkouts'));
    await scratch.open();
    expect(names(root)).toEqual(['.boot', basename(dirname(a))]);
    // of an earlier version
    expect(existsSync(join(scratch.folder, 'source/checkouts'))).toBe(false);
    writeFileSync(join(a, 'x'), '');
    writeFileSync(join(root, '.boot'), 'another');
    expect(await text(await scratch.open(), commit, 'a/x')).toBe('1');
  });
});

describe('a mirror', () => {
  it('is complete or begun anew, whenever its process is killed', async () => {
    const commit = scratch.import(manyRecipes(800));
    const folder = join(scratch.folder, 'source');
    const start = async (into: string) => {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'fetching-child.ts'), scratch.path, into],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
          detached: true,
        },
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await firstWords(child);
      return { ended, openedMs: performance.now(), pid: child.pid ?? 0 };
    };
    // how long it takes here and now says which moments are worth a look
    const whole = await start(join(scratch.folder, 'whole'));
    await whole.ended;
    const wholeMs = performance.now() - whole.openedMs;
    for (const part of [0, 0.2, 0.4, 0.6, 0.8]) {
      const { ended, pid } = await start(folder);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, part * wholeMs))]);
      // git and its children die with their parent.
      sendSignal(-pid, 'SIGKILL');
      await ended;
      const source = await scratch.open();
      for (const tree of names(`${folder}/folders`).filter((name) => name !== '.boot')) {
        for (const name of names(join(folder, 'folders', tree)))
          expect(names(join(folder, 'folders', tree, name))).toHaveLength(4);
      }
      if (part === 0.8) {
        expect(await source.fetch()).toBe(commit);
        expect(Object.keys(await laidOut(source, commit))).toHaveLength(800);
      }
    }
  });

  it('is free of what killed processes left', async () => {
    scratch.commit({ a: '1' });
    const source = await scratch.open();
    await source.fetch();
    const mirror = join(scratch.folder, 'source/mirror');
    for (const name of [
      'HEAD.lock',
      'packed-refs.lock',
      'refs/packmill/newest.lock',
      'objects/pack/tmp_pack_x',
    ]) {
      writeFileSync(join(mirror, name), '');
    }
    const commit = scratch.commit({ a: '2' });
    expect(await source.fetch()).toBe(commit);
    expect(existsSync(join(mirror, 'objects/pack/tmp_pack_x'))).toBe(false);
  });

  it.each(['HEAD', 'packs', 'refs/packmill/newest', 'packmill-mirror'])(
    'that a crash has torn is fetched anew: %s',
    async (part) => {
      const first = scratch.commit({ 'a/x': '1' });
      const source = await scratch.open();
      await source.fetch();
      const mirror = join(scratch.folder, 'source/mirror');
      if (part !== 'packs') truncateSync(join(mirror, part), 0);
      else
        for (const name of names(`${mirror}/objects/pack`))
          truncateSync(`${mirror}/objects/pack/${name}`, 40);
      const second = scratch.commit({ 'a/x': '2' });
      const again = await scratch.open();
      // the way of a request, which begins with the commit that it wants
      expect(await again.resolve(second)).toMatchObject({ commit: second, isGone: false });
      expect(await again.fetch()).toBe(second);
      expect(await text(again, second, 'a/x')).toBe('2');
      expect(await text(again, first, 'a/x')).toBe('1');
    },
  );

  it('that lacks the files of a commit says so, and the next fetch mends it', async () => {
    const commit = scratch.commit({ 'a/b': '1' });
    const source = await scratch.open();
    await source.fetch();
    const mirror = join(scratch.folder, 'source/mirror');
    const pack = names(`${mirror}/objects/pack`).find((name) => name.endsWith('.pack'));
    const loose = new ScratchRepository();
    try {
      // The commit alone, as a loose object.
      const bytes = Buffer.from(scratch.git('cat-file', 'commit', commit).concat('\n'));
      loose.gitWithInput(bytes, 'hash-object', '-t', 'commit', '-w', '--stdin');
      const path = `${commit.slice(0, 2)}/${commit.slice(2)}`;
      mkdirSync(`${mirror}/objects/${commit.slice(0, 2)}`);
      writeFileSync(`${mirror}/objects/${path}`, readFileSync(`${loose.path}/.git/objects/${path}`));
    } finally {
      loose.dispose();
    }
    for (const suffix of ['.pack', '.idx']) {
      rmSync(`${mirror}/objects/pack/${pack?.replace('.pack', suffix)}`, { force: true });
    }
    expect(await source.has(commit)).toBe(true);
    await expect(laidOut(source, commit)).rejects.toMatchObject(code('GIT006'));
    await source.fetch();
    expect(await text(source, commit, 'a/b')).toBe('1');
  });

  it('stays small after many fetches', async () => {
    const source = await scratch.open();
    const all = (): string[] => names(join(scratch.folder, 'source/mirror/objects/pack'));
    scratch.commit({ a: '' });
    scratch.import(manyCommits('a', 60));
    const commits = scratch.git('rev-list', '--reverse', '--max-count=60', 'main').split('\n');
    const main = join(scratch.path, '.git/refs/heads/main');
    for (const commit of commits) {
      writeFileSync(main, `${commit}\n`);
      expect(await source.fetch()).toBe(commit);
    }
    expect(all().filter((name) => name.endsWith('.pack')).length).toBeLessThan(60);
    scratch.import(manyCommits('b', 60));
    const more = scratch.git('rev-list', '--reverse', '--max-count=60', 'main').split('\n');
    for (const commit of more) expect((await source.resolve(commit)).commit).toBe(commit);
    await source.tidy();
    const packs = names(join(scratch.folder, 'source/mirror/objects/pack')).filter((name) =>
      name.endsWith('.pack'),
    );
    expect(packs.length).toBeLessThan(60);
  });
});

function firstWords(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the child ended')));
  });
}
