export { type Discovery, discover } from './discover.ts';
export { type LoadOptions, load, loadAll, type Regenerate } from './load.ts';
export type { PackageSource } from './package-source.ts';
export type { PkgbuildDetails } from './recipe-details.ts';
