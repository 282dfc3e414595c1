import { basename, dirname } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import {
  appendToFile,
  contentDigest,
  ensureFolder,
  pathKind,
  readStamp,
  removeEmptyFolder,
  removeTree,
  renameEntry,
  stampKinds,
  stampWidth,
  systemRandom,
  writeWhole,
} from '../host/index.ts';
import type { Journal } from './journal.ts';
import type { Judge } from './judge.ts';
import type { Look } from './look.ts';
import type { Record } from './record.ts';
import type { Rules } from './rules.ts';

export interface Workshop {
  readonly rules: Rules;
  readonly record: Record;
  readonly look: Look;
  readonly judge: Judge;
  readonly journal: Journal;
  readonly root: string;
  /** Folder for what is being made, on the file system of the outputs. */
  readonly making: string;
  readonly mode: 'content' | 'time';
  readonly signal: AbortSignal;
}

/** Lines of a log that are kept for a report of a failure. */
const tailLines = 12;

/**
 * Makes a target: all outputs in a folder of its own first, then each to its place in one step. An output with the content that is
 * there already stays untouched. Says which files have changed. `tail` gets the last lines of the log. Throws what the making throws,
 * INC006 for an output that was not made.
 */
export async function makeTarget(shop: Workshop, target: number, tail: string[]): Promise<readonly number[]> {
  const { rules, record, look, judge, root, signal } = shop;
  const rule = rules.targets[target];
  if (rule?.make === undefined) throw new Error(`target ${target} cannot be made`);
  const folder = `${shop.making}/${systemRandom.hex(8)}`;
  const staged = stagedPaths(folder, rule.outputs);
  const log = rule.log === undefined ? undefined : `${root}/${rule.log}`;
  if (log !== undefined) {
    ensureFolder(dirname(log));
    writeWhole(log, '');
  }
  const signs = await judge.inputSigns(target);
  try {
    await rule.make({
      root,
      signal,
      input: (path) => {
        const file = rules.fileNumber(path);
        return file !== undefined && judge.has(file) ? look.path(file) : undefined;
      },
      output: (path) => {
        if (!rule.outputs.includes(path)) throw new Error(`'${rule.name}' has no output '${path}'`);
        return staged(path);
      },
      say: (line) => {
        if (log !== undefined) appendToFile(log, `${line}\n`);
        tail.push(line);
        if (tail.length > tailLines) tail.shift();
      },
    });
    const changed = await takeOutputs(shop, target, staged);
    record.setMaking(target, {
      mark: rule.mark ?? '',
      inputs: signs,
      outputs: Array.from(rules.outputsOf(target), (file) => record.digest(file)),
    });
    if (shop.mode === 'content') shop.journal.add(rules, record, target);
    return changed;
  } finally {
    // as a rule nothing is left in it
    if (!removeEmptyFolder(folder)) await removeTree(folder);
  }
}

/** Makes the folders of outputs that are being made, and says where each one is. Names of files are kept. */
function stagedPaths(folder: string, outputs: readonly string[]): (path: string) => string {
  ensureFolder(folder);
  if (outputs.length === 1) return (path) => `${folder}/${basename(path)}`;
  for (const path of outputs) ensureFolder(dirname(`${folder}/${path}`));
  return (path) => `${folder}/${path}`;
}

async function takeOutputs(
  shop: Workshop,
  target: number,
  staged: (path: string) => string,
): Promise<readonly number[]> {
  const { rules, look } = shop;
  const rule = rules.targets[target];
  const files = Array.from(rules.outputsOf(target));
  for (const file of files) {
    const path = rules.files[file] as string;
    if (pathKind(staged(path)) === 'none') {
      throw fault('INC006', { what: `the making of '${rule?.name}' left no '${path}'` });
    }
  }
  const changed: number[] = [];
  for (const file of files) {
    const from = staged(rules.files[file] as string);
    const stamp = new Float64Array(stampWidth);
    const kind = readStamp(from, stamp, 0);
    const digest =
      rule?.opaque === true ? systemRandom.hex(11) : await contentDigest(from, kind, stamp[2] as number);
    const isSame = shop.mode === 'content' && look.isThere(file) && (await look.digest(file)) === digest;
    if (!isSame) {
      await replace(from, look.path(file), kind);
      changed.push(file);
    }
    look.made(file, digest);
  }
  return changed;
}

async function replace(from: string, to: string, kind: number): Promise<void> {
  ensureFolder(dirname(to));
  const there = pathKind(to);
  // a folder cannot be replaced in one step: the old one is moved out of the way
  if (there === 'folder' || (kind === stampKinds.folder && there !== 'none')) {
    renameEntry(to, `${from}.old`);
  }
  renameEntry(from, to);
}
