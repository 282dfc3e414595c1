export { createAutogenKind } from './autogen-kind.ts';
export type { AutogenDetails } from './autogen-recipe.ts';
export { archiveName, type DistfileObject } from './collect.ts';
export type { CredentialTable } from './credentials.ts';
export {
  asRecipe,
  autogensOf,
  discoverAutogens,
  type OverlayPlace,
  overlayOf,
} from './discover.ts';
export { packFiles, packOverlay } from './package-archive.ts';
export type { AutogenSettings } from './stage.ts';
export { readDistfiles, verifyAutogenResults } from './verify-results.ts';
