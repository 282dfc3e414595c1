import type { Problem } from '../diagnostics/index.ts';
import {
  isCategoryName,
  type KitDefinition,
  parseManifest,
  printCategories,
  printLayout,
  printManifest,
  thinManifest,
} from '../formats/gentoo/index.ts';
import { compileTemplate } from '../formats/jinja/index.ts';
import type { KitMaterial } from './auto-kit.ts';
import type { KitFiles } from './kit-files.ts';
import type { Source } from './source-trees.ts';

export interface FinishWish {
  readonly kit: KitDefinition;
  readonly material: KitMaterial;
  /** Repositories that packages came from. */
  readonly licences: readonly Source[];
  readonly year: number;
  readonly distfilesHost: string | undefined;
}

/**
 * What every kit has beside its packages, and what none has (specification 7.4, steps 1, 4 and 5; 9.1). Returns what is wrong
 * with Manifests. Throws PMS002 for names that repositories cannot have, TPL problems of the template.
 */
export async function finishKit(files: KitFiles, wish: FinishWish): Promise<readonly Problem[]> {
  const { kit, material } = wish;
  const { name, masters, aliases } = kit;
  for (const path of [...files.paths()]) if (isUnwanted(path)) files.remove(path);
  files.putText('metadata/layout.conf', printLayout({ name, masters, aliases }));
  files.putText('profiles/repo_name', `${name}\n`);
  const license = await material.fixups.file('LICENSE.txt');
  if (license) files.put('LICENSE.txt', license);
  await copyright(files, wish);
  const problems = thinManifests(files);
  const categories = new Set<string>();
  for (const path of files.paths()) {
    const [category = '', ...rest] = path.split('/');
    const isCategory = category.includes('-') || category === 'virtual';
    if (isCategory && isCategoryName(category) && rest.length > 1) categories.add(category);
  }
  files.putText('profiles/categories', printCategories(categories));
  if (name === 'core-kit') await finishCoreKit(files, wish);
  return problems;
}

const isUnwanted = (path: string): boolean =>
  /(?:^|\/)__pycache__\//.test(path) ||
  /(?:^|\/)COPYRIGHT\.txt$/.test(path) ||
  /^[^/]+\/[^/]+\/ChangeLog[^/]*$/.test(path);

/** `COPYRIGHT.rst` of the template in kit-fixups, which gets `copyright`, `cur_year`, `release`, `kit` and `repositories`. */
async function copyright(files: KitFiles, { kit, material, year }: FinishWish): Promise<void> {
  const name = 'COPYRIGHT.rst.tmpl';
  const text = await material.fixups.text(name);
  if (text === undefined) return;
  const { definition, release } = material;
  const dated = (words: string): string => words.replaceAll(/\{\{\s*cur_year\s*\}\}/g, String(year));
  const collection = typeof kit.source === 'string' ? definition.collections.get(kit.source) : undefined;
  const repositories = (collection ?? []).flatMap(({ name: one, url, copyright: words }) =>
    words === undefined ? [] : [{ name: one, url, copyright: dated(words) }],
  );
  const variables = {
    copyright: dated(definition.copyright ?? ''),
    cur_year: year,
    release,
    kit: kit.name,
    repositories,
  };
  files.putText('COPYRIGHT.rst', `${compileTemplate(text, { name }).render(variables)}\n`);
}

/** Manifests of kits list distfiles only, and those without any are gone (specification 9.4). */
function thinManifests(files: KitFiles): readonly Problem[] {
  const found: Problem[] = [];
  for (const path of [...files.paths()]) {
    if (!/^[^/]+\/[^/]+\/Manifest$/.test(path)) continue;
    const { manifest, problems } = parseManifest(files.text(path) ?? '', path);
    found.push(...problems);
    const text = printManifest(thinManifest(manifest));
    if (text === '') files.remove(path);
    else files.putText(path, text);
  }
  return found;
}

const mirrorsFile = 'profiles/thirdpartymirrors';

/** What only core-kit has: patches for libtool, and our own distfile host among the mirrors (specification 7.4, step 5). */
async function finishCoreKit(files: KitFiles, { licences, distfilesHost }: FinishWish): Promise<void> {
  const hasPatches = [...files.paths()].some((path) => path.startsWith('eclass/ELT-patches/'));
  for (const source of hasPatches ? [] : licences) {
    const patches = await source.files('eclass/ELT-patches');
    if (patches.size === 0) continue;
    files.putAll(patches);
    break;
  }
  if (distfilesHost === undefined) return;
  const lines = (files.text(mirrorsFile) ?? '').split('\n').filter((line) => line.trim() !== '');
  const kept = lines
    .filter((line) => !/^funtoo\s/.test(line))
    .map((line) => line.replace(/^gentoo(\s+)/, (_, blanks: string) => `gentoo${blanks}${distfilesHost} `));
  files.putText(mirrorsFile, [...kept, `funtoo ${distfilesHost}`, ''].join('\n'));
}
