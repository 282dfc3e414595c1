import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { Shell } from '../../src/cli/shell.ts';
import { publication, publisher, sha256 } from './made.ts';

let root: string;
let mirror: string;
let home: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'packmill-mirror-commands-'));
  mirror = join(root, 'mirror');
  home = join(mirror, '1.4/x86-64bit/core2_64');
  for (const version of ['2026-01-01', '2026-01-02', '2026-01-03'])
    await publisher().publish(publication(root, { target: 'stage3', version, text: version }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command in this process; a problem is thrown. */
async function run(...words: readonly string[]): Promise<{ readonly code: number; readonly json: never }> {
  let out = '';
  const shell = new Shell({
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    outGone: new AbortController().signal,
    outIsTerminal: false,
    errIsTerminal: false,
    errCanRewrite: false,
    columns: () => 80,
    rows: () => 24,
    flush: async () => undefined,
  });
  // no farm of this machine may lend its key
  const argv = ['--farm', root, '--json', 'stage', ...words];
  const program = await createProgram(shell, argv);
  await program.parseAsync(argv, { from: 'user' });
  return { code: shell.exitCode, json: JSON.parse(out) as never };
}

it('list and verify tell what there is, and verify ends with 1 when something is wrong', async () => {
  const { json } = await run('mirror', 'list', mirror, '--states');
  const [subarch] = (json as { subarches: { versions: object[]; states: object[]; visible: number }[] })
    .subarches;
  expect([subarch?.versions.length, subarch?.states.length, subarch?.visible]).toEqual([3, 3, 3]);
  expect(await run('mirror', 'verify', mirror)).toMatchObject({
    code: 0,
    json: { artifacts: 3, problems: [] },
  });
  const path = join(home, '2026-01-02/stage3-core2_64-1.4-2026-01-02.tar.xz.hash.txt');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, 'sha256 none\n');
  expect(await run('mirror', 'verify', mirror)).toMatchObject({
    code: 1,
    json: { problems: [{ code: 'SMI003' }] },
  });
  writeFileSync(path, text);
});

it('rollback shows the links of an earlier state, and clean removes only with --apply and never what a link names', async () => {
  await run('mirror', 'rollback', home, '1');
  expect(readFileSync(join(home, 'stage3-latest.tar.xz'), 'utf8')).toBe('2026-01-01');
  const said = await run('mirror', 'clean', mirror, '--keep', '1');
  expect(said.json).toMatchObject({
    removed: false,
    removals: [{ path: join(home, '2026-01-02'), kind: 'build' }],
  });
  expect(existsSync(join(home, '2026-01-02'))).toBe(true);
  expect((await run('mirror', 'clean', mirror, '--keep', '1', '--apply')).json).toMatchObject({
    removed: true,
  });
  expect(existsSync(join(home, '2026-01-02'))).toBe(false);
  expect((await run('mirror', 'clean', mirror, '--keep', '1')).json).toMatchObject({ removals: [] });
});

it('a seed that is taken in makes its subarch one that is due, when it is old', async () => {
  expect(await run('next', mirror)).toEqual({ code: 1, json: null });
  const seed = join(root, 'seed.tar.xz');
  writeFileSync(seed, 'seed');
  const place = '1.4/x86-64bit/generic_64/2020-01-01';
  await expect(run('seed', 'import', seed, mirror, place)).rejects.toThrow(/^SMI007 /);
  await expect(run('seed', 'import', seed, mirror, '1.4/x', '--sha256', 'x')).rejects.toThrow(/^CLI001 /);
  const { json } = await run('seed', 'import', seed, mirror, place, '--sha256', sha256('seed'));
  expect(json).toEqual({ path: join(mirror, place, 'stage3-generic_64-1.4-2020-01-01.tar.xz') });
  expect(await run('next', mirror)).toMatchObject({
    code: 0,
    json: { why: 'stale', candidate: { subarch: 'generic_64' } },
  });
});

it('import takes another mirror over and ends with 1 when something is left out', async () => {
  const other = join(root, 'other');
  const all = await run('mirror', 'import', mirror, other);
  expect(all).toMatchObject({ code: 0, json: { artifacts: 3, problems: [] } });
  const folder = join(mirror, '1.4/x86-64bit/p4/1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'stage3-p4-1.4-1.tar.xz'), 'x');
  expect(await run('mirror', 'import', mirror, other)).toMatchObject({
    code: 1,
    json: { problems: [{ code: 'SMI003' }] },
  });
  expect(await run('mirror', 'import', mirror, other, '--unproven')).toMatchObject({ code: 0 });
});
