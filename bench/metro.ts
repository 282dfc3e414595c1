import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMetro, memoryFiles, type Program, Workspace } from '../src/formats/metro/index.ts';
import { median } from './measure/figures.ts';

const packmill = join(import.meta.dirname, '../bin/packmill');
const checkout = process.env['PACKMILL_METRO'];

/** Elements in chains of 50, each made of the one before. */
function chains(count: number): string {
  const lines: string[] = [];
  for (let chain = 0; chain < count / 50; chain += 1) {
    lines.push(`[section chain${chain}]`, `e0: start of chain ${chain}`);
    for (let at = 1; at < 50; at += 1) lines.push(`e${at}: $[chain${chain}/e${at - 1}] ${at}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Loads a file and works every element out; milliseconds, and the elements that have a value. */
function workOut(text: string): { readonly ms: number; readonly values: number } {
  const files = memoryFiles(new Map([['x', text]]));
  const start = performance.now();
  const program = loadMetro({ root: 'x', files }).program as Program;
  const values = program.names().filter((name) => program.value(name)?.kind === 'single').length;
  return { ms: performance.now() - start, values };
}

/** Milliseconds of one run of a command, and what it said on standard error. */
function commandOnce(
  program: string,
  words: readonly string[],
): { readonly ms: number; readonly err: string } {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, words, { maxBuffer: 1 << 28, encoding: 'utf8' });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`'${program}' ends with ${status}: ${stderr}`);
  return { ms, err: stderr };
}

/** What the reference is run with: parse and evaluate, as JSON on standard output, its own milliseconds on the other. */
const referenceScript = `
import json, sys, time
sys.path.insert(0, sys.argv[1] + '/modules')
sys.dont_write_bytecode = True
import flexdata
start = time.perf_counter()
program = flexdata.collection()
program.collect(sys.argv[2], None)
program.runCollector()
values = {name: program[name] for name in program.keys()}
print((time.perf_counter() - start) * 1000, file=sys.stderr)
json.dump(values, sys.stdout)
`;

/** In a process of its own, so that nothing is warm: milliseconds, and the most memory that it had, in MiB. */
function inFreshProcess(file: string): { readonly ms: number; readonly mebibytes: number } {
  const script = `
    const { readFileSync } = await import('node:fs');
    const { workOut } = await import(${JSON.stringify(import.meta.filename)});
    const { ms } = workOut(readFileSync(${JSON.stringify(file)}, 'utf8'));
    console.log(JSON.stringify({ ms, mebibytes: process.resourceUsage().maxRSS / 1024 }));`;
  const words = ['--max-semi-space-size=32', '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function editTimes(text: string): { readonly median: number; readonly worst: number } {
  const workspace = new Workspace({ root: 'x', files: memoryFiles(new Map([['x', text]])) });
  const times: number[] = [];
  for (let edit = 0; edit < 300; edit += 1) {
    const now = workspace.program?.files.get('x')?.file.text ?? '';
    const at = now.indexOf(`start of chain ${edit}`);
    const insert = edit % 3 === 2 ? '$[nowhere:lax]' : 'x';
    const start = performance.now();
    workspace.edit('x', { from: at, to: at, text: insert });
    workspace.problems();
    times.push(performance.now() - start);
  }
  // the first ones are made before the machine has compiled anything
  const later = times.slice(50);
  return { median: median(later), worst: Math.max(...later) };
}

export { workOut };

/**
 * The Metro language: 20,000 elements in chains of 50 beside the reference (PACKMILL_METRO names a checkout of it), in the process and
 * as a whole command; a million elements with their memory; and edits as the language server sees them.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-metro-'));
  try {
    const file = join(folder, 'chains.conf');
    writeFileSync(file, chains(20_000));
    const text = readFileSync(file, 'utf8');
    const ours = measure({ folder, file, text });
    report(ours);
    const million = join(folder, 'million.conf');
    writeFileSync(million, chains(1_000_000));
    const { ms, mebibytes } = inFreshProcess(million);
    console.log(`1,000,000 elements, cold          ${ms.toFixed(0)} ms, at most ${mebibytes.toFixed(0)} MiB`);
    const edits = editTimes(text);
    console.log(
      `one edit among 20,000 elements    ${edits.median.toFixed(2)} ms, at worst ${edits.worst.toFixed(2)} ms`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly fresh: number;
  readonly warm: number;
  readonly command: number;
  /** Of the reference: within its process, and as a command; undefined without a checkout. */
  readonly inside: number | undefined;
  readonly whole: number | undefined;
}

const rounds = 9;

/** The best of nine rounds; both sides take turns, so that what else the machine does is shared. */
function measure({ folder, file, text }: { folder: string; file: string; text: string }): Measured {
  const script = join(folder, 'reference.py');
  writeFileSync(script, referenceScript);
  const best = { fresh: Infinity, warm: Infinity, command: Infinity, inside: Infinity, whole: Infinity };
  for (let round = 0; round < rounds; round += 1) {
    best.fresh = Math.min(best.fresh, inFreshProcess(file).ms);
    for (let again = 0; again < 5; again += 1) best.warm = Math.min(best.warm, workOut(text).ms);
    best.command = Math.min(best.command, commandOnce(packmill, ['metro', 'dump', file, '--json']).ms);
    if (checkout === undefined) continue;
    const { ms, err } = commandOnce('python3', [script, checkout, file]);
    best.inside = Math.min(best.inside, Number(err));
    best.whole = Math.min(best.whole, ms);
  }
  if (checkout === undefined) return { ...best, inside: undefined, whole: undefined };
  return best;
}

function report({ fresh, warm, command, inside, whole }: Measured): void {
  console.log(`20,000 elements in process, cold  ${fresh.toFixed(1)} ms`);
  console.log(`20,000 elements in process, warm  ${warm.toFixed(1)} ms`);
  console.log(`20,000 elements, whole command    ${command.toFixed(0)} ms`);
  if (inside === undefined || whole === undefined) {
    console.log('beside the reference: set PACKMILL_METRO to a checkout of it');
    return;
  }
  const ratio = (theirs: number, mine: number): string => `${(theirs / mine).toFixed(1)} x`;
  console.log(
    `the reference in process          ${inside.toFixed(0)} ms: ${ratio(inside, fresh)} cold, ${ratio(inside, warm)} warm`,
  );
  console.log(`the reference as a command        ${whole.toFixed(0)} ms: ${ratio(whole, command)}`);
}
