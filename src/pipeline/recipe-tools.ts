import type { FileTree } from '../host/index.ts';

/**
 * What of a recipe has to be run, each in a sandbox without secrets. Folders are absolute and stay as they are.
 */
export interface RecipeTools {
  /** What the folder holds after `.CI/update.sh` (specification 7.9). Throws CIS011, SBX problems. */
  runUpdateHook(folder: string, pkgbase: string): Promise<FileTree>;
  /** Checksum arrays as makepkg generates them from the downloaded sources. Throws CIS012, SBX problems. */
  generateChecksums(folder: string): Promise<string>;
  /** `.SRCINFO` as makepkg prints it. Throws BLD013, SBX problems. */
  printSrcinfo(folder: string): Promise<string>;
}
