import {
  combinationsMeeting,
  flagsOf,
  isUnreadable,
  type MatrixFacts,
  type MatrixObject,
  mainPart,
  type ReadText,
  readText,
  visitUris,
} from '../ebin-index/index.ts';
import { bareFlag, type ManifestEntry } from '../formats/gentoo/index.ts';
import { indexFlagsOf, mostFlags } from './combinations.ts';
import { type DiskEbin, ebuildValue } from './disk-package.ts';

/** The class of paths that the name of a distfile tells, behind name and version; `main` for names that are digests. */
const classOf = (name: string, origin: string): string => {
  const pf = `${origin.slice(origin.indexOf('/') + 1)}-`;
  if (!name.startsWith(pf)) return mainPart;
  return /^(.+?)-[0-9a-f]{16,}\./.exec(name.slice(pf.length))?.[1] ?? mainPart;
};

interface PartFlag {
  readonly flag: string;
  readonly part: string;
}

/**
 * Conditionals at the top that hold one class, which is not `main`: their flags ask for it. What is chosen by a flag has a
 * branch without it, too, and a package that has nothing but one class is a sub-package.
 */
function partFlagsOf({ nodes }: ReadText, origin: string): PartFlag[] {
  const tops: number[] = [];
  const classes = new Map<number, Set<string>>();
  for (const [index, { kind, parent, word, rename }] of nodes.entries()) {
    const top = parent <= 0 ? index : (tops[parent] ?? 0);
    tops.push(top);
    if (kind !== 'item') continue;
    const part = classOf(rename ?? word.slice(word.lastIndexOf('/') + 1), origin);
    classes.set(top, (classes.get(top) ?? new Set()).add(part));
  }
  const all = new Set([...classes.values()].flatMap((parts) => [...parts]));
  if (all.size === 1) return [];
  const chosen = new Set(
    nodes.flatMap(({ kind, negated, word }) => (kind === 'use' && negated ? [word] : [])),
  );
  return [...classes].flatMap(([top, parts]) => {
    const node = nodes[top];
    const [part = mainPart] = parts;
    const isAsked = node?.kind === 'use' && !chosen.has(node.word) && parts.size === 1 && part !== mainPart;
    return isAsked ? [{ flag: node.word, part }] : [];
  });
}

/**
 * The facts of an ebin as its own texts tell them, with sizes from the Manifest: what is built, and nothing of the builds.
 * Undefined when the texts cannot be read.
 */
export function factsFromTexts(
  { cpv, origin, text }: DiskEbin,
  manifest: ReadonlyMap<string, ManifestEntry>,
): MatrixFacts | undefined {
  const demands = readText(ebuildValue(text, 'REQUIRED_USE'), { kind: 'required-use' });
  const uris = readText(ebuildValue(text, 'SRC_URI'), { kind: 'src-uri' });
  if (isUnreadable(demands) || isUnreadable(uris)) return undefined;
  const { pinned } = indexFlagsOf(uris, demands);
  const iuse = ebuildValue(text, 'IUSE').split(' ').filter(Boolean);
  const asked = partFlagsOf(uris, origin).filter(
    ({ flag }) => !demands.nodes.some(({ word }) => word === flag),
  );
  const isPart = new Set(asked.map(({ flag }) => flag));
  const flags = iuse
    .map(bareFlag)
    .filter((flag) => !pinned.has(flag) && !isPart.has(flag))
    .slice(0, mostFlags);
  const always = [...pinned].flatMap(([flag, isOn]) => (isOn ? [flag] : []));
  const allowed = combinationsMeeting(demands, { flags, on: new Set(always) });
  const rows = new Map<number, Record<string, MatrixObject>>();
  for (let one = 0; one < 2 ** flags.length; one += 1) if (allowed.has(one)) rows.set(one, {});
  visitUris(uris, { flags, on: new Set([...always, ...isPart]) }, ({ uri, name }, combination) => {
    const parts = rows.get(combination);
    const entry = manifest.get(name);
    const sha512 = entry?.hashes['SHA512'] ?? /[0-9a-f]{128}$/.exec(uri)?.[0] ?? '';
    if (parts) parts[classOf(name, origin)] = { sha512, size: entry?.size ?? 0, name };
  });
  return {
    cpv,
    origin,
    flags,
    defaults: flags.filter((flag) => iuse.includes(`+${flag}`)),
    pinned,
    dropped: [],
    partFlags: Object.fromEntries(asked.map(({ flag, part }) => [part, flag])),
    rows: [...rows].map(([combination, parts]) => ({
      use: flagsOf(flags, combination),
      parts,
    })),
    demands: undefined,
  };
}
