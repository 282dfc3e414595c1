import { fault } from '../../diagnostics/index.ts';
import { archiveMembers } from '../../fastpull/index.ts';
import { listFolder } from '../../host/index.ts';
import type { DistFile } from '../dist-file.ts';

/** Unpacks a source and finds a folder in it; `*` and `?` stand for parts of a name. Throws GEN007 when there is none. */
export async function sourceFolder(source: DistFile, glob: string): Promise<string> {
  await source.extract();
  let folders: readonly string[] = [source.extractPath];
  for (const part of partsOf(glob)) {
    const pattern = namePattern(part);
    const lists = await Promise.all(folders.map((folder) => listFolder(folder)));
    folders = lists
      .flat()
      .filter(({ kind, name }) => kind === 'folder' && pattern.test(name))
      .map(({ path }) => path);
  }
  const [found] = folders;
  if (found !== undefined) return found;
  throw fault('GEN007', { what: `'${source.finalName}' has no folder '${glob}'` });
}

/**
 * The text of the first file of a source whose path matches, or undefined. Unlike in a shell's tar, a star stands for no
 * slash: a file is looked for at exactly this depth, not in the examples further down.
 */
export async function sourceText(source: DistFile, glob: string): Promise<string | undefined> {
  await source.ensureCompleted();
  const patterns = partsOf(glob).map(namePattern);
  const file = { path: source.finalPath, finalName: source.finalName };
  for await (const { name, kind, body } of archiveMembers(file)) {
    const parts = partsOf(name);
    if (kind !== 'file' || parts.length !== patterns.length) continue;
    if (!patterns.every((pattern, at) => pattern.test(parts[at] ?? ''))) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }
  return undefined;
}

/** Names at the top of a source, and which of them are folders, in order. */
export async function sourceTop(
  source: DistFile,
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  await source.ensureCompleted();
  const top = new Map<string, boolean>();
  for await (const { name, kind } of archiveMembers({
    path: source.finalPath,
    finalName: source.finalName,
  })) {
    const [first, ...rest] = partsOf(name);
    if (first === undefined || kind === 'other') continue;
    top.set(first, top.get(first) === true || rest.length > 0 || kind === 'folder');
  }
  return [...top].map(([name, isFolder]) => ({ name, isFolder })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const partsOf = (path: string): readonly string[] =>
  path.split('/').filter((piece) => piece !== '' && piece !== '.');

function namePattern(part: string): RegExp {
  const text = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 's');
}
