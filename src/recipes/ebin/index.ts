export type { BuildSettings } from './build-stage.ts';
export { type BuiltFacts, requireCombination } from './collect-build.ts';
export type { EbinFacts } from './collect-index.ts';
export { discoverEbins } from './discover.ts';
export { createEbinKind } from './ebin-kind.ts';
export {
  type BuildDetails,
  buildRecipe,
  type EbinDetails,
  gentooLabel,
  indexingBuilder,
  indexRecipe,
} from './ebin-recipe.ts';
export type { IndexSettings, KeptDistfile } from './index-settings.ts';
