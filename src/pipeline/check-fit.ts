import { fault } from '../diagnostics/index.ts';
import { parseSrcinfo, sectionValues } from '../formats/pacman/index.ts';
import { parseShell } from '../formats/shell/index.ts';
import type { FileTree } from '../host/index.ts';
import { textOf } from './recipe-files.ts';

/**
 * Whether the files of a recipe fit each other and the package that they are for. Throws CIS016 when the recipe has
 * another pkgbase than before, CIS014 when `.SRCINFO` has another version than the PKGBUILD, CIS004 when it cannot be
 * read. What the PKGBUILD computes is not looked at, and a recipe without `.SRCINFO` has nothing to fit.
 */
export function checkFit(name: string, before: FileTree, after: FileTree): void {
  const file = `${name}/.SRCINFO`;
  const text = textOf(after, '.SRCINFO');
  if (text === undefined) return;
  const { srcinfo, problems } = parseSrcinfo(text, file);
  if (!srcinfo) {
    const why = problems[0]?.what;
    throw fault('CIS004', {
      what: `the source of '${name}' has a '.SRCINFO' that cannot be read`,
      place: { file },
      ...(why === undefined ? {} : { why: `${why}.` }),
    });
  }
  // a folder may mirror a recipe of another name and rename it; what counts is that it was so before
  const known = parseSrcinfo(textOf(before, '.SRCINFO') ?? '', file).srcinfo?.base.name ?? name;
  if (srcinfo.base.name !== known && srcinfo.base.name !== name) {
    throw fault('CIS016', {
      what: `the source of '${name}' is a recipe of '${srcinfo.base.name}' now, not of '${known}'`,
      place: { file },
    });
  }
  const written = literalsOf(textOf(after, 'PKGBUILD') ?? '');
  for (const key of ['pkgver', 'pkgrel', 'epoch']) {
    const value = written.get(key);
    const listed = sectionValues(srcinfo.base, key)[0];
    if (value === undefined || value === (listed ?? (key === 'epoch' ? '0' : undefined))) continue;
    throw fault('CIS014', {
      what: `the source of '${name}' has '${key}=${value}' in its PKGBUILD and ${listed === undefined ? 'none' : `'${listed}'`} in its '.SRCINFO'`,
      place: { file },
    });
  }
}

/** Variables of the top level that are set once, to a plain value. */
function literalsOf(pkgbuild: string): ReadonlyMap<string, string> {
  const found = new Map<string, string | undefined>();
  for (const { commands } of parseShell(pkgbuild, 'PKGBUILD').statements) {
    for (const command of commands) {
      if (command.kind !== 'simple') continue;
      for (const { name, operator, value } of command.assignments) {
        const isPlain = operator === '=' && commands.length === 1 && command.words.length === 0;
        found.set(name, isPlain && !found.has(name) ? value?.literal : undefined);
      }
    }
  }
  return new Map([...found].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
