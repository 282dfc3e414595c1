import type { GraphNode, PythonDistribution } from '../formats/python-graph/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { follow, isPublic, type NamedNode, pathsOf, type Shards } from './graph-paths.ts';
import { type ChangeEffect, type SignatureChange, signatureChanges } from './signature-changes.ts';

/** A valid graph in memory. */
export interface WholeGraph {
  readonly distribution: PythonDistribution;
  readonly shards: Shards;
}

export interface SymbolChange {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Whether it breaks users: it is public, and calls or uses of it are refused. */
  readonly breaks: boolean;
  readonly isPublic: boolean;
  /** Worst of the effects on users. */
  readonly effect: ChangeEffect;
  /** Lower case, no full stop. */
  readonly what: readonly string[];
  /** Symbols below one that was added, removed or moved, which went with it, not told one by one. */
  readonly below: number;
}

export interface GraphComparison {
  readonly before: PythonDistribution;
  readonly after: PythonDistribution;
  /** By path in the order of bytes. */
  readonly changes: readonly SymbolChange[];
  readonly counts: Readonly<Record<SymbolChange['kind'] | 'breaking' | 'same', number>>;
}

/**
 * What is different between two versions of a distribution for those who use it: by the paths that users write, so that
 * something that moved and is still reached where it was did not change.
 */
export function compareGraphs(before: WholeGraph, after: WholeGraph): GraphComparison {
  const changes: SymbolChange[] = [];
  const counts = { added: 0, removed: 0, changed: 0, moved: 0, breaking: 0, same: 0 };
  const told = new Set<string>();
  for (const named of allPaths(before)) {
    const found = compareAt(named, after, told);
    if (found === undefined) counts.same += 1;
    else changes.push(found);
  }
  for (const { path, node } of allPaths(after)) {
    if (follow(before.shards, path).end === 'nothing') changes.push(cameOrWent(path, node, 'added'));
  }
  const top = underOne(changes);
  for (const { kind, breaks } of top) {
    counts[kind] += 1;
    if (breaks) counts.breaking += 1;
  }
  return { before: before.distribution, after: after.distribution, changes: top, counts };
}

function* allPaths({ shards }: WholeGraph): Generator<NamedNode> {
  for (const shard of shards.values()) yield* pathsOf(shard);
}

function cameOrWent(path: string, node: GraphNode, kind: 'added' | 'removed'): SymbolChange {
  const open = isPublic(path);
  const isLoss = kind === 'removed';
  const what = node.reference ?? node.kind ?? 'object';
  // an import that others did not ask for may go
  const breaks = isLoss && open && node.reference === null;
  return { path, kind, breaks, isPublic: open, effect: isLoss ? 'calls' : 'nothing', what: [what], below: 0 };
}

function compareAt(
  { path, node, isAlias }: NamedNode,
  after: WholeGraph,
  told: Set<string>,
): SymbolChange | undefined {
  const found = follow(after.shards, path);
  if (found.end === 'nothing') return cameOrWent(path, node, 'removed');
  const open = isPublic(path);
  const base = { path, isPublic: open, below: 0 } as const;
  if (found.end === 'elsewhere') {
    if (node.reference !== null) return undefined;
    return { ...base, kind: 'moved', breaks: false, effect: 'nothing', what: [`is '${found.path}' now`] };
  }
  // an alias is compared when what it leads to is not told of by its own name
  const pair = `${node.id} ${node.canonical} ${found.node.canonical}`;
  if (node.reference !== null || told.has(pair) || (isAlias && found.node.canonical === node.canonical))
    return undefined;
  told.add(pair);
  const changes = nodeChanges(node, found.node);
  if (changes.length === 0) return undefined;
  const effect = worst(changes);
  return {
    ...base,
    kind: 'changed',
    breaks: open && effect === 'calls',
    effect,
    what: changes.map((one) => one.what),
  };
}

const worst = (changes: readonly SignatureChange[]): ChangeEffect =>
  (['calls', 'meaning', 'nothing'] as const).find((effect) => changes.some((one) => one.effect === effect)) ??
  'nothing';

function nodeChanges(old: GraphNode, now: GraphNode): readonly SignatureChange[] {
  const changes: SignatureChange[] = [];
  const tell = (what: string, effect: ChangeEffect): void => {
    changes.push({ what, effect });
  };
  if (old.kind !== now.kind) {
    const isStillCalled = [old.kind, now.kind].every((kind) => kind === 'function' || kind === 'type');
    tell(
      `is a ${now.kind ?? 'thing'} instead of a ${old.kind ?? 'thing'}`,
      isStillCalled ? 'meaning' : 'calls',
    );
  }
  for (const trait of [
    'async',
    'generator',
    'property',
    'staticmethod',
    'classmethod',
    'abstract',
    'final',
  ] as const) {
    const [was, is] = [old.traits.includes(trait), now.traits.includes(trait)];
    if (was === is) continue;
    const isStrict = (trait !== 'abstract' && trait !== 'final' && trait !== 'generator') || is;
    tell(is ? `is ${trait} now` : `is not ${trait} any more`, isStrict ? 'calls' : 'nothing');
  }
  if (old.signature !== null && now.signature !== null)
    changes.push(...signatureChanges(old.signature, now.signature));
  if (old.value !== null && now.value !== null && old.value !== now.value)
    tell(`is '${now.value}' instead of '${old.value}'`, 'meaning');
  return changes;
}

/** Changes without those below another one of their kind. */
function underOne(changes: readonly SymbolChange[]): readonly SymbolChange[] {
  const whole = new Map<string, number>();
  const sorted = [...changes].sort((a, b) => compareBytes(a.path, b.path));
  const byLength = [...sorted].sort((a, b) => a.path.split('.').length - b.path.split('.').length);
  const hidden = new Set<SymbolChange>();
  for (const one of byLength) {
    if (one.kind === 'changed') continue;
    const parts = one.path.split('.');
    const above = parts
      .map((_, count) => `${one.kind} ${parts.slice(0, count).join('.')}`)
      .find((key) => whole.has(key));
    if (above === undefined) whole.set(`${one.kind} ${one.path}`, 0);
    else {
      whole.set(above, (whole.get(above) ?? 0) + 1);
      hidden.add(one);
    }
  }
  return sorted
    .filter((one) => !hidden.has(one))
    .map((one) => ({ ...one, below: whole.get(`${one.kind} ${one.path}`) ?? 0 }));
}
