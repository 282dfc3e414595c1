import { textIfThere } from '../host/index.ts';
import type { Artifact, Mirror, MirrorSubarch } from './contract.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

const escaped = (text: string): string =>
  text.replace(unwritable, '').replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter);

const attributes = (of: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(of)
    .flatMap(([name, value]) => (value === undefined ? [] : ` ${name}="${escaped(String(value))}"`))
    .join('');

/** What `build-info.json` says, one level deep. */
function buildInfo(folder: string): readonly (readonly [string, string])[] {
  return infoOfText(textIfThere(`${folder}/build-info.json`));
}

/** The same of its text. */
export function infoOfText(text: string | undefined): readonly (readonly [string, string])[] {
  try {
    const value = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return Object.entries(value).map(([name, one]) => [
      name,
      typeof one === 'string' ? one : Array.isArray(one) ? one.join(' ') : JSON.stringify(one),
    ]);
  } catch {
    return [];
  }
}

/** The newest of each kind of result, in the order of kinds. */
function newest(
  subarch: MirrorSubarch,
): readonly { readonly artifact: Artifact; readonly version: string }[] {
  const found = new Map<string, { readonly artifact: Artifact; readonly version: string }>();
  for (const { version, artifacts, isComplete } of subarch.versions) {
    for (const artifact of isComplete ? artifacts : []) {
      const { type } = artifact;
      if (type !== undefined && type !== 'stage1' && type !== 'stage2')
        found.set(type, { artifact, version });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** `index.xml` of a mirror (9.9): the newest results of each subarch with size, version, path, checksum and how they were built. */
export function printIndex(
  { root, subarches }: Mirror,
  infoOf: (folder: string) => readonly (readonly [string, string])[] = buildInfo,
): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<mirror>'];
  for (const subarch of subarches) {
    const results = newest(subarch);
    if (results.length === 0) continue;
    const { build, archDesc, subarch: name } = subarch.identity;
    lines.push(`  <subarch${attributes({ build, arch_desc: archDesc, name })}>`);
    for (const { artifact, version } of results) {
      const { type, sizeBytes, stated, path, isSigned } = artifact;
      const facts = { type, version, path: path.slice(root.length), size: sizeBytes, sha256: stated };
      const info = infoOf(path.slice(0, path.lastIndexOf('/')));
      const head = `    <artifact${attributes({ ...facts, signed: isSigned ? 'yes' : 'no' })}`;
      if (info.length === 0) lines.push(`${head}/>`);
      else {
        lines.push(`${head}>`);
        for (const [key, value] of info) lines.push(`      <info${attributes({ name: key, value })}/>`);
        lines.push('    </artifact>');
      }
    }
    lines.push('  </subarch>');
  }
  return `${[...lines, '</mirror>'].join('\n')}\n`;
}
