export {
  EbuildTrees,
  type EbuildTreesOptions,
  type PlacedObject,
  type TreeGeneration,
  type TreePackage,
  type TreeSummary,
} from './trees.ts';
