// `packmill demo ebins`: a folder of binary packages, one for each combination of USE flags, becomes a repository with one ebuild
// and a store in which equal content lies once; then again, when there is nothing to do; then after one more build. The first
// word is the folder to do it in.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type GenerateResult,
  generate,
  type PackageReport,
  selectNearest,
  verify,
} from '../src/ebin-repository/index.ts';
import { fail, say } from './demo-tools.ts';
import { described, makePkgdir } from './ebins/pkgdir.ts';

const here = dirname(fileURLToPath(import.meta.url));
const [given] = process.argv.slice(2);
const demo = given === undefined ? join(dirname(here), '.farm', 'demo-ebins') : resolve(given);
const [pkgdir, repo, store] = [join(demo, 'pkgdir'), join(demo, 'ebins'), join(demo, 'store')];
const { category, name, version, builds } = described();
const cpv = `${category}/${name}-${version}`;
const last = builds.length - 1;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const shown = (flags: readonly string[]): string => (flags.length === 0 ? '(none)' : flags.join(' '));

function prepare(): void {
  // a folder that somebody names is theirs: nothing in it is removed
  if (given === undefined) rmSync(demo, { recursive: true, force: true });
  else if (existsSync(demo) && readdirSync(demo).length > 0) fail(`'${demo}' is not empty`);
  mkdirSync(demo, { recursive: true });
}

async function make(folder: string, form: 'tree' | 'naive'): Promise<GenerateResult> {
  const options = { form, mirrors: ['https://binhost.example.org'] };
  const result = await generate({ pkgdirs: [pkgdir], atoms: [], repo: folder, store, options });
  for (const { severity, code, what } of result.problems) print(`${severity} ${code}: ${what}`);
  if (result.exit !== 0) fail('the package was refused');
  const written = (list: readonly { readonly action: string }[]): number =>
    list.filter(({ action }) => action === 'written').length;
  print(
    `images taken apart: ${result.split}; files written: ${written(result.files)}; objects written: ${written(result.objects)}`,
  );
  return result;
}

function reportOf(result: GenerateResult): PackageReport {
  return result.reports.find((one) => one.cpv === cpv) ?? fail(`nothing is known of ${cpv}`);
}

/** The first digits of the object that each combination has of each part: what looks the same is the same. */
function showTable({ table = [], distinct = {}, neutral = {}, missing = [] }: PackageReport): void {
  const parts = Object.keys(distinct);
  print(['combination'.padEnd(28), ...parts.map((part) => part.padEnd(16))].join(''));
  for (const row of table) {
    const cells = parts.map((part) => (row.parts[part]?.sha512.slice(0, 12) ?? '-').padEnd(16));
    print([shown(row.use).padEnd(28), ...cells].join('').trimEnd());
  }
  for (const [part, [objects, combinations]] of Object.entries(distinct))
    print(
      `${part}: ${objects} different contents for ${combinations} combinations; flags that never change it: ${shown(neutral[part] ?? [])}`,
    );
  print(`not built: ${missing.map((use) => `{${use.join(' ')}}`).join(' ')}`);
}

function showSizes({ table = [] }: PackageReport): void {
  const all = table.flatMap(({ parts }) => Object.values(parts));
  const once = new Map(all.map(({ sha512, size }) => [sha512, size]));
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0);
  const [each, shared] = [sum(all.map(({ size }) => size)), sum(once.values())];
  print(
    `bytes of objects: ${each} if each combination had its own, ${shared} in the store: ${(100 - (100 * shared) / each).toFixed(0)} % saved`,
  );
}

function addresses(folder: string): number {
  const text = readFileSync(join(folder, category, name, `${name}-${version}.ebuild`), 'utf8');
  return text.split('mirror://').length - 1;
}

/** What whoever sets these flags would download. */
function showChoice(report: PackageReport, wish: readonly string[]): void {
  const found = selectNearest(repo, [cpv], { '*': wish })[0] ?? fail(`${cpv} is not in the repository`);
  print(`wanted: ${wish.join(' ')}`);
  if (!found.isThere) print(`not built; the nearest that is: ${shown(found.nearest[0]?.use ?? [])}`);
  const use = found.isThere
    ? found.flags.filter((flag) => found.wanted.includes(flag))
    : (found.nearest[0]?.use ?? []);
  const row = report.table?.find((one) => [...one.use].sort().join() === [...use].sort().join());
  for (const [part, object] of Object.entries(row?.parts ?? {}))
    print(`  ${part}: ${object.name}, ${object.size} bytes`);
}

prepare();
say(`${last} combinations of ${cpv} are built and packed`);
await makePkgdir(pkgdir, { scratch: join(demo, 'work'), builds: [...builds.keys()].slice(0, last) });
for (const file of readdirSync(join(pkgdir, category, name)).sort()) print(file);

say('they become an ebuild and a store');
const first = reportOf(await make(repo, 'tree'));
showTable(first);
showSizes(first);
await make(join(demo, 'naive'), 'naive');
print(
  `addresses in SRC_URI: ${addresses(repo)}; with one chain for each combination: ${addresses(join(demo, 'naive'))}`,
);

say('the same again');
const again = await make(repo, 'tree');
if (again.split > 0 || again.files.some(({ action }) => action !== 'unchanged'))
  fail('the second run did something');
say('nothing to do: no image was read, no file changed');

say(`one more build: ${shown(builds[last]?.use ?? [])}`);
await makePkgdir(pkgdir, { scratch: join(demo, 'work') });
const more = await make(repo, 'tree');
if (more.split !== 1) fail(`${more.split} images were read for one build`);

say('what somebody gets who sets USE');
showChoice(reportOf(more), ['color', 'nls', '-doc', '-examples']);
showChoice(reportOf(more), ['-color', '-nls', '-doc', 'examples']);

say('all of it is proved once more, from what lies on disk');
const held = await verify(repo, { store });
if (held.problems.length > 0) fail(held.problems.map(({ what }) => what).join('\n'));
print(
  `${held.ebuilds} ebuild, ${held.combinations} combinations of its flags and of parts, ${held.objects} objects: all in order`,
);
say(`done. The repository stands at ${repo}, the store at ${store}`);
