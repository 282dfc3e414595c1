import type { KitDefinition, ReleaseDefinition } from '../formats/gentoo/index.ts';
import type { FileTree, TreeFile } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';

/**
 * JSON as Python's `json.dumps(value, sort_keys=True, indent=4, ensure_ascii=False)` writes it (specification 7.5). Written out
 * here, because an object has names that are numbers in an order of its own.
 */
export function sortedJson(value: unknown, margin = ''): string {
  const inner = `${margin}    `;
  const wrap = (open: string, items: readonly string[], close: string): string =>
    items.length === 0 ? open + close : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
  if (Array.isArray(value)) {
    return wrap(
      '[',
      value.map((one) => sortedJson(one, inner)),
      ']',
    );
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => compareBytes(a, b));
  return wrap(
    '{',
    entries.map(([key, one]) => `${JSON.stringify(key)}: ${sortedJson(one, inner)}`),
    '}',
  );
}

export interface BuiltBranch {
  readonly kit: KitDefinition;
  readonly branch: string;
  readonly commit: string;
}

/** The three files of meta-repo that tell which commits of kits belong together (specification 7.5). */
export function metaRepoFiles(definition: ReleaseDefinition, built: readonly BuiltBranch[]): FileTree {
  const shas: Record<string, Record<string, string>> = {};
  const settings: Record<string, { stability: Record<string, string>; type: string }> = {};
  const branches: Record<string, string[]> = {};
  for (const { kit, branch, commit } of built) {
    const { name, stability, kind } = kit;
    shas[name] = { ...shas[name], [branch]: commit };
    const known = settings[name] ?? { stability: {}, type: kind };
    settings[name] = {
      ...known,
      stability: { ...known.stability, ...(stability === undefined ? {} : { [branch]: stability }) },
    };
    branches[name] = [...(branches[name] ?? []), ...(stability === 'deprecated' ? [] : [branch])];
  }
  const info = {
    kit_order: Object.keys(shas).sort(compareBytes),
    kit_settings: settings,
    release_defs: branches,
    release_info: definition.metadata,
  };
  const file = (value: unknown): TreeFile => ({ bytes: Buffer.from(sortedJson(value)), mode: '100644' });
  return new Map([
    ['metadata/kit-info.json', file(info)],
    ['metadata/kit-sha1.json', file(shas)],
    ['metadata/version.json', file(definition.metadata)],
  ]);
}
