// Metadata of ebuilds: a repository read whole, read again with nothing changed, and with one ebuild changed, beside the
// least that any Bash program needs (one fork for each ebuild), and beside egencache when PACKMILL_PORTAGE names a checkout
// of Portage. PACKMILL_TREE names a repository to take instead of the one that is made here.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type MetadataCage,
  type MetadataRow,
  openTree,
  type ReadsMetadata,
  readByPortage,
  type TreeMetadata,
  treeMetadata,
  writeCache,
} from '../src/ebuilds/index.ts';
import { printCacheEntry } from '../src/formats/gentoo/index.ts';
import { machine, systemClock } from '../src/host/index.ts';
import { BubblewrapDriver } from '../src/sandbox/bubblewrap/index.ts';

const rounds = 3;
const ebuilds = 600;
const eclasses = 12;

/** Prints medians in milliseconds, for the whole and for each ebuild. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-metadata-'));
  try {
    const tree = join(folder, 'tree');
    const given = process.env['PACKMILL_TREE'];
    if (given === undefined) fill(tree);
    else cpSync(given, tree, { recursive: true, filter: (path) => !/\/(\.git|md5-cache)$/.test(path) });
    await measure(folder, tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(tree: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  write('profiles/repo_name', 'bench\n');
  write('profiles/categories', 'app-bench\n');
  write('metadata/layout.conf', 'masters =\nthin-manifests = true\n');
  for (let index = 0; index < eclasses; index += 1) {
    const functions = Array.from(
      { length: 20 },
      (_, n) =>
        `# @FUNCTION: e${index}_f${n}\n# @DESCRIPTION:\n# Number ${n}.\ne${index}_f${n}() {\n\tlocal one two=\${1}\n\tfor one in "\${@}"; do\n\t\tcase \${one} in\n\t\t\t-*) [[ \${two} == *\${one}* ]] && two=\${two/x/y} ;;\n\t\t\t*) two+=" \${one}" ;;\n\t\tesac\n\tdone\n\techo "\${two}"\n}\n`,
    );
    const needs = index === 0 ? '' : `inherit bench${index - 1}\n`;
    write(
      `eclass/bench${index}.eclass`,
      `[[ -n \${_BENCH${index}} ]] && return 0\n_BENCH${index}=1\n${needs}IUSE="flag${index}"\nBDEPEND="dev-build/tool${index}"\n${functions.join('')}RDEPEND="dev-libs/lib${index}:$(e${index}_f0 0 ${index})"\n`,
    );
  }
  for (let index = 0; index < ebuilds; index += 1) {
    write(
      `app-bench/pkg${index}/pkg${index}-1.${index}.ebuild`,
      `EAPI=8\n\ninherit bench${index % eclasses}\n\nDESCRIPTION="number ${index}"\nHOMEPAGE="https://host.example/"\nSRC_URI="https://host.example/\${P}.tar.xz"\nLICENSE="MIT"\nSLOT="$(ver_cut 1)"\nKEYWORDS="~amd64"\nsrc_compile() {\n\t:\n}\n`,
    );
  }
}

interface Timed {
  readonly ms: number;
  readonly result: TreeMetadata;
}

async function timed(work: () => Promise<TreeMetadata>): Promise<Timed> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

async function median(work: () => Promise<TreeMetadata>): Promise<Timed> {
  const all: Timed[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await timed(work));
  return all.sort((a, b) => a.ms - b.ms)[Math.floor(rounds / 2)] as Timed;
}

async function measure(folder: string, path: string): Promise<void> {
  const tree = openTree(path);
  const own = join(folder, 'sandbox');
  mkdirSync(own);
  const sandbox = new BubblewrapDriver({ folder: own, hidden: [] });
  const workers = machine.processors();
  const scratch = join(folder, 'scratch');
  const by: MetadataCage = { sandbox, root: { kind: 'host' }, scratch, workers, clock: systemClock };
  const cold = await median(() => treeMetadata({ tree, by, fresh: true }));
  await writeCache(path, cold.result.rows, { prune: true });
  const warm = await median(() => treeMetadata({ tree, by }));
  const changed = cold.result.rows.find(({ entry }) => entry)?.ebuild.path ?? '';
  appendFileSync(join(path, changed), '# changed\n');
  const one = await median(() => treeMetadata({ tree, by }));
  const count = cold.result.rows.length;
  console.log(`${count} ebuilds, ${workers} processors, load ${loadavg()[0]?.toFixed(1)}`);
  row('read whole', cold.ms, count);
  row('nothing changed', warm.ms, count);
  row('one changed', one.ms, count);
  row('one fork each, in one Bash', forkMs(count), count);
  const portage = process.env['PACKMILL_PORTAGE'];
  if (portage === undefined) return console.log('egencache: set PACKMILL_PORTAGE to a checkout of Portage');
  runFrom(portage, folder);
  const theirs: ReadsMetadata = (wish) =>
    readByPortage({ ...wish, scratch: join(folder, 'portage'), workers });
  const { ms, result } = await timed(() => treeMetadata({ tree, by: theirs, fresh: true }));
  row('egencache', ms, count);
  const text = ({ entry }: MetadataRow): string => (entry ? printCacheEntry(entry) : '');
  const entries = new Map(result.rows.map((one) => [one.ebuild.id, text(one)]));
  const again = await treeMetadata({ tree, by, fresh: true });
  const same = again.rows.filter((one) => entries.get(one.ebuild.id) === text(one)).length;
  console.log(
    `times faster than egencache: ${(ms / cold.ms).toFixed(1)}; the same entry: ${same} of ${count}`,
  );
}

function row(what: string, ms: number, count: number): void {
  console.log(
    `${what.padEnd(28)} ${ms.toFixed(0).padStart(8)} ms ${(ms / count).toFixed(2).padStart(8)} ms each`,
  );
}

function forkMs(count: number): number {
  const start = performance.now();
  spawnSync('bash', ['-c', `for ((i = 0; i < ${count}; i++)); do x=$(:); done`]);
  return performance.now() - start;
}

/** Portage runs from a checkout; its programs ask for `python`. */
function runFrom(portage: string, folder: string): void {
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  symlinkSync('/usr/bin/python3', join(tools, 'python'));
  if (!existsSync(join(portage, '.portage_not_installed')))
    throw new Error(
      `'${portage}' needs an empty file '.portage_not_installed' to run without being installed`,
    );
  process.env['PATH'] = `${tools}:${portage}/bin:${process.env['PATH'] ?? ''}`;
}
