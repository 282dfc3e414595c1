import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { GraphNode, GraphSignature } from '../../src/formats/python-graph/index.ts';
import { python, type ReadGraph } from './laboratory.ts';

/** How signatures of a graph compare with what `inspect.signature` says in a process of its own. */
export interface SignatureComparison {
  /** Functions and classes that are written in Python. */
  readonly callables: number;
  /** Those with a signature. */
  readonly signed: number;
  /** Those that `inspect` has an answer for, and those of them where ours is the same. */
  readonly answered: number;
  readonly agreeing: number;
  readonly different: readonly string[];
}

/** Names, kinds and which may be left out, in the words of `inspect`. */
const shapeOf = (signature: GraphSignature): string =>
  JSON.stringify(
    signature.parameters.map(({ name, kind, defaultText }) => [name, kindWords[kind], defaultText !== null]),
  );

const kindWords = {
  'positional-only': 'positional-only',
  'positional-or-keyword': 'positional or keyword',
  'var-positional': 'variadic positional',
  'keyword-only': 'keyword-only',
  'var-keyword': 'variadic keyword',
} as const;

/** Compares all callables with a source, of a graph that is valid. */
export function compareSignatures(graph: ReadGraph): SignatureComparison {
  const callables: GraphNode[] = [];
  for (const shard of graph.shards.values()) {
    for (const node of shard.nodes.values()) {
      const isCallable = node.kind === 'function' || node.kind === 'type';
      if (isCallable && node.source !== null && node.canonical !== null) callables.push(node);
    }
  }
  const script = join(import.meta.dirname, 'inspect_signatures.py');
  const input = callables.map(({ canonical }) => `${canonical}\n`).join('');
  const lines = execFileSync(python, ['-S', '-s', '-B', script], {
    input,
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
    .toString('utf8')
    .split('\n');
  const different: string[] = [];
  let answered = 0;
  callables.forEach(({ signature, canonical }, at) => {
    const theirs = lines[at];
    if (theirs === undefined || theirs === 'null') return;
    answered += 1;
    const ours = signature === null ? 'none' : shapeOf(signature);
    if (ours !== JSON.stringify(JSON.parse(theirs))) different.push(`${canonical}: ${ours} ${theirs}`);
  });
  const signed = callables.filter(({ signature }) => signature !== null).length;
  return { callables: callables.length, signed, answered, agreeing: answered - different.length, different };
}
