import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Fetcher } from '../../src/fetcher/index.ts';
import { type DatabaseCompression, printDesc, writeDatabase } from '../../src/formats/pacman/index.ts';
import { xzCodec } from '../../src/host/index.ts';
import { readDatabaseExtract, writeDatabaseExtract } from '../../src/upstream/database-extract.ts';
import { nextVersionRows, readPackageDatabases } from '../../src/upstream/index.ts';
import { farServer, highest, JumpingClock } from '../fetcher/far-server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Bytes of a database; `rows` are `base:version`, or `base/name:version`. */
function database(
  rows: readonly string[],
  compression: DatabaseCompression = 'gzip',
  provides: readonly string[] = [],
) {
  const entries = rows.map((row) => {
    const [, base = '', name = base, version = ''] = /^([^/:]+)(?:\/([^:]+))?:(.*)$/.exec(row) ?? [];
    const fields = new Map([
      ['NAME', [name]],
      ['BASE', [base]],
      ['VERSION', [version]],
    ]);
    if (provides.length > 0) fields.set('PROVIDES', [...provides]);
    return { name, version, desc: printDesc(fields) };
  });
  return writeDatabase(entries, { kind: 'db', compression, codecs: { xz: xzCodec } });
}

async function serve(files: Readonly<Record<string, Uint8Array | string | number>>) {
  const server = await farServer((request, response) => {
    const file = files[(request.url ?? '').slice(1)] ?? 404;
    if (typeof file === 'number') response.writeHead(file).end();
    else if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end(file);
  });
  opened.push(server);
  return server;
}

function fetcher(cacheFolder?: string): Fetcher {
  const made = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {}, cacheFolder });
  opened.push(made);
  return made;
}

const read = async (files: Readonly<Record<string, Uint8Array | string | number>>, own = fetcher()) => {
  const server = await serve(files);
  return readPackageDatabases(
    Object.keys(files).map((name) => `${server.url}/${name}`),
    { fetcher: own },
  );
};

describe('package databases', () => {
  it('are the same from what was kept, and read anew as soon as their bytes are others', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'packmill-databases-'));
    let now = {
      bytes: database(['icu:1:76.1-1', 'gcc/gcc-libs:15.1-2'], 'zstd', ['libicuuc.so=76-64']),
      etag: 1,
    };
    const server = await farServer((request, response) => {
      const etag = `"${now.etag}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(now.bytes);
    });
    opened.push(server, { close: () => rmSync(cache, { recursive: true }) });
    const ask = () => readPackageDatabases([`${server.url}/x.db`], { fetcher: fetcher(cache) });
    const first = await ask();
    expect(first.databases[0]?.packages).toHaveLength(2);
    const kept = readdirSync(cache).length;
    expect(await ask()).toEqual(first);
    expect(kept).toBe(2);
    now = { bytes: database(['icu:1:77.1-1']), etag: 2 };
    const second = await ask();
    expect(second.databases[0]?.packages).toMatchObject([{ version: '1:77.1-1' }]);
    expect(await ask()).toEqual(second);
    // a mark that stays the same though the bytes do not, as a date does within a second
    const bytes = database(['icu:1:78.1-1']);
    expect(
      readDatabaseExtract(writeDatabaseExtract(second.databases[0]?.packages ?? [], bytes), bytes),
    ).toEqual(second.databases[0]?.packages);
    expect(
      readDatabaseExtract(writeDatabaseExtract(second.databases[0]?.packages ?? [], now.bytes), bytes),
    ).toBeUndefined();
    expect(readDatabaseExtract(Buffer.from('torn'), bytes)).toBeUndefined();
  });

  it('tell of a damaged entry each time', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'packmill-databases-'));
    opened.push({ close: () => rmSync(cache, { recursive: true }) });
    const desc = printDesc(
      new Map([
        ['NAME', ['other']],
        ['VERSION', ['1-1']],
      ]),
    );
    const entries = [{ name: 'foo', version: '1-1', desc }];
    const bytes = writeDatabase(entries, { kind: 'db', compression: 'gzip', codecs: { xz: xzCodec } });
    const server = await serve({ 'x.db': bytes });
    for (let run = 1; run <= 2; run += 1) {
      const { problems } = await readPackageDatabases([`${server.url}/x.db`], { fetcher: fetcher(cache) });
      expect(problems.map(({ code }) => code)).toEqual(['FMT031']);
    }
  });

  it('are read however they are packed, with bases and what packages provide', async () => {
    const { databases, problems } = await read({
      'a.db': database(['icu:1:76.1-1', 'gcc/gcc-libs:15.1-2'], 'gzip', ['libicuuc.so=76-64']),
      'b.db': database(['boost:1.89-1'], 'zstd'),
      'c.db': database(['foo:1-1'], 'xz'),
      'd.db': database([], 'none'),
    });
    expect(problems).toEqual([]);
    expect(
      databases.map(({ packages }) => packages?.map(({ pkgbase, version }) => `${pkgbase}:${version}`)),
    ).toEqual([['gcc:15.1-2', 'icu:1:76.1-1'], ['boost:1.89-1'], ['foo:1-1'], []]);
    expect(databases[0]?.packages?.[1]).toEqual({
      name: 'icu',
      pkgbase: 'icu',
      version: '1:76.1-1',
      provides: ['libicuuc.so=76-64'],
      depends: [],
    });
  });
  it('fail one by one: gone, empty, cut off, or no database at all', async () => {
    const whole = database(['foo:1-1']);
    const { databases, problems } = await read({
      'good.db': whole,
      'gone.db': 404,
      'empty.db': '',
      'cut.db': whole.subarray(0, whole.byteLength - 40),
      'page.db': '<html>'.padEnd(600),
    });
    expect(databases.map(({ packages }) => packages?.length)).toEqual([
      1,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual(
      Array(4).fill('UPS050 warning'),
    );
    expect(problems.map(({ what }) => /[a-z]+\.db/.exec(what)?.[0]).sort()).toEqual([
      'cut.db',
      'empty.db',
      'gone.db',
      'page.db',
    ]);
  });
  it('that did not change cost no bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-databases-'));
    try {
      const server = await serve({ 'a.db': database(['foo:1-1']) });
      for (let run = 0; run < 2; run += 1) {
        const { databases } = await readPackageDatabases([`${server.url}/a.db`], {
          fetcher: fetcher(folder),
        });
        expect(databases[0]?.packages).toHaveLength(1);
      }
      expect(server.requests[1]?.headers['if-none-match']).toBe('"1"');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('on this machine are read by their path or their file address, and fail in their own words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-databases-'));
    try {
      const file = join(folder, 'my repo.db');
      writeFileSync(file, database(['foo:1-1'], 'zstd'));
      symlinkSync('my repo.db', join(folder, 'link.db'));
      execFileSync('mkfifo', [join(folder, 'pipe.db')]);
      writeFileSync(join(folder, 'empty.db'), '');
      const asked = [
        ...[file, pathToFileURL(file).href, join(folder, 'link.db'), join(folder, 'gone.db')],
        ...[join(folder, 'pipe.db'), join(folder, 'empty.db'), 'file://elsewhere.example/a.db'],
      ];
      const { databases, problems } = await readPackageDatabases(asked, { fetcher: fetcher() });
      expect(databases.map(({ packages }) => packages?.map(({ name }) => name))).toEqual([
        ...[['foo'], ['foo'], ['foo']],
        ...[undefined, undefined, undefined, undefined],
      ]);
      expect(problems.map(({ code, why }) => `${code} ${why}`).sort()).toEqual([
        'UPS050 It is empty.',
        'UPS050 It is no ordinary file.',
        'UPS050 The address names no file of this machine.',
        'UPS050 There is no such file on this machine.',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('as bsdtar writes them are read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-databases-'));
    try {
      const script = `mkdir foo-1-1 && printf '%%NAME%%\\nfoo\\n\\n%%VERSION%%\\n1-1\\n\\n%%DEPENDS%%\\nbar>=1\\n\\n' > foo-1-1/desc && bsdtar -cJf x.db foo-1-1 && cat x.db`;
      const bytes = execFileSync('sh', ['-c', script], { cwd: folder });
      const { databases } = await read({ 'x.db': bytes });
      expect(databases[0]?.packages).toEqual([
        { name: 'foo', pkgbase: 'foo', version: '1-1', provides: [], depends: ['bar>=1'] },
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('rows of published versions', () => {
  const rows = (...texts: string[]) =>
    new Map(texts.map((text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]));
  const next = (old: ReadonlyMap<string, string>, ...databases: (readonly string[] | undefined)[]) => {
    const made = databases.map((all, index) => ({
      url: `${index}`,
      packages: all?.map((row) => {
        const [[pkgbase = '', version = ''] = []] = [...rows(row)];
        return { name: pkgbase, pkgbase, version, provides: [], depends: [] };
      }),
    }));
    const { rows: now, changes } = nextVersionRows(old, { databases: made, problems: [] });
    return {
      rows: Object.fromEntries(now),
      changes: changes.map(({ pkgbase, from, to }) => `${pkgbase} ${from} ${to}`),
    };
  };
  it('have the version of the first database that has the base, epochs whole', () => {
    expect(next(rows('a:1-1'), ['a:1:2-1', 'a:9-9'], ['a:3-1', 'b:1-1'])).toEqual({
      rows: { a: '1:2-1', b: '1-1' },
      changes: ['a 1-1 1:2-1', 'b undefined 1-1'],
    });
  });
  it('lose what is no longer published, which changes nothing', () => {
    expect(next(rows('a:1-1', 'b:1-1'), ['a:1-1'])).toEqual({ rows: { a: '1-1' }, changes: [] });
  });
  it('are a beginning when there are none yet', () => {
    expect(next(new Map(), ['a:1-1']).changes).toEqual([]);
  });
  it('K05 stay through the failure of a database, and nothing has changed when it is back', () => {
    const first = rows('boost:1.88-1', 'foo:1-1', 'own:1-1');
    const failed = next(first, undefined, ['foo:1-1', 'own:2-1']);
    expect(failed.changes).toEqual([]);
    expect(failed.rows).toEqual({ boost: '1.88-1', foo: '1-1', own: '1-1' });
    const back = next(
      new Map(Object.entries(failed.rows)),
      ['boost:1.88-1', 'foo:1-1'],
      ['foo:7-7', 'own:2-1'],
    );
    expect(back.changes).toEqual(['own 1-1 2-1']);
    const behind = next(first, ['boost:1.89-1'], undefined);
    expect(behind).toEqual({
      rows: { boost: '1.89-1', foo: '1-1', own: '1-1' },
      changes: ['boost 1.88-1 1.89-1'],
    });
  });
});
