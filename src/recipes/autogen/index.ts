export { createAutogenKind } from './autogen-kind.ts';
export type { AutogenDetails } from './autogen-recipe.ts';
export { discoverAutogens } from './discover.ts';
export type { AutogenSettings } from './stage.ts';
