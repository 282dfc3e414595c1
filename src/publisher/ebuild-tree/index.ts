export { EbuildTrees, type EbuildTreesOptions, type TreePackage, type TreeSummary } from './trees.ts';
