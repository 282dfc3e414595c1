import { basename } from 'node:path';
import { sizes } from '../rooms.mjs';
import { house, isTest } from './place.ts';
import type { Offence, SourceFile } from './source-file.ts';

const junkWords = /^(utils?|helpers?|common|misc|shared|base|manager|types)$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.table|\.spec)?\.(tsx?|mjs)$/;

/** Rules about single files: names, sizes, syntax. */
export function shapeOffences(files: readonly SourceFile[]): Offence[] {
  return files.flatMap((file) => [...nameOffences(file), ...sizeOffences(file), ...syntaxOffences(file)]);
}

/** Files longer than they should aim to be, without being too long. Worth a look, not a failure. */
export const longFiles = (files: readonly SourceFile[]): SourceFile[] =>
  files.filter(
    (file) => !isTable(file.path) && file.lines > sizes.aimLines && file.lines <= sizes.limitLines,
  );

const isTable = (path: string): boolean => path.endsWith('.table.ts');

function nameOffences(file: SourceFile): Offence[] {
  const found: Offence[] = [];
  const add = (rule: string, message: string): void => {
    found.push({ rule, path: file.path, line: 1, message });
  };
  const parts = file.path.split('/');
  const stems = parts.map((part) => part.replace(/\..*$/, ''));
  const junk = stems.find((stem) => stem.split('-').some((word) => junkWords.test(word)));
  if (junk) add('no-junk-drawers', `'${junk}' says nothing: name the noun that the file is about`);
  if (!kebab.test(basename(file.path)) && !file.path.endsWith('.config.ts')) {
    add('kebab-case', `file names are lower case with hyphens: rename '${basename(file.path)}'`);
  }
  const room = parts[0] === 'src' ? parts[1] : undefined;
  if (room !== undefined && !(room in house)) {
    add(
      'known-rooms',
      `'src/${room}' is no room of tools/rooms.mjs: add it there with its floor and purpose, or move the file`,
    );
  }
  return found;
}

function sizeOffences(file: SourceFile): Offence[] {
  const found: Offence[] = [];
  if (!isTable(file.path) && file.lines > sizes.limitLines) {
    found.push({
      rule: 'file-size',
      path: file.path,
      line: sizes.limitLines + 1,
      message: `${file.lines} lines, the limit is ${sizes.limitLines}: split it by noun, or call a pure data table '*.table.ts'`,
    });
  }
  if (isTest(file.path) && !file.path.startsWith('tools/')) return found;
  for (const one of file.functions) {
    if (one.lines > sizes.functionLines) {
      found.push({
        rule: 'function-size',
        path: file.path,
        line: one.line,
        message: `'${one.name}' has ${one.lines} lines, the limit is ${sizes.functionLines}: give its parts names of their own`,
      });
    }
    if (one.parameters > sizes.parameters) {
      found.push({
        rule: 'parameters',
        path: file.path,
        line: one.line,
        message: `'${one.name}' takes ${one.parameters} parameters, the limit is ${sizes.parameters}: pass one value with named fields`,
      });
    }
  }
  return found;
}

function syntaxOffences(file: SourceFile): Offence[] {
  if (!file.broken) return [];
  return [{ rule: 'syntax', path: file.path, line: file.broken.line, message: file.broken.what }];
}
