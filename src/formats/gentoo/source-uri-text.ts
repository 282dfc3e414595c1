import { fault } from '../../diagnostics/index.ts';
import { isUseFlagName } from './names.ts';

/**
 * Text for SRC_URI of files that are given as a list, or by USE flag (specification 3.3): `global` is unconditional, another
 * key becomes `key? ( file )`, of several files with lines of their own. Identical lines stand there once; `!flag` is
 * allowed as a key. Throws PMS002 for a key that is no USE flag.
 */
export function sourceUriText(
  files: readonly string[] | Readonly<Record<string, string | readonly string[]>>,
): string {
  const groups: readonly (readonly [string, string | readonly string[]])[] = Array.isArray(files)
    ? [['global', files as readonly string[]]]
    : Object.entries(files as Readonly<Record<string, string | readonly string[]>>);
  const blocks = groups.flatMap(([key, value]): readonly string[] => {
    const lines = [...new Set(typeof value === 'string' ? [value] : value)];
    if (key === 'global') return lines;
    if (!isUseFlagName(key.replace(/^!/, '')))
      throw fault('PMS002', { what: `'${key}' is not the name of a USE flag` });
    if (lines.length === 0) return [];
    if (typeof value === 'string') return [`${key}? ( ${value} )`];
    return [[`${key}? (`, ...lines.map((line) => `  ${line}`), ')'].join('\n')];
  });
  return [...new Set(blocks)].join('\n');
}
