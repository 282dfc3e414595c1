import { fileURLToPath } from 'node:url';
import { digestBytes, realPath, snapshotFolder } from '../../host/index.ts';

/** Folders of packmill that decide what data of symbols look like. */
const parts = ['formats', 'incremental', 'python-build', 'python-resources', 'python-symbols'];

let known: string | undefined;

/** What stands for the programs that make data of symbols, by content: others may make other data. Read once in a process. */
export function programDigest(): string {
  known ??= digestBytes(
    parts
      .map((name) => realPath(fileURLToPath(new URL(`../../${name}`, import.meta.url))))
      .map((path) => snapshotFolder(path, { leavesOut: () => false, texts: new Set() }).digest)
      .join(' '),
  );
  return known;
}
