/** What git calls an entry: a file, an executable file, a symbolic link (its bytes are its target), a submodule. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

/** The files of one recipe, by path inside its folder. */
export interface RecipeFolder {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Those that are no ordinary files. */
  readonly modes?: ReadonlyMap<string, FileMode>;
}
