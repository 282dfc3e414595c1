export {
  EbuildTrees,
  type EbuildTreesOptions,
  type TreeGeneration,
  type TreePackage,
  type TreeSummary,
} from './trees.ts';
