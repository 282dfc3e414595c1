import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { elfSections } from './elf-sections.ts';

const mostLines = 20;
const longestLine = 160;
const mostUnpackedBytes = 16 * 2 ** 20;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** What differs between two files, as at most 20 lines for readers: sections of ELF files, lines of texts, places of bytes. */
export function compareBytes(before: Uint8Array, after: Uint8Array): readonly string[] {
  const [oldSections, newSections] = [elfSections(before), elfSections(after)];
  if (oldSections && newSections) {
    const lines = compareSections(oldSections, newSections);
    return lines.length > 0 ? lines : firstByte(before, after);
  }
  if (isGzip(before) && isGzip(after)) {
    const [oldInside, newInside] = [unpacked(before), unpacked(after)];
    if (oldInside && newInside) {
      if (oldInside.equals(newInside)) return ['the same inside; it was compressed in another way'];
      return compareBytes(oldInside, newInside)
        .map((line) => `inside: ${line}`)
        .slice(0, mostLines);
    }
  }
  const [oldText, newText] = [textOf(before), textOf(after)];
  return oldText !== undefined && newText !== undefined
    ? compareTexts(oldText, newText)
    : firstByte(before, after);
}

function unpacked(bytes: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnpackedBytes });
  } catch {
    return undefined;
  }
}

/** The text of bytes that are UTF-8 without control characters but white space. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf8', { fatal: true }).decode(bytes);
    return /[\0-\x08\x0e-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const shown = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);

/** Lines that only one of two texts has, without the ones that both begin and end with. */
export function compareTexts(before: string, after: string): readonly string[] {
  const [old, young] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1;
  let end = 0;
  const room = Math.min(old.length, young.length) - start;
  while (end < room && old[old.length - 1 - end] === young[young.length - 1 - end]) end += 1;
  const kept = new Set(young.slice(start, young.length - end));
  const had = new Set(old.slice(start, old.length - end));
  const gone = old.slice(start, old.length - end).filter((line) => !kept.has(line));
  const come = young.slice(start, young.length - end).filter((line) => !had.has(line));
  const lines = [...gone.map((line) => `- ${shown(line)}`), ...come.map((line) => `+ ${shown(line)}`)];
  if (lines.length === 0) return [`the same lines in another order, from line ${start + 1} on`];
  const half = mostLines / 2;
  return [
    ...lines.filter((line) => line.startsWith('-')).slice(0, half),
    ...lines.filter((line) => line.startsWith('+')).slice(0, half - 1),
    `first in line ${start + 1}`,
  ];
}

type Sections = ReadonlyMap<string, Uint8Array>;

function compareSections(before: Sections, after: Sections): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const lines = names.flatMap((name) => {
    const [old, young] = [before.get(name), after.get(name)];
    const what = name === '' ? 'the header' : `section ${name}`;
    if (!old || !young) return [`${what} is only in the ${old ? 'first' : 'second'}`];
    if (digest(old) === digest(young)) return [];
    const sizes =
      old.byteLength === young.byteLength ? '' : `, ${old.byteLength} bytes, then ${young.byteLength}`;
    return [`${what} differs${sizes}: ${firstByte(old, young)[0]}`];
  });
  return lines.slice(0, mostLines);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where two sequences of bytes part, with the bytes there. */
function firstByte(before: Uint8Array, after: Uint8Array): readonly string[] {
  const length = Math.min(before.byteLength, after.byteLength);
  let at = 0;
  while (at < length && before[at] === after[at]) at += 1;
  let count = Math.abs(before.byteLength - after.byteLength);
  for (let index = at; index < length; index += 1) if (before[index] !== after[index]) count += 1;
  if (count === 0) return ['no byte differs in what was looked at'];
  const hex = (bytes: Uint8Array): string =>
    Buffer.from(bytes.subarray(at, at + 8)).toString('hex') || 'its end';
  return [`${count} bytes differ, the first at ${at}: ${hex(before)}, then ${hex(after)}`];
}
