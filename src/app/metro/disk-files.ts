import { isFault } from '../../diagnostics/index.ts';
import { type FileReader, mostFileBytes, type ReadAnswer, textOfBytes } from '../../formats/metro/index.ts';
import { bytesIfThere, entryFacts, machine, realPath } from '../../host/index.ts';

/**
 * Files of this machine. With `roots`, only what lies below one of these folders is read, whatever links say; a file that
 * others replace by a link meanwhile is not guarded against.
 */
export function diskFiles(roots: readonly string[] = []): FileReader {
  const allowed = roots.map((root) => realPath(machine.absolute(root)));
  return { read: (path) => readBelow(path, allowed) };
}

function readBelow(path: string, allowed: readonly string[]): ReadAnswer {
  // the system's own calls refuse it by an error of another kind
  if (path.includes('\0')) return { kind: 'missing' };
  const real = realPath(machine.absolute(path));
  const isAllowed = allowed.length === 0 || allowed.some((root) => isBelow(real, root));
  if (!isAllowed) return { kind: 'outside' };
  try {
    const facts = entryFacts(real);
    if (!facts) return { kind: 'missing' };
    if (facts.kind !== 'file') return { kind: 'not-file' };
    if (facts.sizeBytes > mostFileBytes) return { kind: 'too-large' };
    const bytes = bytesIfThere(real);
    return bytes ? textOfBytes(bytes) : { kind: 'missing' };
  } catch (error) {
    if (isFault(error)) return { kind: 'unreadable', why: error.problem.what };
    throw error;
  }
}

function isBelow(path: string, root: string): boolean {
  return path === root || root === '/' || path.startsWith(`${root}/`);
}
