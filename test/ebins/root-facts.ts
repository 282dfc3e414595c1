import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFact } from './sample.ts';

/** By path: type, mode and owners; of files the count of links, size and digest as well; of links the target. */
export type TreeFacts = Readonly<Record<string, string>>;

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything that lies below a root, except what is named. */
export function factsOfRoot(root: string, except: readonly string[] = []): TreeFacts {
  const found: Record<string, string> = {};
  const look = (prefix: string): void => {
    for (const name of readdirSync(join(root, prefix)).sort()) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      if (except.includes(path)) continue;
      const full = join(root, path);
      const facts = lstatSync(full);
      const owners = `${facts.uid}:${facts.gid}`;
      const mode = (facts.mode & 0o7777).toString(8);
      if (facts.isSymbolicLink()) found[path] = `link ${owners} ${readlinkSync(full)}`;
      else if (facts.isFile())
        found[path] = `file ${mode} ${owners} ${facts.nlink} ${facts.size} ${digest(readFileSync(full))}`;
      else found[path] = `${facts.isDirectory() ? 'folder' : 'other'} ${mode} ${owners}`;
      if (facts.isDirectory()) look(path);
    }
  };
  look('');
  return found;
}

/** The same of an image as another program listed it. */
export function factsOfImage(image: readonly ImageFact[]): TreeFacts {
  const first = (entry: ImageFact): string => (entry.type === 'hard' ? (entry.target ?? '') : entry.path);
  const links = Map.groupBy(
    image.filter(({ type }) => type === 'file' || type === 'hard'),
    first,
  );
  const data = new Map(image.map((entry) => [entry.path, entry]));
  const found: Record<string, string> = {};
  for (const entry of image) {
    const owners = `${entry.uid}:${entry.gid}`;
    const own = data.get(first(entry)) ?? entry;
    const mode = Number.parseInt(own.mode, 8).toString(8);
    const count = links.get(first(entry))?.length ?? 0;
    if (entry.type === 'sym') found[entry.path] = `link ${owners} ${entry.target}`;
    else if (entry.type === 'dir') found[entry.path] = `folder ${mode} ${owners}`;
    else found[entry.path] = `file ${mode} ${owners} ${count} ${own.size} ${own.sha256}`;
  }
  return found;
}
