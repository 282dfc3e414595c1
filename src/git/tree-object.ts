import type { CommitFacts, TreeEntry } from './working-copy.ts';

/** The names of a folder. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/**
 * Reads a tree object (gitformat: mode, blank, name, NUL, raw id). Names that are not UTF-8 have U+FFFD in them.
 * Historical modes such as 100664 are taken for what git takes them for.
 */
export function parseTree(bytes: Buffer, treeId: string): Tree {
  const idBytes = treeId.length / 2;
  const tree = new Map<string, TreeEntry>();
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, blank);
    if (blank < 0 || end < 0) break;
    const mode = canonical(Number.parseInt(bytes.toString('latin1', at, blank), 8));
    const id = bytes.toString('hex', end + 1, end + 1 + idBytes);
    tree.set(bytes.toString('utf8', blank + 1, end), { mode, id });
    at = end + 1 + idBytes;
  }
  return tree;
}

function canonical(mode: number): TreeEntry['mode'] {
  switch (mode & 0o170000) {
    case 0o040000:
      return '040000';
    case 0o120000:
      return '120000';
    case 0o160000:
      return '160000';
    default:
      return mode & 0o100 ? '100755' : '100644';
  }
}

/** A commit and the tree it names. */
export interface CommitObject extends CommitFacts {
  readonly tree: string;
}

/** Reads a commit object; what a damaged one lacks is empty. */
export function parseCommit(bytes: Buffer, id: string): CommitObject {
  const end = bytes.indexOf('\n\n');
  const head = bytes.subarray(0, end < 0 ? bytes.length : end);
  const encoding = /^encoding (.+)$/m.exec(head.toString('latin1'))?.[1];
  const lines = decode(head, encoding).split('\n');
  const values = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const message = decode(bytes.subarray(end < 0 ? bytes.length : end + 2), encoding).trimEnd();
  const author = person.exec(values('author')[0] ?? '');
  const committer = person.exec(values('committer')[0] ?? '');
  return {
    id,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    subject: (message.trimStart().split(/\n\s*\n/, 1)[0] ?? '').replaceAll(/\s*\n\s*/g, ' '),
    message,
    authorName: author?.[1] ?? '',
    authorEmail: author?.[2] ?? '',
    committedMs: Number(committer?.[3] ?? 0) * 1000,
  };
}

const person = /^(.*?) ?<([^>]*)> (-?\d+)/;

function decode(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === undefined) return bytes.toString('utf8');
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
