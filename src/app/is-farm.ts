import { pathExists } from '../host/index.ts';
import { farmPaths } from './farm-paths.ts';

/** Whether the folder is a farm: it has settings. */
export function isFarm(folder: string): boolean {
  return pathExists(farmPaths(folder).config);
}
