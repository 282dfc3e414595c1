import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workshop } from './cage.ts';

const program = join(import.meta.dirname, '../../bin/packmill');

let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(() => workshop.remove());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function packmill(words: readonly string[], path = process.env['PATH'] ?? ''): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: path };
    execFile(process.execPath, [program, ...words], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

it('brings a cache in line, and finds nothing to do the second time', async () => {
  const tree = workshop.rulesKit();
  const entry = join(tree.folder, 'metadata/md5-cache/app-rules/names-2');
  const before = readFileSync(entry, 'utf8');
  rmSync(entry);
  const old = await packmill(['tree', 'cache', tree.folder, '--check']);
  expect(old).toMatchObject({
    code: 1,
    out: '24 ebuilds: 23 entries kept, 1 would be written, 0 would be removed, 0 ebuilds cannot be read\n',
  });
  expect(old.err).toContain(
    "EBD015 metadata/md5-cache/app-rules/names-2: the entry of 'app-rules/names-2' is missing or old",
  );
  const written = await packmill(['--json', 'tree', 'cache', tree.folder]);
  expect(JSON.parse(written.out)).toMatchObject({
    written: ['app-rules/names-2'],
    kept: 23,
    failed: [],
    problems: [],
  });
  expect(readFileSync(entry, 'utf8')).toBe(before);
  const again = await packmill(['tree', 'cache', tree.folder, '--check']);
  expect(again).toMatchObject({ code: 0, err: '' });
});

it('ends with 1 when an ebuild cannot be read, and writes the others', async () => {
  const tree = workshop.repository('kit', {
    'app-test/a/a-1.ebuild': 'EAPI=8\nDESCRIPTION="a"\nSLOT=0\n',
    'app-test/b/b-1.ebuild': 'EAPI=8\ninherit nothing\n',
  });
  const ran = await packmill(['tree', 'cache', tree.folder]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain(
    "error EBD004 app-test/b/b-1.ebuild:2: 'app-test/b-1' inherits 'nothing', which is nowhere",
  );
  expect(readFileSync(join(tree.folder, 'metadata/md5-cache/app-test/a-1'), 'utf8')).toContain(
    'DESCRIPTION=a\n',
  );
});

it('says what is missing without Portage, and for folders that are no repositories', async () => {
  const tree = workshop.rulesKit();
  const words = ['tree', 'cache', tree.folder, '--fresh', '--metadata-by', 'portage'];
  const none = await packmill(words, dirname(process.execPath));
  expect(none).toMatchObject({ code: 3, out: '' });
  expect(none.err).toContain("EBD016 'egencache' is not installed");
  const wrong = await packmill(['tree', 'cache', workshop.folder]);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('EBD013');
});

it('checks Manifests, dependencies and REQUIRED_USE on what ebuilds say, not on what the cache says', async () => {
  const good = 'EAPI=8\nDESCRIPTION="a"\nSLOT=0\nIUSE="x"\nREQUIRED_USE="x? ( x )"\n';
  const tree = workshop.repository('kit', {
    'profiles/categories': 'app-test\n',
    'metadata/layout.conf': 'masters =\nthin-manifests = true\n',
    'app-test/a/a-1.ebuild': good,
  });
  expect(await packmill(['tree', 'check', tree.folder])).toMatchObject({
    code: 0,
    out: '1 ebuilds: 0 errors, 0 warnings\n',
    err: '',
  });
  await packmill(['tree', 'cache', tree.folder]);
  const bad = `${good}RDEPEND="dev-libs/foo-1 y? ( a/b )"\nSRC_URI="https://host.example/a.tar"\nREQUIRED_USE="x? ("\n`;
  writeFileSync(join(tree.folder, 'app-test/a/a-1.ebuild'), bad);
  const ran = await packmill(['--json', 'tree', 'check', tree.folder]);
  expect(ran.code).toBe(1);
  const { problems } = JSON.parse(ran.out) as { problems: { code: string }[] };
  expect(problems.map(({ code }) => code).sort()).toEqual(['EBD015', 'PMS020', 'PMS030', 'PMS052']);
});
