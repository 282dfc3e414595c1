import { checkCommittable } from './committable.ts';
import type { Author, FileChange, NewCommit } from './working-copy.ts';

/** Where the new commits hang while git writes them; nothing is left there. */
const place = 'refs/packmill/writing';

export interface StreamOptions {
  readonly author: Author;
  /** Seconds since the epoch, for author and committer. */
  readonly seconds: number;
  /** The tree of an existing commit. */
  readonly treeOf: (commit: string) => string;
  /** The id that no object has: zeros, as many as ids have digits. */
  readonly noId: string;
}

/**
 * The stream of git-fast-import(1) that writes the commits and prints the id of each in a line. Equal commits give
 * equal bytes and so equal ids. Throws GIT013 for a path that may not be committed.
 */
export function commitStream(commits: readonly NewCommit[], options: StreamOptions): Buffer {
  const pieces: Uint8Array[] = [];
  const text = (words: string): void => void pieces.push(Buffer.from(words));
  const data = (bytes: Uint8Array): void => {
    text(`data ${bytes.byteLength}\n`);
    pieces.push(bytes, Buffer.from('\n'));
  };
  text('feature done\n');
  for (const [index, commit] of commits.entries()) {
    const { name, email } = options.author;
    const who = `${cleaned(name)} <${cleaned(email)}> ${options.seconds} +0000`;
    text(`commit ${place}/${index}\nmark :${index + 1}\nauthor ${who}\ncommitter ${who}\n`);
    data(Buffer.from(`${commit.message.trimEnd()}\n`));
    const [first, ...others] = commit.parents;
    if (first !== undefined) text(`from ${reference(first)}\n`);
    for (const other of others) text(`merge ${reference(other)}\n`);
    if (first === undefined || first !== commit.base)
      writeBase(commits, commit.base, { text, change, options });
    for (const one of commit.changes) change(one);
    text(`\nget-mark :${index + 1}\n`);
  }
  for (const index of commits.keys()) text(`reset ${place}/${index}\nfrom ${options.noId}\n\n`);
  text('done\n');
  return Buffer.concat(pieces);

  function change(one: FileChange): void {
    if ('removed' in one) text(`D ${quoted(one.path)}\n`);
    else {
      text(`M ${one.mode} inline ${quoted(one.path)}\n`);
      data(one.bytes);
    }
  }
}

/** Begins with a tree that is not the first parent's. That of a new commit is put together once more. */
function writeBase(
  commits: readonly NewCommit[],
  base: string | undefined,
  out: {
    readonly text: (words: string) => void;
    readonly change: (one: FileChange) => void;
    readonly options: StreamOptions;
  },
): void {
  const chain: NewCommit[] = [];
  let root = base;
  while (root?.startsWith('#')) {
    const commit = commits[Number(root.slice(1))];
    if (!commit) break;
    chain.unshift(commit);
    root = commit.base;
  }
  out.text(root === undefined ? 'deleteall\n' : `M 040000 ${out.options.treeOf(root)} ""\n`);
  for (const commit of chain) for (const one of commit.changes) out.change(one);
}

/** `#N` counts from 0, marks count from 1. */
const reference = (name: string): string => (name.startsWith('#') ? `:${Number(name.slice(1)) + 1}` : name);

/** Existing commits that the new ones begin with. */
export function basesOf(commits: readonly NewCommit[]): readonly string[] {
  const names = commits.flatMap(({ base }) => (base === undefined || base.startsWith('#') ? [] : [base]));
  return [...new Set(names)];
}

const cleaned = (words: string): string => words.replaceAll(/[<>\0\n]/g, '').trim();

function quoted(path: string): string {
  checkCommittable(path);
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
