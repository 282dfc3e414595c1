import { fault } from '../../diagnostics/index.ts';
import { atCursor, definitionAt, nodeAt } from './cursor.ts';
import type { Definition } from './definitions.ts';
import { explain, renderExplanation } from './explain.ts';
import type { MetroFile, TextRange } from './nodes.ts';
import type { Program } from './program.ts';
import { argumentUses, countingDefinition, definitionUses, type Use } from './references.ts';

/** A range of one of the files of a program. */
export interface FileRange extends TextRange {
  readonly path: string;
}

/** What is shown for a name under the cursor: lines of plain text. */
export interface Hover {
  readonly range: TextRange;
  readonly value: readonly string[];
  readonly provenance: readonly string[];
}

/** Value and provenance of what stands at an offset; undefined when nothing does. */
export function hoverAt(program: Program, file: MetroFile, offset: number): Hover | undefined {
  const at = atCursor(program, file, offset);
  if (!at || at.kind === 'collect') return undefined;
  const value = program.value(at.name);
  const lines =
    value === undefined
      ? ['not defined']
      : value.kind === 'error'
        ? value.problems.map(({ code, what }) => `${code} ${what}`)
        : value.kind === 'single'
          ? [value.zapped ? '(zapped)' : value.text === '' ? '(blank)' : value.text]
          : value.lines.slice(0, 20).map(({ text }) => text);
  const provenance = renderExplanation(explain(program, at.name)).slice(0, 40);
  return { range: at.range, value: lines, provenance };
}

/** Where the name at an offset is defined, or the start of the file that is collected there. */
export function definitionsAt(program: Program, file: MetroFile, offset: number): readonly FileRange[] {
  const at = atCursor(program, file, offset);
  if (!at) return [];
  if (at.kind === 'collect') return program.files.has(at.path) ? [{ path: at.path, from: 0, to: 0 }] : [];
  const cell = program.definitions.get(at.name);
  return (cell?.all() ?? []).filter(({ origin }) => origin === 'file').map(nameRange);
}

function nameRange({ file, node }: Definition): FileRange {
  return { path: file.path, from: node.start + node.nameAt, to: node.start + node.nameEnd };
}

/** One thing that may be written at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: 'element' | 'block' | 'word';
  /** What is replaced by it. */
  readonly range: TextRange;
}

const annotationWords = ['section ', 'collect ', 'option parse/lax', 'option parse/strict'];

/** What may be written at an offset: names and modifiers within a reference, words of annotations. At most 1,000. */
export function completionsAt(program: Program, file: MetroFile, offset: number): readonly Completion[] {
  const node = nodeAt(file, Math.max(0, offset - 1));
  const lineStart =
    Math.max(file.text.lastIndexOf('\n', offset - 1), file.text.lastIndexOf('\r', offset - 1)) + 1;
  const before = file.text.slice(lineStart, offset);
  const word = /^[ \t]*\[([a-z/ ]*)$/.exec(before)?.[1];
  if (word !== undefined && !(node?.kind === 'element' && node.isBlock)) {
    const range = { from: offset - word.length, to: offset };
    return annotationWords
      .filter((one) => one.startsWith(word))
      .map((label) => ({ label, kind: 'word' as const, range }));
  }
  const open = /\$(\[\[?)([^\]$[]*)$/.exec(before);
  if (!open) return [];
  const [, bracket, written = ''] = open;
  const modifier = /^:?[^:]+:([a-z]*)$/.exec(written)?.[1];
  if (modifier !== undefined) return modifiers(modifier, offset, bracket === '[[');
  const section = node?.scope.section;
  const isRelative = written.startsWith(':') && section !== undefined;
  const prefix = isRelative ? `${section}/` : '';
  const typed = isRelative ? written.slice(1) : written;
  const range = { from: offset - typed.length, to: offset };
  return names(program, prefix + typed, bracket === '[[').map(({ name, kind }) => ({
    ...{ label: name.slice(prefix.length), kind, range },
  }));
}

function modifiers(written: string, offset: number, isInclude: boolean): readonly Completion[] {
  const range = { from: offset - written.length, to: offset };
  const all = isInclude ? ['lax'] : ['zap', 'lax'];
  return all
    .filter((one) => one.startsWith(written))
    .map((label) => ({ label, kind: 'word' as const, range }));
}

function names(
  program: Program,
  start: string,
  blocksOnly: boolean,
): readonly { readonly name: string; readonly kind: 'element' | 'block' }[] {
  const found: { name: string; kind: 'element' | 'block' }[] = [];
  for (const cell of program.definitions.cells.values()) {
    if (!cell.name.startsWith(start)) continue;
    const { isBlock } = countingDefinition(program, cell).node;
    if (blocksOnly && !isBlock) continue;
    found.push({ name: cell.name, kind: isBlock ? 'block' : 'element' });
    if (found.length === 1000) break;
  }
  return found;
}

/** A text that takes the place of another. */
export interface FileEdit extends FileRange {
  readonly text: string;
}

/** Every place where the element at an offset is defined or used. */
export function usesAt(program: Program, file: MetroFile, offset: number): readonly FileRange[] {
  const at = atCursor(program, file, offset);
  if (!at || at.kind === 'collect') return [];
  const defined = program.definitions.get(at.name)?.all() ?? [];
  const uses = allUses(program, at.name).map(({ path, start, use }) => {
    return { path, from: start + use.from, to: start + use.to };
  });
  return [...defined.filter(({ origin }) => origin === 'file').map(nameRange), ...uses];
}

interface FoundUse {
  readonly path: string;
  readonly start: number;
  readonly section: string | undefined;
  readonly use: Use;
}

function allUses(program: Program, name: string): readonly FoundUse[] {
  const found: FoundUse[] = [];
  for (const cell of program.definitions.cells.values()) {
    for (const definition of cell.all()) {
      if (definition.origin !== 'file') continue;
      const { file, node } = definition;
      const place = { path: file.path, start: node.start, section: node.scope.section };
      for (const use of definitionUses(program, definition).uses) {
        if (use.name === name && use.as !== 'condition') found.push({ ...place, use });
      }
    }
  }
  for (const { file, node } of program.collects) {
    const place = { path: file.path, start: node.start, section: node.scope.section };
    for (const use of argumentUses(node)) {
      if (use.name === name) found.push({ ...place, use });
    }
  }
  return found;
}

/**
 * The edits that give the element at an offset another name, everywhere. Throws MTR073 when the new name is not allowed or taken, or when
 * the element cannot be called so where it is defined: below its section, without conditions, in a name that is made of others.
 */
export function renameAt(
  program: Program,
  file: MetroFile,
  { offset, newName }: { readonly offset: number; readonly newName: string },
): readonly FileEdit[] {
  const at = atCursor(program, file, offset);
  if (!at || at.kind === 'collect') throw fault('MTR073', { what: 'there is no name to change here' });
  const defined = program.definitions.get(at.name)?.all() ?? [];
  if (newName === '' || /[\s:?[\]$]/.test(newName)) {
    throw fault('MTR073', { what: `'${newName}' is no name of an element` });
  }
  if (program.definitions.get(newName)) throw fault('MTR073', { what: `'${newName}' is defined already` });
  const edits: FileEdit[] = defined.map((definition) => renamedDefinition(program, definition, newName));
  for (const { path, start, section, use } of allUses(program, at.name)) {
    const range = { path, from: start + use.from, to: start + use.to };
    if (use.reference) edits.push({ ...range, text: renamedReference(use, section, newName) });
    else edits.push(renamedInclude(program, { path, start, section, use }, newName));
  }
  return edits;
}

function renamedDefinition(program: Program, definition: Definition, newName: string): FileEdit {
  const { section } = definition.node.scope;
  if (definition.origin !== 'file' || definitionAt(program, definition.file, definition.node) === undefined) {
    throw fault('MTR073', { what: `'${definition.name}' is not defined in a file` });
  }
  if (section === undefined) return { ...nameRange(definition), text: newName };
  if (newName === section) return { ...nameRange(definition), text: '' };
  if (!newName.startsWith(`${section}/`)) {
    throw fault('MTR073', { what: `'${newName}' is not below the section '${section}' that defines it` });
  }
  return { ...nameRange(definition), text: newName.slice(section.length + 1) };
}

function renamedReference({ reference }: Use, section: string | undefined, newName: string): string {
  const modifier = `${reference?.mod ? `:${reference.mod}` : ''}${reference?.test ? '?' : ''}`;
  const isBelow = section !== undefined && newName.startsWith(`${section}/`);
  const isRelative = reference?.form === 'rel' && isBelow;
  return `$[${isRelative ? `:${newName.slice(section.length + 1)}` : newName}${modifier}]`;
}

/** An include whose name is written out. */
function renamedInclude(program: Program, { path, start, use }: FoundUse, newName: string): FileEdit {
  const text = program.files.get(path)?.file.text ?? '';
  const line = text.slice(start + use.from, start + use.to);
  const at = line.indexOf(`$[[${use.name}`);
  if (at < 0) throw fault('MTR073', { what: `'${use.name}' is included by a name that is made of others` });
  const from = start + use.from + at + 3;
  return { path, from, to: from + use.name.length, text: newName };
}
