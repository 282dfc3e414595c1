import { fault } from '../diagnostics/index.ts';

/** Throws GIT013 for a path that git would refuse, or that would lead out of the folder when it is written. */
export function checkCommittable(path: string): void {
  const isBad = path
    .split('/')
    .some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git');
  if (isBad || path.includes('\0')) throw fault('GIT013', { what: `'${path}' cannot be committed` });
}
