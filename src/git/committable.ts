import { fault } from '../diagnostics/index.ts';
import { isPlainPath } from '../primitives/index.ts';

/** Throws GIT013 for a path that git would refuse, or that would lead out of the folder when it is written. */
export function checkCommittable(path: string): void {
  const isGits = path.toLowerCase().split('/').includes('.git');
  if (isGits || !isPlainPath(path)) throw fault('GIT013', { what: `'${path}' cannot be committed` });
}
