import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ebinListSchema, ebinMatrixSchema } from '../../src/api/index.ts';
import { EbinRepositories, snapshotTree, treeVersion } from '../../src/app/ebins/index.ts';
import { type GenerateOptions, generate, MatrixReader, verify } from '../../src/ebin-repository/index.ts';
import { Fetcher } from '../../src/fetcher/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { startEbinServer } from '../../src/http/index.ts';
import { sample } from '../ebins/sample.ts';

const packmill = fileURLToPath(new URL('../../bin/packmill', import.meta.url));
const ask = promisify(execFile);

let folder = '';
const at = (...names: readonly string[]): string => join(folder, ...names);

const make = (name: string, options: GenerateOptions = {}, pkgdir = join(sample, 'gpkg')) =>
  generate({
    pkgdirs: [pkgdir],
    atoms: [],
    repo: at(name),
    store: at('store'),
    options: { compress: 'gzip', ...options },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-matrix-'));
  await make('tree');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nothing = () => new Map<string, never>();

describe('what is known of a repository', () => {
  it('is the same table from the ebuilds alone as from what the generator remembers', async () => {
    const remembered = await new MatrixReader(at('tree')).read();
    const read = await new MatrixReader(at('tree'), nothing).read();
    expect(read.ebins.map(({ facts }) => facts.cpv)).toEqual([
      'app-misc/ebindemo-1.0',
      'app-misc/ebinscript-2.0-r1',
      'dev-libs/demolib-1.3',
    ]);
    for (const [index, { facts }] of remembered.ebins.entries()) {
      const own = read.ebins[index]?.facts;
      expect(own?.flags).toEqual(facts.flags);
      expect(own?.partFlags).toEqual(facts.partFlags);
      const table = (rows: typeof facts.rows) =>
        rows.map(({ use, parts }) => [
          [...use].sort().join(' '),
          ...Object.entries(parts)
            .map(([part, { sha512, size, name }]) => `${part} ${sha512} ${size} ${name}`)
            .sort(),
        ]);
      expect(table(own?.rows ?? []).sort()).toEqual(table(facts.rows).sort());
      expect(facts.rows.every(({ build }) => build !== undefined)).toBe(true);
    }
    expect(remembered.ebins[0]?.facts.dropped).toEqual(['test']);
    expect(remembered.ebins[1]?.facts.demands).toContain('||');
  });

  it('is one matrix for a package and its sub-packages, and one for each when nothing is remembered', async () => {
    await make('subpackages', { extra: 'subpackage' });
    const remembered = await new MatrixReader(at('subpackages')).read();
    expect(remembered.ebins.map(({ facts }) => facts.cpv)).toHaveLength(3);
    expect(Object.keys(remembered.ebins[0]?.facts.rows[0]?.parts ?? {}).sort()).toEqual([
      'installsources',
      'main',
      'splitdebug',
    ]);
    const read = await new MatrixReader(at('subpackages'), nothing).read();
    expect(read.ebins.map(({ facts }) => facts.cpv)).toEqual([
      'app-misc/ebindemo-1.0',
      'app-misc/ebindemo-debug-1.0',
      'app-misc/ebindemo-sources-1.0',
      'app-misc/ebinscript-2.0-r1',
      'dev-libs/demolib-1.3',
    ]);
    expect(read.ebins[2]?.facts.flags).toEqual(['alpha', 'beta']);
  });

  it('is read again only where something changed, and tells what the last run refused', async () => {
    cpSync(join(sample, 'gpkg'), at('pkgdir'), { recursive: true });
    for (const name of ['Packages', 'Packages.gz']) rmSync(at('pkgdir', name), { force: true });
    await make('changing', {}, at('pkgdir'));
    const reader = new MatrixReader(at('changing'));
    const first = await reader.read();
    expect((await reader.read()).ebins.map((one, index) => one === first.ebins[index])).toEqual([
      ...[true, true, true],
    ]);
    rmSync(at('pkgdir/app-misc/ebindemo/ebindemo-1.0-7.gpkg.tar'));
    writeFileSync(at('pkgdir/dev-libs/demolib/demolib-1.3-1.gpkg.tar'), 'no package');
    await make('changing', {}, at('pkgdir'));
    const second = await reader.read();
    expect(second.ebins[0]?.facts.rows).toHaveLength(7);
    // what is refused stays as it was published
    expect(second.ebins[2]?.facts).toEqual(first.ebins[2]?.facts);
    expect(second.refused.map(({ cpv, diagnostics }) => [cpv, diagnostics[0]?.code])).toEqual([
      ['dev-libs/demolib-1.3', 'EBN001'],
    ]);
    const look = new EbinRepositories(() => [
      { name: 'changing', folder: at('changing'), takesRequests: true },
    ]);
    const list = ebinListSchema.parse(await look.list('changing'));
    expect(list).toMatchObject({ takesRequests: true, refused: [{ cpv: 'dev-libs/demolib-1.3' }] });
    expect(await look.repositories()).toEqual([
      { repository: 'changing', ebins: 3, refused: 1, keptBytes: list.keptBytes },
    ]);
    const matrix = ebinMatrixSchema.parse(
      await look.matrix('changing', 'app-misc/ebindemo-1.0', ['alpha', 'beta', '-doc']),
    );
    expect(matrix.choice?.state).toBe('missing');
    expect(JSON.stringify(matrix)).not.toContain(folder);
    await expect(look.list('other')).rejects.toMatchObject({ problem: { code: 'EBN084' } });
    await expect(look.matrix('changing', 'a/b-1', [])).rejects.toMatchObject({
      problem: { code: 'EBN095' },
    });
  });
});

describe('packmill ebin matrix', () => {
  it('shows a matrix as a table, and the same as JSON', async () => {
    const words = ['ebin', 'matrix', at('tree'), 'app-misc/ebinscript'];
    const [told, json] = await Promise.all([
      ask(process.execPath, [packmill, ...words]),
      ask(process.execPath, [packmill, '--json', ...words, '--use', 'nls']),
    ]);
    const lines = told.stdout.split('\n');
    expect(lines[0]).toContain('app-misc/ebinscript-2.0-r1: 5 built, 1 missing, 2 not allowed; ');
    expect(lines.filter((line) => line.startsWith('built'))).toHaveLength(5);
    expect(lines.filter((line) => line.startsWith('missing'))).toHaveLength(1);
    const [matrix] = ebinMatrixSchema.array().parse(JSON.parse(json.stdout));
    expect(matrix).toMatchObject({ filter: { on: ['nls'], off: [] }, counts: { built: 3, missing: 0 } });
  });
});

describe('packmill ebin serve', () => {
  let url = '';
  let server: Awaited<ReturnType<typeof startEbinServer>>;
  beforeAll(async () => {
    mkdirSync(at('tree/app-misc/linked'), { recursive: true });
    symlinkSync('/etc/passwd', at('tree/app-misc/linked/Manifest'));
    symlinkSync('/etc', at('tree/etc'));
    symlinkSync('/etc/passwd', at(`store/${'0'.repeat(32)}`));
    server = await startEbinServer({
      ...{ name: 'ebins', repository: at('tree'), store: at('store') },
      ...{ host: '127.0.0.1', port: 0 },
    });
    url = server.url;
  });
  afterAll(() => server.close());

  /** What curl gets: status, headers, body. */
  const curl = async (path: string, ...words: readonly string[]) => {
    const { stdout } = await ask('curl', ['-s', '--path-as-is', '-D', '-', ...words, `${url}${path}`]);
    const [head = '', ...body] = stdout.split('\r\n\r\n');
    const headers = new Map(
      head.split('\r\n').map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.split(': ')[1] ?? '']),
    );
    return { status: Number(head.split(' ')[1]), headers, body: body.join('\r\n\r\n') };
  };
  const objectOf = (): { path: string; size: number; sha512: string } => {
    const line = readFileSync(at('tree/dev-libs/demolib/Manifest'), 'utf8').split('\n')[0] ?? '';
    const [, , size = '', , , , sha512 = ''] = line.split(' ');
    const path = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6), sha512].join('/');
    return { path, size: Number(size), sha512 };
  };

  it('34, 35: sends objects in content-hash layout, with ranges, tags and HEAD', async () => {
    const { path, size, sha512 } = objectOf();
    const layout = await curl('/distfiles/layout.conf');
    expect([layout.status, layout.body]).toEqual([200, '[structure]\n0=content-hash SHA512 8:8:8\n']);
    const head = await curl(`/distfiles/${path}`, '-I');
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      ...[200, String(size), `"${sha512}"`],
    ]);
    expect(head.headers.get('content-type')).toBe('application/octet-stream');
    const piece = await curl(`/distfiles/${path}`, '-r', '4-9', '-o', at('piece'));
    expect([piece.status, piece.headers.get('content-range')]).toEqual([206, `bytes 4-9/${size}`]);
    expect(readFileSync(at('piece'))).toEqual(readFileSync(at('store', path)).subarray(4, 10));
    expect((await curl(`/distfiles/${path}`, '-r', `${size}-`)).status).toBe(416);
    expect((await curl(`/distfiles/${path}`, '-H', `If-None-Match: "${sha512}"`)).status).toBe(304);
    const fetcher = new Fetcher({ clock: systemClock, random: systemRandom, proxies: {} });
    await fetcher.download(`${url}/distfiles/${path}`, at('fetched'), {});
    expect(readFileSync(at('fetched'))).toEqual(readFileSync(at('store', path)));
  });

  it('sends files of the repository as text, and a tar of them that is a whole repository', async () => {
    const manifest = await curl('/trees/ebins/dev-libs/demolib/Manifest');
    expect(manifest.body).toBe(readFileSync(at('tree/dev-libs/demolib/Manifest'), 'utf8'));
    expect(manifest.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const xml = await curl('/trees/ebins/dev-libs/demolib/metadata.xml', '-I');
    expect(xml.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    expect(xml.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    const tar = await curl('/trees/ebins.tar', '-o', at('snapshot.tar'));
    expect([tar.status, tar.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    expect((await curl('/trees/ebins.tar', '-H', `If-None-Match: ${tar.headers.get('etag')}`)).status).toBe(
      304,
    );
    mkdirSync(at('unpacked'));
    execFileSync('tar', ['-xf', at('snapshot.tar'), '-C', at('unpacked')]);
    expect(await verify(at('unpacked'), { store: at('store') })).toMatchObject({ ebuilds: 3, problems: [] });
    expect(snapshotTree({ repository: at('unpacked') }).bytes).toEqual(readFileSync(at('snapshot.tar')));
    expect(execFileSync('tar', ['-tf', at('snapshot.tar')], { encoding: 'utf8' })).not.toMatch(
      /\.ebins|etc|linked\/Manifest/,
    );
  });

  it('has another version of a snapshot when a file is replaced, added or removed, and only then', () => {
    cpSync(at('subpackages'), at('copied'), { recursive: true });
    const version = () => treeVersion({ repository: at('copied') });
    const versions = [version()];
    expect(version()).toBe(versions[0]);
    writeFileSync(at('copied/app-misc/ebindemo/Manifest.new'), 'DIST\n');
    versions.push(version());
    renameSync(at('copied/app-misc/ebindemo/Manifest.new'), at('copied/app-misc/ebindemo/Manifest'));
    versions.push(version());
    rmSync(at('copied/metadata/md5-cache/dev-libs/demolib-1.3'));
    versions.push(version());
    expect(new Set(versions).size).toBe(4);
  });

  it.each([
    '/trees/ebins/../store/layout.conf',
    '/trees/ebins/..%2fstore%2flayout.conf',
    '/trees/ebins/%2e%2e/store/layout.conf',
    '/trees/ebins/app-misc/../../store/layout.conf',
    '/trees/ebins/.ebins/state.json',
    '/trees/ebins/app-misc/linked/Manifest',
    '/trees/ebins/etc/passwd',
    '/trees/ebins//etc/passwd',
    '/trees/ebins/app-misc',
    '/trees/ebins/app-misc/ebindemo/Manifest%00.xml',
    '/trees/other/profiles/repo_name',
    '/trees/other.tar',
    `/distfiles/${'0'.repeat(32)}`,
    `/distfiles/00/00/00/${'0'.repeat(128)}`,
    '/distfiles/index.jsonl',
    '/distfiles/.incoming',
    '/distfiles/../tree/profiles/repo_name',
  ])('shows nothing at %s', async (path) => {
    const { status, body } = await curl(path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ code: 'HTP004' });
  });

  it('serves the page, the matrices and counters, and takes nothing', async () => {
    const page = await curl('/ebins.html');
    expect(page.status).toBe(200);
    for (const [, asset] of page.body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
      expect((await fetch(url + asset)).status, asset).toBe(200);
    expect((await fetch(`${url}/`, { redirect: 'manual' })).headers.get('location')).toBe('/ebins.html');
    const api = `${url}/api/ebins/ebins/app-misc/ebindemo-1.0`;
    const matrix = ebinMatrixSchema.parse(await (await fetch(`${api}?use=alpha%20-doc`)).json());
    expect([matrix.counts.built, matrix.takesRequests]).toEqual([2, false]);
    expect((await fetch(`${api}?use=%24(id)`)).status).toBe(400);
    expect((await fetch(`${api}/requests`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${url}/api/ebins/ebins/no/such-1`)).status).toBe(404);
    // a client that hangs up with the last byte may not be counted: this one stays
    const range = await fetch(`${url}/distfiles/${objectOf().path}`, { headers: { range: 'bytes=4-9' } });
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 6]);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/packmill_ebin_requests_total\{kind="object",status="206"\} \d/);
    expect(text).toMatch(/packmill_ebin_sent_bytes_total\{kind="snapshot"\} \d{4,}/);
  });

  it('is a command that says where it listens, and ends when it is told to', async () => {
    const words = ['ebin', 'serve', at('tree'), '--store', at('store'), '--listen', '127.0.0.1:0'];
    const child = spawn(process.execPath, [packmill, '--json', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    const ended = new Promise((resolve) => child.once('exit', resolve));
    for await (const piece of child.stdout.setEncoding('utf8')) {
      told += piece;
      if (told.trimEnd().endsWith('}')) break;
    }
    const { distfiles } = JSON.parse(told) as { distfiles: string };
    expect(await (await fetch(`${distfiles}/layout.conf`)).text()).toContain('content-hash');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const wrong = ask(process.execPath, [packmill, 'ebin', 'serve', at('tree'), '--store', at('nowhere')]);
    await expect(wrong).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('EBN084') });
  });
});
