// `packmill demo python`: the symbols of the standard library, of distributions that this machine has, and of a small module of the
// example are built, asked for and counted; again, when there is nothing to do; after one distribution was touched; and after the
// module was edited. The first word is the folder to do it in. PACKMILL_DEMO_TOPLEVELS may name the modules of the standard library
// that are enough.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, say } from './demo-tools.ts';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(dirname(here), 'bin', 'packmill');
const [given] = process.argv.slice(2);
const demo = given === undefined ? join(dirname(here), '.farm', 'demo-python') : resolve(given);
const example = join(here, 'python');
const site = join(demo, 'site');
const started = performance.now();

interface Example {
  readonly distributions: readonly string[];
  readonly questions: readonly string[];
  readonly touched: string;
}
const { distributions, questions, touched } = JSON.parse(
  readFileSync(join(example, 'distributions.json'), 'utf8'),
) as Example;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs packmill in the folder as a person would, showing the command; returns what it prints. */
function packmill(...words: readonly string[]): string {
  print(`$ packmill ${words.filter((word) => word !== '--json').join(' ')}`);
  const done = spawnSync(process.execPath, [program, ...words], { cwd: demo, encoding: 'utf8' });
  if (done.status !== 0) fail(`it ended with ${done.status ?? done.signal}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Where Python looks for distributions of this machine, and the versions of those that it has. */
function machineHas(): { readonly sites: readonly string[]; readonly versions: Record<string, string> } {
  const script = `
import importlib.metadata, json, sys
found, sites = {}, set()
for name in sys.argv[1:]:
    try:
        one = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    found[name] = one.version
    sites.add(str(one.locate_file("")))
print(json.dumps({"sites": sorted(sites), "versions": found}))`;
  return JSON.parse(run('/usr/bin/python3', ['-c', script, ...distributions])) as ReturnType<
    typeof machineHas
  >;
}

interface BuildEnd {
  readonly made: readonly string[];
  readonly current: number;
  readonly failures: readonly { readonly target: string; readonly what: string }[];
}

/** Builds; shows what was made, below the name of each distribution or by itself. */
function build(sites: readonly string[]): readonly string[] {
  const from = performance.now();
  const words = sites.flatMap((path) => ['--site', path]);
  const text = packmill('--json', 'py', 'build', '-k', '-j', String(availableParallelism()), ...words);
  const { made, current, failures } = JSON.parse(text) as BuildEnd;
  const groups = new Map<string, string[]>();
  for (const target of made) {
    const [, kind, stem] =
      /^build\/(.+)\/([^/]+__[^/]+?)\.(?:valid\.json|json\.gz|json|image)$/.exec(target) ?? [];
    const [group, what] = stem === undefined || kind === undefined ? ['all', target] : [stem, kind];
    groups.set(group, [...(groups.get(group) ?? []), what.replace(/^build\//, '')]);
  }
  for (const [group, targets] of groups) print(`  ${group.padEnd(20)} ${targets.join(' ')}`);
  for (const { target, what } of failures) print(`  ${target}: ${what}`);
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  print(`${made.length} made, ${current} up to date, ${failures.length} failed (${seconds} s)`);
  if (failures.length > 0) fail('something could not be built');
  return made;
}

const ask = (path: string): void => {
  const lines = packmill('py', 'query', path).split('\n');
  const most = 12;
  print([...lines.slice(0, most), ...(lines.length > most ? ['  ...'] : [])].join('\n').trimEnd());
};

/** Whether a target belongs to one distribution alone. */
const isOf =
  (stem: string) =>
  (target: string): boolean =>
    target.includes(`/${stem}.`);

/** What is read anew whenever a distribution was made, to find that nothing has changed. */
const merges = ['argspecs', 'symgraphs', 'symtypes'].map((kind) => `build/${kind}.json`);

function touch(path: string): void {
  print(`$ touch ${path}`);
  const now = new Date();
  utimesSync(join(demo, path), now, now);
}

// a folder that somebody names is theirs: nothing in it is removed
if (given === undefined) rmSync(demo, { recursive: true, force: true });
else if (existsSync(demo) && readdirSync(demo).length > 0) fail(`'${demo}' is not empty`);
mkdirSync(demo, { recursive: true });

say('what this machine has is listed, and everything on the list is selected');
cpSync(join(example, 'site'), site, { recursive: true });
const { sites, versions } = machineHas();
const missing = distributions.filter((name) => versions[name] === undefined);
if (missing.length > 0) print(`left out, since this machine does not have them: ${missing.join(', ')}`);
const list = [...Object.entries(versions), ['greetings', '1.0']].map((words) => words.join('=='));
writeFileSync(join(demo, 'pip-packages'), `${list.join('\n')}\n`);
print(`pip-packages: ${list.join(' ')}`);
process.stdout.write(packmill('py', 'setup'));
print('$ cp -p -u dockerfiles/all/* dockerfiles/build/');
for (const name of readdirSync(join(demo, 'dockerfiles/all')))
  run('cp', ['-p', '-u', join(demo, 'dockerfiles/all', name), join(demo, 'dockerfiles/build/')]);
const few = process.env['PACKMILL_DEMO_TOPLEVELS'];
if (few !== undefined) {
  const file = join(demo, 'dockerfiles/build/builtin-stdlib__3');
  const words = few.split(' ').map((name) => `, "${name}"`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\]\n?$/, `, "--toplevel"${words.join('')}]\n`));
}

print('corpora: what a corpus of code tells of some of them (docs/python-corpora.md)');
cpSync(join(example, 'corpora'), join(demo, 'corpora'), { recursive: true });

say('each is explored in a sandbox without network; datafiles and a manifest are made of what is found');
const first = build([site, ...sites]);

say('questions are answered from the manifest');
for (const path of questions.filter((path) => !missing.some((name) => path.startsWith(`${name}.`))))
  ask(path);

say('how much is known of each distribution');
process.stdout.write(packmill('py', 'coverage', 'build/rawgraph'));

say('the same again');
if (build([site, ...sites]).length > 0) fail('the second run made something');

if (versions[touched] !== undefined) {
  say(`${touched} is touched: its targets are made anew, and no other`);
  const stem = `${touched}__${versions[touched]}`.toLowerCase();
  touch(`dockerfiles/build/${stem}`);
  const made = build([site, ...sites]);
  const wrong = made.filter((target) => !isOf(stem)(target) && !merges.includes(target));
  const left = [...first.filter(isOf(stem)), ...merges].filter((target) => !made.includes(target));
  if (wrong.length + left.length > 0) fail(`too much: ${wrong.join(' ')}; too little: ${left.join(' ')}`);
  print('what came out the same makes nothing behind it anew: the manifest stays');
}

say('greetings is edited: a parameter of greet() gets another name, and farewell() goes');
const graph = join(demo, 'build/rawgraph/greetings__1.0.valid.json');
copyFileSync(graph, join(demo, 'before.json'));
const file = join(site, 'greetings.py');
const text = readFileSync(file, 'utf8').replaceAll('polite', 'formal');
writeFileSync(file, text.slice(0, text.indexOf('\n\ndef farewell')));
const isMine = isOf('greetings__1.0');
const others = build([site, ...sites]).filter((target) => /__/.test(target) && !isMine(target));
if (others.length > 0) fail(`others were made, too: ${others.join(' ')}`);
ask('greetings.greet');

say('what that breaks for those who use it');
process.stdout.write(packmill('py', 'diff', 'before.json', 'build/rawgraph/greetings__1.0.valid.json'));

const seconds = ((performance.now() - started) / 1000).toFixed(1);
say(`done in ${seconds} s. The manifest is ${join(demo, 'build/manifest.json')}`);
