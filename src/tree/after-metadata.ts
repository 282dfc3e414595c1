import { type Problem, problem } from '../diagnostics/index.ts';
import {
  type CacheEntry,
  checkTree,
  leaves,
  type PythonChoice,
  type PythonPackage,
  parseArchitectures,
  parseCacheEntry,
  parseLicense,
  parsePackageId,
  pythonUseText,
  type ReleaseDefinition,
  type TreeSurroundings,
} from '../formats/gentoo/index.ts';
import type { FileTree } from '../host/index.ts';
import type { KitFiles } from './kit-files.ts';
import type { Source } from './source-trees.ts';

/** Entries of `metadata/md5-cache` by `category/name-version`. */
export function cacheEntries(files: FileTree): ReadonlyMap<string, CacheEntry> {
  const entries = new Map<string, CacheEntry>();
  for (const [path, { bytes }] of files) {
    const id = /^metadata\/md5-cache\/([^/]+\/[^/]+)$/.exec(path)?.[1];
    if (id === undefined) continue;
    const { entry } = parseCacheEntry(Buffer.from(bytes).toString('utf8'), path);
    if (entry) entries.set(id, entry);
  }
  return entries;
}

/**
 * Adds the texts of the licences that ebuilds of the kit name and it lacks, from the first source that has them (specification
 * 7.4, step 6). Returns TRE007 for those that are nowhere, here and in the masters.
 */
export async function addLicences(
  files: KitFiles,
  entries: ReadonlyMap<string, CacheEntry>,
  from: { readonly sources: readonly Source[]; readonly masters: ReadonlySet<string> },
): Promise<readonly Problem[]> {
  const users = new Map<string, string>();
  for (const [id, { variables }] of entries) {
    const place = { file: `metadata/md5-cache/${id}` };
    const { expression } = parseLicense(variables['LICENSE'] ?? '', { place });
    for (const name of expression ? leaves(expression) : []) if (!users.has(name)) users.set(name, id);
  }
  const problems: Problem[] = [];
  for (const [name, id] of [...users].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = `licenses/${name}`;
    if (files.get(path) || from.masters.has(name)) continue;
    let isFound = false;
    for (const source of from.sources) {
      const file = await source.file(path);
      if (!file) continue;
      files.put(path, file);
      isFound = true;
      break;
    }
    if (!isFound) problems.push(problem('TRE007', { what: `licence '${name}' of '${id}' is nowhere` }));
  }
  return problems;
}

/** What the release says of Python: settings of the first python-kit. */
function pythonChoice({ kits }: ReleaseDefinition): PythonChoice | undefined {
  const settings = kits.find(({ name }) => name === 'python-kit')?.settings;
  const primary = settings?.['primary'];
  return primary === undefined ? undefined : { primary, alternate: settings?.['alternate'] };
}

/** Adds the flags of packages that do not run on the primary Python (specification 7.7), as their IUSE tells them. */
export function addPythonUse(
  files: KitFiles,
  entries: ReadonlyMap<string, CacheEntry>,
  of: { readonly definition: ReleaseDefinition; readonly release: string },
): void {
  const choice = pythonChoice(of.definition);
  if (!choice) return;
  const packages = [...entries].flatMap(([text, { variables }]): PythonPackage[] => {
    const id = parsePackageId(text);
    const flags = (variables['IUSE'] ?? '').split(/\s+/);
    const names = flags.flatMap((flag) => /^[+-]?python_(?:single_)?targets?_(.+)$/.exec(flag)?.[1] ?? []);
    return id && names.length > 0 ? [{ id, implementations: [...new Set(names)] }] : [];
  });
  const text = pythonUseText(packages, choice);
  const path = `profiles/funtoo/kits/python-kit/${of.release}/package.use/python-use`;
  if (text !== '') files.putText(path, text);
}

/** What masters of a kit have, for its checks. */
export type MasterFacts = Required<
  Pick<TreeSurroundings, 'categories' | 'eclasses' | 'licenses' | 'implicitFlags'>
>;

/** Holds a finished kit against PMS and specification 9; see `checkTree`. */
export function checkKit(files: FileTree, masters: MasterFacts): readonly Problem[] {
  const read = (path: string): Uint8Array => files.get(path)?.bytes ?? new Uint8Array();
  const own = parseArchitectures(Buffer.from(read('profiles/arch.list')).toString('utf8'));
  const implicitFlags = new Set([...masters.implicitFlags, ...own]);
  return checkTree({ paths: [...files.keys()], read }, { ...masters, implicitFlags });
}
