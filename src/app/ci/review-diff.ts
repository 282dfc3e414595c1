import { fault } from '../../diagnostics/index.ts';
import { parseSettings } from '../../formats/pkgbuild-repo/index.ts';
import { applyDiff, openWorkingCopy, type WorkingCopy } from '../../git/index.ts';
import {
  bytesIfThere,
  type FileTree,
  machine,
  makeTemporaryFolder,
  pathKind,
  readFileTree,
  readStandardInput,
  removeTree,
  subfolders,
  systemClock,
  writeFileTree,
} from '../../host/index.ts';
import { type ChangeReport, type RecipeFolder, reviewChange } from '../../review/index.ts';

export type ReviewSubject =
  | { readonly kind: 'folders'; readonly before: string; readonly after: string }
  /** `diff`: a commit, a range, a file, or `-`; undefined is `HEAD`. */
  | { readonly kind: 'diff'; readonly repository: string; readonly diff: string | undefined };

/** Both sides of one package. */
interface Pair {
  readonly package: string;
  readonly before: RecipeFolder;
  readonly after: RecipeFolder;
}

const mostBytes = 256 * 1024 * 1024;

/**
 * Reports on every package that differs, by name. Nothing of the recipes is run. Throws REV003 for a diff that does
 * not fit, REV004 when nothing of that name is there, GIT010 where no checkout is, SYS004.
 */
export async function reviewDiff(subject: ReviewSubject): Promise<readonly ChangeReport[]> {
  const pairs =
    subject.kind === 'folders'
      ? await foldersCompared(subject.before, subject.after)
      : await inCheckout(subject.repository, (copy) => compared(copy, subject.diff ?? 'HEAD'));
  return pairs.map(({ package: name, before, after }) =>
    reviewChange(before, after, { package: name, allow: allowList(before), comparesHooks: true }),
  );
}

/** The list that the old side gives: a change may not allow itself. */
export function allowList(before: RecipeFolder): readonly string[] {
  const text = Buffer.from(before.files.get('.CI/config') ?? []).toString('utf8');
  return (parseSettings(text).values.get('CI_PKGBUILD_CHANGE_ALLOW_REGEX') ?? '').split(';').filter(Boolean);
}

async function inCheckout<Result>(
  folder: string,
  work: (copy: WorkingCopy) => Promise<Result>,
): Promise<Result> {
  const copy = await openWorkingCopy({ folder, clock: systemClock });
  try {
    return await work(copy);
  } finally {
    await copy.close();
  }
}

async function compared(copy: WorkingCopy, diff: string): Promise<readonly Pair[]> {
  const ends = diff === '-' ? undefined : await endsOf(copy, diff);
  if (ends) return await commitsCompared(copy, ends);
  const file = machine.absolute(diff);
  const fromFile = (): Uint8Array | undefined =>
    pathKind(file) === 'folder' ? undefined : bytesIfThere(file);
  const bytes = diff === '-' ? await readStandardInput(mostBytes) : fromFile();
  if (!bytes) throw fault('REV004', { what: `'${diff}' is neither a commit nor a file` });
  return await diffCompared(copy, bytes);
}

interface Ends {
  readonly before: string | undefined;
  readonly after: string;
}

/** The commits of `X`, `X..Y` or `X..`; undefined when `X` alone is no commit. Throws REV004. */
async function endsOf(copy: WorkingCopy, diff: string): Promise<Ends | undefined> {
  const range = /^(.+?)\.\.(?!\.)(.*)$/.exec(diff);
  if (!range) {
    const after = await commitOf(copy, diff);
    return after === undefined ? undefined : { before: undefined, after };
  }
  const [from, to] = [range[1] as string, range[2] || 'HEAD'];
  const ends: string[] = [];
  for (const name of [from, to]) {
    const commit = await commitOf(copy, name);
    if (commit === undefined) throw fault('REV004', { what: `'${name}' is no commit` });
    ends.push(commit);
  }
  return { before: ends[0] as string, after: ends[1] as string };
}

/** A commit by any name that git takes, or a branch of the remote. */
async function commitOf(copy: WorkingCopy, name: string): Promise<string | undefined> {
  const names = [name, `refs/remotes/${copy.remote}/${name}`];
  const found = await copy.resolve(names);
  return names.map((one) => found.get(one)).find((commit) => commit !== undefined);
}

async function commitsCompared(copy: WorkingCopy, { before, after }: Ends): Promise<readonly Pair[]> {
  const base = before ?? (await copy.commitsBetween(undefined, after))[0]?.parents[0];
  const changes = await copy.changesBetween(before, after);
  const pairs: Pair[] = [];
  for (const name of packagesOf(changes.map(({ path }) => path))) {
    const nothing: RecipeFolder = { files: new Map() };
    pairs.push({
      package: name,
      before: base === undefined ? nothing : await committed(copy, base, name),
      after: await committed(copy, after, name),
    });
  }
  return pairs;
}

/** Folders of packages that paths lie in, sorted. */
function packagesOf(paths: readonly string[]): readonly string[] {
  const names = paths.flatMap((path) => /^([^./][^/]*)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** The folder of a recipe as a commit has it, without files when it has none. */
export async function committed(copy: WorkingCopy, commit: string, name: string): Promise<RecipeFolder> {
  const [entries, bytes] = await Promise.all([copy.entries(commit, name), copy.readFolder(commit, name)]);
  const inside = (path: string): string => (path.startsWith(`${name}/`) ? path.slice(name.length + 1) : path);
  const files = new Map([...bytes].map(([path, content]) => [inside(path), content] as const));
  const modes: [string, '100755' | '120000' | '160000'][] = [];
  for (const [path, { mode, id }] of entries) {
    if (mode === '100644' || mode === '040000') continue;
    modes.push([inside(path), mode]);
    // a submodule has a commit in place of bytes
    if (mode === '160000') files.set(inside(path), Buffer.from(id));
  }
  return { files, modes: new Map(modes) };
}

/** The packages that a diff names, as they are at `HEAD` and with the diff. */
async function diffCompared(copy: WorkingCopy, diff: Uint8Array): Promise<readonly Pair[]> {
  const head = (await copy.resolve(['HEAD'])).get('HEAD');
  const text = Buffer.from(diff).toString('latin1');
  const named = text.matchAll(/^(?:diff --git |--- |\+\+\+ |rename (?:from|to) |copy (?:from|to) )(.*)$/gm);
  const paths = [...named].flatMap(([, words]) => (words as string).split(/[ \t]/));
  const names = packagesOf(paths.flatMap((path) => [path, path.replace(/^"?[a-z]\//, '')]));
  const folder = makeTemporaryFolder('packmill-review-');
  try {
    const before = new Map<string, RecipeFolder>();
    for (const name of head === undefined ? [] : names) {
      const recipe = await committed(copy, head as string, name);
      if (recipe.files.size === 0) continue;
      before.set(name, recipe);
      await writeFileTree(`${folder}/${name}`, treeOf(recipe));
    }
    // 'git diff' without a difference prints nothing, and there is nothing wrong with that
    if (/\S/.test(text)) await applyDiff(folder, diff);
    const pairs: Pair[] = [];
    for (const name of new Set([...before.keys(), ...subfolders(folder)])) {
      const after = subfolders(folder).includes(name)
        ? await onDisk(`${folder}/${name}`)
        : { files: new Map<string, Uint8Array>() };
      pairs.push({ package: name, before: before.get(name) ?? { files: new Map() }, after });
    }
    return pairs.sort((a, b) => (a.package < b.package ? -1 : 1));
  } finally {
    await removeTree(folder);
  }
}

function treeOf({ files, modes }: RecipeFolder): FileTree {
  return new Map(
    [...files].flatMap(([path, bytes]) => {
      const mode = modes?.get(path) ?? '100644';
      return mode === '160000' ? [] : [[path, { bytes, mode }] as const];
    }),
  );
}

async function onDisk(folder: string): Promise<RecipeFolder> {
  const tree = [...(await readFileTree(folder, { skip: new Set(['.git']), mostBytes }))];
  return {
    files: new Map(tree.map(([path, { bytes }]) => [path, bytes])),
    modes: new Map(tree.map(([path, { mode }]) => [path, mode])),
  };
}

/** Two folders of one recipe, or of many. */
async function foldersCompared(before: string, after: string): Promise<readonly Pair[]> {
  const sides = [machine.absolute(before), machine.absolute(after)] as const;
  for (const side of sides) {
    if (pathKind(side) !== 'folder') throw fault('REV004', { what: `'${side}' is not a folder` });
  }
  if (sides.some((side) => pathKind(`${side}/PKGBUILD`) === 'file')) {
    const name = sides[1].slice(sides[1].lastIndexOf('/') + 1);
    return [{ package: name, before: await onDisk(sides[0]), after: await onDisk(sides[1]) }];
  }
  const names = new Set(sides.flatMap((side) => subfolders(side)).filter((name) => !name.startsWith('.')));
  const read = async (side: string, name: string): Promise<RecipeFolder> =>
    subfolders(side).includes(name) ? await onDisk(`${side}/${name}`) : { files: new Map() };
  const pairs: Pair[] = [];
  for (const name of [...names].sort()) {
    const pair = { package: name, before: await read(sides[0], name), after: await read(sides[1], name) };
    const paths = new Set([...pair.before.files.keys(), ...pair.after.files.keys()]);
    const isSame = [...paths].every((path) => {
      const [one, other] = [pair.before.files.get(path), pair.after.files.get(path)];
      const isEqual = one && other && Buffer.compare(one, other) === 0;
      return isEqual && pair.before.modes?.get(path) === pair.after.modes?.get(path);
    });
    if (!isSame) pairs.push(pair);
  }
  return pairs;
}
