import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceSymlink } from '../../src/host/index.ts';
import { checkRepositoryName } from '../../src/publisher/pacman-repo/index.ts';
import { openTestFarm, type TestFarm } from './farm.ts';
import type { StubOptions } from './stub-packages.ts';

const at = { repo: 'local', arch: 'x86_64' } as const;
const day = 24 * 60 * 60 * 1000;

describe('publishing a pacman repository', () => {
  let farm: TestFarm;
  beforeEach(async () => {
    farm = await openTestFarm();
  });
  afterEach(() => farm.close());

  const publish = async (stubs: readonly StubOptions[], remove: readonly string[] = []) => {
    const add = await Promise.all(stubs.map((stub) => farm.make(stub)));
    return farm.repositories.publish({ ...at, add, remove, reason: 'test' });
  };
  const inRepo = (...path: string[]): string => join(farm.publicRoot, 'local', ...path);
  const text = (...path: string[]): string => readFileSync(inRepo(...path), 'utf8');
  /** As the databases say it, which is what the record says. */
  const versions = (): string[] => {
    const shown = farm.repositories.show('local', 'x86_64').map(({ name, version }) => `${name} ${version}`);
    const recorded = [...farm.repositories.versions('local', 'x86_64')].map((pair) => pair.join(' '));
    expect(recorded).toEqual(shown);
    return shown;
  };
  const expectWhole = async (): Promise<void> => {
    const { problems } = await farm.repositories.verify('local', 'x86_64', { mode: 'full' });
    expect(problems).toEqual([]);
  };

  it('adds two packages: databases, signatures, lists and time stand there (W01)', async () => {
    const report = await publish([{ name: 'foo' }, { name: 'bar' }]);
    expect(report).toMatchObject({ kind: 'published', generation: 1, archived: [], problems: [] });
    expect(report.added).toEqual(['bar-1.0-1-any.pkg.tar.zst', 'foo-1.0-1-any.pkg.tar.zst']);
    for (const name of ['local.db', 'local.files', 'foo-1.0-1-any.pkg.tar.zst']) {
      expect(existsSync(inRepo('x86_64', name))).toBe(true);
      expect(existsSync(inRepo('x86_64', `${name}.sig`))).toBe(true);
    }
    expect(readlinkSync(inRepo('x86_64'))).toBe('.generations/x86_64/000001');
    expect(readlinkSync(inRepo('x86_64', 'local.db'))).toBe('local.db.tar.zst');
    expect(text('pkgs.txt')).toBe('bar-1.0-1\nfoo-1.0-1\n');
    expect(text('pkgs.files.txt').split('\n')).toContain('foo-1.0-1-any.pkg.tar.zst.sig');
    expect(Number(text('lastupdate'))).toBe(Math.floor(farm.clock.nowMs() / 1000));
    expect(existsSync(inRepo('local.gpg'))).toBe(true);
    await expectWhole();
  });

  it('puts what goes with a package beside it, with the same flip, for as long as the package is there', async () => {
    const withCompanions = async (stub: StubOptions) => {
      const { digest: statement } = await farm.store.putBytes(Buffer.from(`statement about ${stub.version}`));
      const { digest: bill } = await farm.store.putBytes(Buffer.from(`bill of ${stub.version}`));
      const companions = [
        { suffix: '.provenance.json', object: statement },
        { suffix: '.cdx.json', object: bill },
      ];
      const add = [{ ...(await farm.make(stub)), companions }];
      await farm.repositories.publish({ ...at, add, reason: 'test' });
    };
    await withCompanions({ name: 'foo', version: '1.0-1' });
    await publish([{ name: 'bar' }]);
    expect(text('x86_64', 'foo-1.0-1-any.pkg.tar.zst.provenance.json')).toBe('statement about 1.0-1');
    expect(existsSync(inRepo('x86_64', 'bar-1.0-1-any.pkg.tar.zst.provenance.json'))).toBe(false);
    await expectWhole();
    // through folders that are used again
    for (const number of [2, 3, 4, 5, 6, 7]) await withCompanions({ name: 'foo', version: `${number}.0-1` });
    const beside = readdirSync(inRepo('x86_64')).filter((name) => name.endsWith('.json'));
    expect(beside).toEqual([
      'foo-7.0-1-any.pkg.tar.zst.cdx.json',
      'foo-7.0-1-any.pkg.tar.zst.provenance.json',
    ]);
    expect(text('archive', 'foo-6.0-1-any.pkg.tar.zst.cdx.json')).toBe('bill of 6.0-1');
    await expectWhole();
    const { generation } = await publish([], ['foo']);
    expect(readdirSync(inRepo('x86_64')).filter((name) => name.endsWith('.json'))).toEqual([]);
    await farm.repositories.rollback({ ...at, generation: generation - 1, reason: 'test' });
    expect(text('x86_64', 'foo-7.0-1-any.pkg.tar.zst.provenance.json')).toBe('statement about 7.0-1');
    await expectWhole();
  });

  it('links packages from the store instead of copying them', async () => {
    const stub = await farm.make({ name: 'foo' });
    await farm.repositories.publish({ ...at, add: [stub], reason: 'test' });
    const object = statSync(await farm.store.path(stub.object));
    expect(statSync(inRepo('x86_64', stub.fileName)).ino).toBe(object.ino);
  });

  it('changes nothing when the same is published again (W02)', async () => {
    const stub = await farm.make({ name: 'foo' });
    const request = { ...at, add: [stub], reason: 'test' };
    await farm.repositories.publish(request);
    const before = statSync(inRepo('lastupdate')).mtimeMs;
    expect(await farm.repositories.publish(request)).toMatchObject({ kind: 'nothing-new', generation: 1 });
    expect(statSync(inRepo('lastupdate')).mtimeMs).toBe(before);
    const mixed = await farm.repositories.publish({
      ...request,
      add: [stub, await farm.make({ name: 'bar' })],
    });
    expect(mixed.added).toEqual(['bar-1.0-1-any.pkg.tar.zst']);
  });

  it('never gives a published file name other bytes, not even after it was removed', async () => {
    await publish([{ name: 'foo' }]);
    await expect(publish([{ name: 'bar' }, { name: 'foo' }])).rejects.toThrow('PUB001');
    expect(versions()).toEqual(['foo 1.0-1']);
    await publish([], ['foo']);
    await expect(publish([{ name: 'foo' }])).rejects.toThrow('PUB001');
  });

  it('moves the replaced package to the archive and removes it after seven days (W03)', async () => {
    await publish([{ name: 'foo', version: '1-1' }]);
    await farm.clock.advance(3 * day);
    const report = await publish([{ name: 'foo', version: '1-2' }]);
    expect(report.archived).toEqual(['foo-1-1-any.pkg.tar.zst']);
    const archived = ['foo-1-1-any.pkg.tar.zst', 'foo-1-1-any.pkg.tar.zst.sig'];
    expect(farm.repositories.archived('local')).toEqual(archived);
    expect(
      Math.abs(statSync(inRepo('archive', archived[0] ?? '')).mtimeMs - farm.clock.nowMs()),
    ).toBeLessThan(5);
    expect(existsSync(inRepo('x86_64', archived[0] ?? ''))).toBe(false);
    expect(text('pkgs.files.old.txt')).toContain('foo-1-1');
    expect(text('pkgs.files.txt')).not.toContain('foo-1-1');
    await farm.clock.advance(7 * day - 1000);
    expect(farm.repositories.pruneArchive('local')).toEqual([]);
    await farm.clock.advance(2000);
    expect(farm.repositories.pruneArchive('local')).toEqual(archived);
    await expectWhole();
  });

  it('takes packages out by name and keeps their files in the archive', async () => {
    await publish([{ name: 'foo' }, { name: 'foo-doc' }]);
    const report = await farm.repositories.remove({ ...at, names: ['foo-doc', 'absent'], reason: 'test' });
    expect(report.archived).toEqual(['foo-doc-1.0-1-any.pkg.tar.zst']);
    expect(versions()).toEqual(['foo 1.0-1']);
    expect((await farm.repositories.remove({ ...at, names: ['absent'], reason: 'test' })).kind).toBe(
      'nothing-new',
    );
    await expect(
      farm.repositories.remove({ repo: 'other', arch: 'x86_64', names: ['foo'], reason: 'test' }),
    ).rejects.toThrow('PUB004');
    await farm.repositories.remove({ ...at, names: ['foo'], reason: 'test' });
    expect(versions()).toEqual([]);
    await expectWhole();
    await publish([{ name: 'again' }]);
    expect(versions()).toEqual(['again 1.0-1']);
    await expectWhole();
  });

  it('warns when a package goes back to a lower version, and publishes it', async () => {
    await publish([{ name: 'foo', version: '1.10-1' }]);
    const report = await publish([{ name: 'foo', version: '1.9-1' }]);
    expect(report.problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['PUB005 warning']);
    expect(versions()).toEqual(['foo 1.9-1']);
  });

  it('refuses packages that do not fit, and changes nothing then', async () => {
    await publish([{ name: 'foo' }]);
    const good = await farm.make({ name: 'bar' });
    const wrong = [
      { ...good, fileName: 'baz-1.0-1-any.pkg.tar.zst' },
      { ...good, fileName: '../bar-1.0-1-any.pkg.tar.zst' },
      { ...good, pkginfo: 'pkgname = bar\n' },
      { ...good, sizeBytes: 1 },
      await farm.make({ name: 'bar', arch: 'aarch64' }),
    ];
    for (const item of wrong) {
      await expect(farm.repositories.publish({ ...at, add: [item], reason: 'test' })).rejects.toThrow(
        'PUB002',
      );
    }
    await expect(farm.repositories.publish({ ...at, add: [good, good], reason: 'test' })).rejects.toThrow(
      'PUB002',
    );
    for (const name of ['../x', '', '.hidden', 'archive']) {
      const request = { repo: 'local', arch: name, add: [good], reason: 'test' };
      expect(() => farm.repositories.publish(request)).toThrow('PUB003');
    }
    expect(readdirSync(inRepo('.generations', 'x86_64'))).toEqual(['000001']);
    await expectWhole();
  });

  it('keeps five generations and uses the folder of the oldest for the next', async () => {
    for (let count = 1; count <= 9; count += 1) await publish([{ name: 'foo', version: `${count}-1` }]);
    const kept = farm.repositories.generations('local', 'x86_64');
    expect(kept.map(({ number, visible }) => `${number}${visible ? '*' : ''}`)).toEqual([
      '5',
      '6',
      '7',
      '8',
      '9*',
    ]);
    expect(readdirSync(inRepo('.generations', 'x86_64')).sort()).toEqual([
      '000005',
      '000006',
      '000007',
      '000008',
      '000009',
    ]);
    for (const { number } of kept) {
      const { problems } = await farm.repositories.verify('local', 'x86_64', {
        mode: 'full',
        generation: number,
      });
      expect(problems).toEqual([]);
    }
  });

  it('rolls back to a kept generation, and builds on what is visible afterwards', async () => {
    await publish([{ name: 'foo', version: '1-1' }, { name: 'lib' }]);
    await publish([{ name: 'foo', version: '2-1' }]);
    const back = await farm.repositories.rollback({ ...at, generation: 1, reason: 'bad foo' });
    expect(back).toMatchObject({ kind: 'published', generation: 1, archived: ['foo-2-1-any.pkg.tar.zst'] });
    expect(versions()).toEqual(['foo 1-1', 'lib 1.0-1']);
    await publish([{ name: 'bar' }]);
    expect(versions()).toEqual(['bar 1.0-1', 'foo 1-1', 'lib 1.0-1']);
    const [summary] = farm.repositories.list();
    expect(summary).toMatchObject({ name: 'local', arch: 'x86_64', generation: 3, packages: 3 });
    await expectWhole();
    await expect(farm.repositories.rollback({ ...at, generation: 77, reason: 'x' })).rejects.toThrow(
      'PUB004',
    );
  });

  it('keeps several repositories and architectures apart', async () => {
    await publish([{ name: 'foo', arch: 'x86_64' }]);
    const arm = await farm.make({ name: 'foo', arch: 'aarch64', version: '2-1' });
    await farm.repositories.publish({ repo: 'local', arch: 'aarch64', add: [arm], reason: 'test' });
    const any = await farm.make({ name: 'tool' });
    await farm.repositories.publish({ repo: 'extra', arch: 'x86_64', add: [any], reason: 'test' });
    expect(farm.repositories.list().map(({ name, arch, packages }) => `${name}/${arch} ${packages}`)).toEqual(
      ['extra/x86_64 1', 'local/aarch64 1', 'local/x86_64 1'],
    );
    expect(text('pkgs.txt')).toBe('foo-1.0-1\nfoo-2-1\n');
  });

  it('warns of the name that pacman keeps for itself, and refuses names that are no folder names', () => {
    const codes = (name: string) => checkRepositoryName(name).map(({ code }) => code);
    expect(codes('extra')).toEqual([]);
    expect(codes('local')).toEqual(['PUB009']);
    expect(codes('a/b')).toEqual(['PUB003']);
  });

  it('does not replace a folder that somebody else made', async () => {
    mkdirSync(inRepo('x86_64'), { recursive: true });
    await expect(publish([{ name: 'foo' }])).rejects.toThrow('PUB008');
  });

  it('names every object that a kept generation needs', async () => {
    const one = await farm.make({ name: 'foo', version: '1-1' });
    const two = await farm.make({ name: 'foo', version: '2-1' });
    for (const add of [one, two]) await farm.repositories.publish({ ...at, add: [add], reason: 'test' });
    expect(farm.repositories.referencedObjects()).toEqual(new Set([one.object, two.object]));
  });

  it('finds every kind of damage when it verifies', async () => {
    await publish([{ name: 'foo' }, { name: 'bar' }]);
    const folder = inRepo('.generations', 'x86_64', '000001');
    const foo = join(folder, 'foo-1.0-1-any.pkg.tar.zst');
    const look = async (mode: 'quick' | 'full' = 'quick') =>
      (await farm.repositories.verify('local', 'x86_64', { mode })).problems
        .map(({ what }) => what)
        .join('; ');
    const bytes = readFileSync(foo);
    rmSync(foo);
    expect(await look()).toContain("'foo-1.0-1-any.pkg.tar.zst' is missing");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(foo, bytes);
    expect(await look()).toBe('');
    expect(await look('full')).toContain('other bytes');
    writeFileSync(join(folder, 'stray'), '');
    expect(await look()).toContain("'stray' does not belong");
    rmSync(`${foo}.sig`);
    symlinkSync('/dev/null', `${foo}.sig`);
    expect(await look()).toContain('signature of');
    writeFileSync(join(folder, 'local.db.tar.zst'), 'no database');
    expect(await look()).toContain('no good signature');
    await expect(publish([{ name: 'baz' }])).rejects.toThrow('PUB006');
  });

  it('completes the record of a generation that became visible just before a kill', async () => {
    await publish([{ name: 'foo', version: '1-1' }]);
    await publish([{ name: 'foo', version: '2-1' }]);
    farm.database.exec("UPDATE pacman_generation SET state = 'staged' WHERE number = 2");
    farm.database.exec('DELETE FROM pacman_flip WHERE number = 2');
    const again = farm.reopen();
    expect((await again.recover()).join()).toContain('generation 2 was published just before the end');
    expect(await again.recover()).toEqual([]);
    expect(again.generations('local', 'x86_64').map(({ number }) => number)).toEqual([1, 2]);
    expect(versions()).toEqual(['foo 2-1']);
    await expectWhole();
  });

  it('throws away a generation that was complete but never visible, and forgets its file names', async () => {
    await publish([{ name: 'foo', version: '1-1' }]);
    await publish([{ name: 'foo', version: '2-1' }]);
    farm.database.exec("UPDATE pacman_generation SET state = 'staged' WHERE number = 2");
    replaceSymlink(inRepo('x86_64'), '.generations/x86_64/000001');
    mkdirSync(inRepo('.generations', 'x86_64', '.staging-000003'));
    writeFileSync(inRepo('.tmp-1-abc'), 'half a list');
    const again = farm.reopen();
    expect((await again.recover()).join()).toContain('generation 2 was not finished');
    expect(readdirSync(inRepo('.generations', 'x86_64'))).toEqual(['000001']);
    expect(existsSync(inRepo('.tmp-1-abc'))).toBe(false);
    expect(text('pkgs.txt')).toBe('foo-1-1\n');
    // The same version with other bytes may come now: nobody has ever seen the first.
    const other = await farm.make({ name: 'foo', version: '2-1' });
    const report = await again.publish({ ...at, add: [other], reason: 'test' });
    expect(report.kind).toBe('published');
    expect(versions()).toEqual(['foo 2-1']);
    await expectWhole();
  });

  it('takes up what is on disk when its record was lost', async () => {
    const foo = await farm.make({ name: 'foo' });
    await farm.repositories.publish({ ...at, add: [foo], reason: 'test' });
    for (const table of ['generation', 'chunk', 'file', 'flip'])
      farm.database.exec(`DELETE FROM pacman_${table}`);
    const again = farm.reopen();
    expect((await again.recover()).join()).toContain('generation 1 is visible and was not recorded');
    expect((await again.publish({ ...at, add: [foo], reason: 'test' })).kind).toBe('nothing-new');
    const next = await again.publish({ ...at, add: [await farm.make({ name: 'bar' })], reason: 'test' });
    expect(next.generation).toBe(2);
    expect(versions()).toEqual(['bar 1.0-1', 'foo 1.0-1']);
    await expectWhole();
  });

  it('agrees with a plain map of names and versions after any sequence of changes', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
    const model = new Map<string, string>();
    const change = fc.record({
      add: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 120 }),
      remove: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 120 }),
    });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(change, async ({ add, remove }) => {
        count += 1;
        const version = `${count}-1`;
        await publish(
          add.map((name) => ({ name, version, contentBytes: 10 })),
          remove,
        );
        for (const name of remove) model.delete(name);
        for (const name of add) model.set(name, version);
        if (model.size > 0) {
          expect(versions()).toEqual([...model].map(([name, v]) => `${name} ${v}`).sort(byFirstWord));
          const { problems } = await farm.repositories.verify('local', 'x86_64');
          expect(problems).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  });
});

const byFirstWord = (a: string, b: string): number => {
  const one = a.split(' ', 1)[0] ?? '';
  const two = b.split(' ', 1)[0] ?? '';
  return one < two ? -1 : one > two ? 1 : 0;
};
