import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { circleOffences } from './circles.ts';
import { outsideOffences } from './outside-rules.ts';
import { parseSource } from './parse-source.ts';
import { roomOffences } from './room-rules.ts';
import { shapeOffences } from './shape-rules.ts';
import type { Offence, SourceFile } from './source-file.ts';
import { webOffences } from './web-rules.ts';

const roots = ['src', 'web', 'test', 'bench', 'fuzz', 'tools', 'examples'];

/** What is made of the sources of the dashboard. */
const notOurs = new Set(['web/dist', 'web/.dist-new']);

/** All TypeScript sources of a clone, parsed, in the order of their paths. Example recipes are not ours to judge. */
export function readSources(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (notOurs.has(path)) continue;
      if (entry.isDirectory()) visit(path);
      else if (/\.tsx?$/.test(entry.name))
        files.push(parseSource(path, readFileSync(join(root, path), 'utf8')));
    }
  };
  const there = new Set(readdirSync(root));
  for (const folder of roots) if (there.has(folder)) visit(folder);
  return files;
}

/** Every breach of the house rules, by path and line. */
export function inspect(files: readonly SourceFile[]): Offence[] {
  const offences = [
    ...roomOffences(files),
    ...outsideOffences(files),
    ...webOffences(files),
    ...shapeOffences(files),
    ...circleOffences(files.filter((file) => /^(src|web|tools)\//.test(file.path))),
  ];
  return offences.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
