import { dirname } from 'node:path';
import { isFault } from '../../diagnostics/index.ts';
import { readYaml } from '../../formats/yaml/index.ts';

/** One piece of work of an autogen file: the module, or one rule of a list. */
export interface AutogenPart {
  /** `category/name` of a module, `category/rule.yaml` of a rule: no package has a dot in its name. */
  readonly name: string;
  /** From the overlay on. */
  readonly file: string;
  readonly rule: string | undefined;
}

/**
 * The parts of an autogen file, `file` as its path from the overlay on. A list that cannot be read, or
 * has no rules, is one part: its run says what is wrong.
 */
export function partsOf(file: string, text: string): readonly AutogenPart[] {
  const folders = dirname(file)
    .split('/')
    .filter((part) => part !== '.');
  if (!file.endsWith('.yaml')) {
    const name = folders.slice(-2).map(plain).join('/');
    return [{ name: name === '' ? 'autogen' : name, file, rule: undefined }];
  }
  const category = folders.slice(0, 1).map(plain);
  const inOrder = (name: string): string => [...category, `${plain(name)}.yaml`].join('/');
  const rules = rulesOf(text, file);
  if (rules === undefined) return [{ name: inOrder('autogen'), file, rule: undefined }];
  return rules.map((rule) => ({ name: inOrder(rule), file, rule }));
}

/** Names with a number behind those that are there already, in the order of the parts. */
export function withoutDoubles(
  parts: readonly AutogenPart[],
  taken: readonly string[],
): readonly AutogenPart[] {
  const used = new Set(taken);
  return parts.map((part) => {
    let { name } = part;
    for (let number = 2; used.has(name); number += 1) name = `${part.name}.${number}`;
    used.add(name);
    return { ...part, name };
  });
}

/** A name that can be part of the identity of a job. */
const plain = (text: string): string => text.replace(/[^A-Za-z0-9+_.-]/g, '_').replace(/^[^A-Za-z0-9_]/, '_');

function rulesOf(text: string, file: string): readonly string[] | undefined {
  try {
    const root = readYaml(text, file);
    if (root.kind !== 'map') return undefined;
    const names = root.entries.map(({ key }) => key);
    return names.length > 0 ? names : undefined;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
