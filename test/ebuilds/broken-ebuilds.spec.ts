import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MetadataCage, type MetadataRow, treeMetadata } from '../../src/ebuilds/index.ts';
import { Workshop } from './cage.ts';

const plain = 'EAPI=8\nDESCRIPTION="plain"\nSLOT="0"\n';

/** Ebuilds that go wrong, each with its code, a part of what is said, and the line. */
const broken: Readonly<
  Record<string, { text: string; code: string; what: RegExp; line?: number; file?: string }>
> = {
  'syntax error': { text: 'EAPI=8\nif true; then\n', code: 'EBD001', what: /cannot be read/, line: 3 },
  'a quote that is not closed': {
    text: 'EAPI=8\nSLOT="0\n',
    code: 'EBD001',
    what: /cannot be read/,
    line: 2,
  },
  'a last command that fails': {
    text: 'EAPI=8\nSLOT=0\nfalse\n',
    code: 'EBD001',
    what: /ends with status 1/,
  },
  'a pattern without a file': {
    text: 'EAPI=6\nX=1\necho /nonexistent/*\n',
    code: 'EBD001',
    what: /read/,
    line: 3,
  },
  die: { text: 'EAPI=8\n\ndie "no way"\n', code: 'EBD002', what: /dies: no way/, line: 3 },
  'die in a subshell whose failure nobody looks at': {
    text: 'EAPI=8\nX=$(die "down there") || true\nSLOT=0\n',
    code: 'EBD002',
    what: /dies: down there/,
    line: 2,
  },
  'die in a function of an eclass': {
    text: 'EAPI=8\ninherit picky\npicky\n',
    code: 'EBD002',
    what: /dies: picky is picky/,
    file: 'eclass/picky.eclass',
    line: 2,
  },
  'assert after a pipe that fails': {
    text: 'EAPI=8\nfalse | true\nassert "pipe"\n',
    code: 'EBD002',
    what: /pipe/,
    line: 3,
  },
  'a program': {
    text: 'EAPI=8\nX=$(sed -e s/a/b/ <<< a) || true\nSLOT=0\n',
    code: 'EBD003',
    what: /program 'sed'/,
    line: 2,
  },
  'a command of phases': {
    text: 'EAPI=8\nif use foo; then X=1; fi\n',
    code: 'EBD003',
    what: /calls 'use' outside/,
    line: 2,
  },
  'ver_cut before EAPI 7': { text: 'EAPI=6\nX=$(ver_cut 1)\n', code: 'EBD003', what: /'ver_cut'/, line: 2 },
  'hasq in EAPI 8': { text: 'EAPI=8\nhasq a b || X=1\n', code: 'EBD003', what: /'hasq'/, line: 2 },
  'a range that is none': { text: 'EAPI=8\nX=$(ver_cut x)\n', code: 'EBD002', what: /no range/, line: 2 },
  'an eclass that is nowhere': {
    text: 'EAPI=8\ninherit nowhere\n',
    code: 'EBD004',
    what: /inherits 'nowhere'/,
    line: 2,
  },
  'an eclass with a syntax error': {
    text: 'EAPI=8\ninherit torn\n',
    code: 'EBD001',
    what: /eclass 'torn'/,
    file: 'eclass/torn.eclass',
    line: 3,
  },
  'an eclass that inherits itself': {
    text: 'EAPI=8\ninherit circle\n',
    code: 'EBD002',
    what: /without end/,
    file: 'eclass/circle.eclass',
    line: 1,
  },
  'an eclass that exports what it lacks': {
    text: 'EAPI=8\ninherit liar\n',
    code: 'EBD002',
    what: /no liar_src_test/,
    line: 2,
  },
  'EXPORT_FUNCTIONS in an ebuild': {
    text: 'EAPI=8\nEXPORT_FUNCTIONS src_test\n',
    code: 'EBD002',
    what: /for eclasses/,
    line: 2,
  },
  'an EAPI that nobody knows': { text: 'EAPI=8-kit\nSLOT=0\n', code: 'EBD005', what: /EAPI '8-kit'/ },
  'an EAPI that changes': {
    text: 'EAPI=8\nSLOT=0\nEAPI=7\n',
    code: 'EBD006',
    what: /EAPI 7, and its first line says 8/,
  },
  'an EAPI that comes late': {
    text: 'SLOT=0\nEAPI=8\n',
    code: 'EBD006',
    what: /EAPI 8, and its first line says 0/,
  },
  'an endless loop': { text: 'EAPI=8\nwhile :; do :; done\n', code: 'EBD007', what: /takes too long/ },
  'an endless loop that does not hear signals': {
    text: "EAPI=8\ntrap '' XCPU TERM\nwhile :; do :; done\n",
    code: 'EBD007',
    what: /takes too long|does not come to its end/,
  },
  'waiting for ever': {
    text: 'EAPI=8\nread -r X <> <(:)\nread -r X < <(while :; do read -t 100 Y <> <(read -t 1000); done)\n',
    code: 'EBD007',
    what: /./,
  },
  'endless memory': {
    text: 'EAPI=8\nX=0123456789abcdef\nwhile :; do X+=$X; done\n',
    code: 'EBD007',
    what: /too much memory/,
  },
  'a file that stays': {
    text: 'EAPI=8\nSLOT=0\n: > /tmp/leftover\n',
    code: 'EBD008',
    what: /leaves files behind/,
  },
  exit: { text: 'EAPI=8\nSLOT=0\nexit 0\n', code: 'EBD009', what: /without metadata/ },
  'exec of a program': {
    text: 'EAPI=8\nSLOT=0\nexec /bin/echo hello\n',
    code: 'EBD009',
    what: /without metadata/,
  },
  'bytes that mean something': {
    text: "EAPI=8\nSLOT=0\nDESCRIPTION=$'a\\x1eb'\n",
    code: 'EBD009',
    what: /without metadata/,
  },
  'its shell killed': {
    text: 'EAPI=8\nkill -KILL $PPID\nkill -KILL $$\n',
    code: 'EBD009',
    what: /ends the shell/,
  },
};

let workshop: Workshop;
let rows: readonly MetadataRow[];
const labels = Object.keys(broken);

beforeAll(async () => {
  workshop = new Workshop();
  const files: Record<string, string> = {
    'eclass/picky.eclass': 'picky() {\n  die "picky is picky"\n}\n',
    'eclass/torn.eclass': 'X=1\nif true; then\n',
    'eclass/circle.eclass': 'inherit circle\n',
    'eclass/liar.eclass': 'EXPORT_FUNCTIONS src_test\n',
    'app-test/plain/plain-999.ebuild': plain,
  };
  // one that is fine before and behind each of them
  for (const [index, label] of labels.entries()) {
    files[`app-test/broken/broken-${index}.ebuild`] = broken[label]?.text ?? '';
    files[`app-test/broken/broken-${index}-r1.ebuild`] = plain;
  }
  const tree = workshop.repository('broken', files);
  const limits = { processorSeconds: 1, silenceMs: 6_000, memoryBytes: 128 * 1024 * 1024 };
  ({ rows } = await treeMetadata({ tree, by: workshop.cage(limits) }));
});
afterAll(() => workshop.remove());

describe('an ebuild that cannot be read', () => {
  it.each(labels)('has a code, what and where: %s', (label) => {
    const { code, what, line, file } = broken[label] ?? { code: '', what: /^$/ };
    const path = `app-test/broken/broken-${labels.indexOf(label)}.ebuild`;
    const row = rows.find(({ ebuild }) => ebuild.path === path);
    expect(row?.entry).toBeUndefined();
    expect(row?.problems).toHaveLength(1);
    const [found] = row?.problems ?? [];
    expect(found).toMatchObject({ code, severity: 'error' });
    expect(found?.what).toMatch(what);
    expect(found?.place).toEqual({ file: file ?? path, ...(line === undefined ? {} : { line }) });
  });

  it('keeps no other from being read', () => {
    const fine = rows.filter(({ ebuild }) => !/broken-[0-9]+$/.test(ebuild.id));
    expect(fine).toHaveLength(labels.length + 1);
    for (const { ebuild, entry, problems } of fine) {
      expect(problems, ebuild.id).toEqual([]);
      expect(entry?.variables['DESCRIPTION'], ebuild.id).toBe('plain');
    }
  });

  it('leaves nothing on the machine', () => {
    expect(existsSync('/tmp/leftover')).toBe(false);
  });
});

describe('what one ebuild does', () => {
  it('is not there for the next one', async () => {
    const tree = workshop.repository('leaks', {
      'app-test/a/a-1.ebuild': `${plain}LEAK=1\nexport PATH=/usr/bin\nshopt -s nullglob\nset -f\nIFS=x\nfunction sneaky { :; }\nhas() { return 0; }\nreadonly SLOT\ntrap 'echo out' EXIT\nalias die=true\ncd /usr\n`,
      'app-test/b/b-1.ebuild': `EAPI=8\nDESCRIPTION="[\${LEAK}] [\${PATH}] [$(shopt nullglob)] [$-] [\${IFS@Q}] [$(type -t sneaky)] [$(has a b && echo yes)] [\${PWD}]"\nSLOT="0"\n`,
    });
    const cage = workshop.cage();
    const { rows: found } = await treeMetadata({ tree, by: { ...cage, workers: 1 } });
    const b = found.find(({ ebuild }) => ebuild.id === 'app-test/b-1');
    expect(b?.problems).toEqual([]);
    expect(b?.entry?.variables['DESCRIPTION']).toBe(
      "[] [/dev/null] [nullglob off] [hB] [$' \\t\\n'] [] [] [/]",
    );
  });

  it('is told as a warning when it prints, and its metadata is kept', async () => {
    const tree = workshop.repository('noisy', {
      'eclass/old.eclass': 'eqawarn "old.eclass is out of date"\n',
      'app-test/a/a-1.ebuild': `EAPI=8\ninherit old\n${plain}`,
    });
    const { rows: found } = await treeMetadata({ tree, by: workshop.cage() });
    expect(found[0]?.entry?.variables['DESCRIPTION']).toBe('plain');
    expect(found[0]?.problems).toMatchObject([
      { code: 'EBD010', severity: 'warning', what: "'app-test/a-1' prints: old.eclass is out of date" },
    ]);
  });
});

it('names files that are no ebuilds of their folder, and goes on', async () => {
  const tree = workshop.repository('names', {
    'app-test/a/a-1.ebuild': plain,
    'app-test/a/b-1.ebuild': plain,
    'app-test/a/a-latest.ebuild': plain,
  });
  const { rows: found, problems } = await treeMetadata({ tree, by: workshop.cage() });
  expect(found.map(({ ebuild }) => ebuild.id)).toEqual(['app-test/a-1']);
  expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
    ['PMS051', 'app-test/a/a-latest.ebuild'],
    ['PMS051', 'app-test/a/b-1.ebuild'],
  ]);
});

it('is EBD012 when Bash does not even begin', async () => {
  const tree = workshop.repository('shell-less', { 'app-test/a/a-1.ebuild': plain });
  const cage = workshop.cage();
  const sandbox: MetadataCage['sandbox'] = {
    ...cage.sandbox,
    makeFolder: (path) => cage.sandbox.makeFolder(path),
    removeFolder: (path) => cage.sandbox.removeFolder(path),
    run: (command, run) => cage.sandbox.run({ ...command, command: ['no-such-shell'] }, run),
  };
  await expect(treeMetadata({ tree, by: { ...cage, sandbox } })).rejects.toMatchObject({
    problem: { code: 'EBD012' },
  });
});
